package scanline.engine.io;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import scanline.engine.tensor.NamePattern;

/**
 * How the tensors of a file are matched with the parameters and statistics of a model, for {@link WeightsFile#load}:
 *
 * <pre>{@code
 * LoadReport report = WeightsFile.load(file, weights,
 *         LoadOptions.WHOLE.renamed("encoder.*", "body.*").keeping(List.of("fc.*")).partly());
 * }</pre>
 *
 * @param renamings
 *            the names to change; the first one whose pattern matches a tensor of the file changes its name
 * @param kept
 *            the parameters and statistics that keep their values, whatever the file contains under their names
 * @param partial
 *            whether parameters that the file lacks keep their values, and tensors that the model lacks are left over;
 *            otherwise these are errors
 */
public record LoadOptions(List<Renaming> renamings, List<NamePattern> kept, boolean partial) {
    /** Every tensor of the file belongs to the model, and the other way round. */
    public static final LoadOptions WHOLE = new LoadOptions(List.of(), List.of(), false);

    /**
     * A change of names.
     *
     * @param from
     *            the pattern of the names in the file, before a common prefix is removed
     * @param to
     *            the names in the model, with as many {@code *}
     */
    public record Renaming(NamePattern from, NamePattern to) {
        /**
         * Checks the patterns.
         *
         * @throws IllegalArgumentException
         *             if the numbers of {@code *} differ
         */
        public Renaming {
            if (from.wildcards() != to.wildcards()) {
                throw new IllegalArgumentException("a renaming needs as many * in both patterns, but \"" + from
                        + "\" has " + from.wildcards() + ", and \"" + to + "\" has " + to.wildcards());
            }
        }
    }

    /** Copies the lists. */
    public LoadOptions {
        renamings = List.copyOf(renamings);
        kept = List.copyOf(kept);
    }

    /**
     * Returns these options with one more renaming, which applies to tensors that no earlier one renames.
     *
     * @param from
     *            a {@link NamePattern} of the names in the file, such as {@code encoder.*}
     * @param to
     *            the names in the model, such as {@code body.*}; each {@code *} is the text that the one of {@code from}
     *            stands for
     * @throws IllegalArgumentException
     *             if the numbers of {@code *} differ
     */
    public LoadOptions renamed(String from, String to) {
        List<Renaming> more = new ArrayList<>(renamings);
        more.add(new Renaming(new NamePattern(from), new NamePattern(to)));
        return new LoadOptions(more, kept, partial);
    }

    /**
     * Returns these options with more parameters and statistics that keep their values.
     *
     * @param names
     *            {@link NamePattern patterns} of the names in the model
     */
    public LoadOptions keeping(Collection<String> names) {
        List<NamePattern> more = new ArrayList<>(kept);
        names.forEach(name -> more.add(new NamePattern(name)));
        return new LoadOptions(renamings, more, partial);
    }

    /** Returns these options for a file that fits partly; the {@link LoadReport} says what was missing or left over. */
    public LoadOptions partly() {
        return new LoadOptions(renamings, kept, true);
    }

    /** Returns the name in the model, perhaps after a prefix, of a tensor of the file. */
    String renamed(String name) {
        return renamings.stream().filter(renaming -> renaming.from.matches(name)).findFirst()
                .map(renaming -> renaming.from.rename(name, renaming.to)).orElse(name);
    }

    /**
     * Returns the names that keep their values.
     *
     * @throws IllegalArgumentException
     *             if a pattern matches none
     */
    Set<String> kept(Collection<String> names) {
        Set<String> all = new TreeSet<>();
        for (NamePattern pattern : kept) {
            List<String> matching = names.stream().filter(pattern::matches).toList();
            if (matching.isEmpty()) {
                throw new IllegalArgumentException("no parameter matches \"" + pattern
                        + "\", which is to keep its values; the nearest is " + pattern.nearest(names));
            }
            all.addAll(matching);
        }
        return all;
    }
}
