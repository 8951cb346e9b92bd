package scanline.engine.tensor;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern of the names of parameters or tensors, in which every {@code *} stands for any text, also for none, such as
 * {@code lstm.*} or {@code *.bias}. A name without {@code *} is a pattern that matches this name only.
 *
 * @param text
 *            the pattern
 */
public record NamePattern(String text) {
    /**
     * Checks the pattern.
     *
     * @throws IllegalArgumentException
     *             if it is blank
     */
    public NamePattern {
        if (text.isBlank()) {
            throw new IllegalArgumentException("names must be the pattern of a name, such as lstm.*, but is blank");
        }
    }

    /** Returns whether the pattern matches a whole name. */
    public boolean matches(String name) {
        return matcher(name).matches();
    }

    /**
     * Returns a name that the pattern matches with another pattern's text around the parts that {@code *} stands for:
     * {@code encoder.*} renames {@code encoder.fc.bias} by {@code body.*} to {@code body.fc.bias}.
     *
     * @param name
     *            a name that the pattern matches
     * @param to
     *            the new name, with as many {@code *} as this pattern, in the same order
     * @throws IllegalArgumentException
     *             if the pattern does not match the name, or the numbers of {@code *} differ
     */
    public String rename(String name, NamePattern to) {
        Matcher matcher = matcher(name);
        if (wildcards() != to.wildcards() || !matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" cannot rename " + name + " to \"" + to.text + "\"");
        }
        List<String> texts = to.parts();
        StringBuilder renamed = new StringBuilder(texts.getFirst());
        for (int i = 1; i < texts.size(); i++) {
            renamed.append(matcher.group(i)).append(texts.get(i));
        }
        return renamed.toString();
    }

    /** Returns how many {@code *} the pattern has. */
    public int wildcards() {
        return parts().size() - 1;
    }

    /** Returns the name that shares the most letters with the start and the end of the pattern; empty if there is none. */
    public String nearest(Collection<String> names) {
        return names.stream().reduce((a, b) -> likeness(b) > likeness(a) ? b : a).orElse("");
    }

    /** Returns the texts before, between and after the stars. */
    private List<String> parts() {
        return List.of(text.split("\\*", -1));
    }

    private Matcher matcher(String name) {
        String regex = parts().stream().map(Pattern::quote).collect(Collectors.joining("(.*?)"));
        return Pattern.compile(regex, Pattern.DOTALL).matcher(name);
    }

    private int likeness(String name) {
        int most = Math.min(text.length(), name.length());
        int start = 0;
        while (start < most && text.charAt(start) == name.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < most - start && text.charAt(text.length() - 1 - end) == name.charAt(name.length() - 1 - end)) {
            end++;
        }
        return start + end;
    }

    @Override
    public String toString() {
        return text;
    }
}
