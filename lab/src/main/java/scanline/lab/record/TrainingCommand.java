package scanline.lab.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import scanline.data.dataset.Datasets;
import scanline.data.dataset.ImageFolder;
import scanline.lab.recipe.Recipes;

/**
 * The training command of a run. The folder of the run, the number of threads and the like are left out: results do not
 * depend on them.
 *
 * @param recipe the name of a recipe, or a file without its folder
 * @param overrides {@code key=value}; the location of the data is not recorded, so {@code data.dir} is {@code FOLDER},
 *     and left out if the data set has a name under which it is found
 * @param start the origin of its initial weights, if not its seed: {@code --from} with a run or a file without its
 *     folder, and {@code --new-head} if that was requested
 */
public record TrainingCommand(String recipe, List<String> overrides, List<String> start) {
    private static final String FROM = "--from";
    private static final String NEW_HEAD = "--new-head";
    private static final Set<String> FLAGS = Set.of("--json", "--debug", NEW_HEAD);
    static final Set<String> OWN_DATA = Set.of(Datasets.IDX, ImageFolder.NAME);
    private static final String FOLDER = "data.dir";

    /**
     * Parses a command, such as {@code scanline train lstm-rows seed=2 --run runs/two}; returns null if it does not
     * train.
     *
     * @param data the name of its data set
     */
    public static @Nullable TrainingCommand parse(List<String> words, String data) {
        int train = words.indexOf("train");
        List<String> arguments = new ArrayList<>();
        List<String> start = new ArrayList<>();
        for (int i = train + 1; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                arguments.add(word);
            } else if (word.equals(NEW_HEAD)) {
                start.add(word);
            } else if (word.startsWith(FROM + "=")) {
                start.addAll(0, List.of(FROM, withoutFolder(word.substring(FROM.length() + 1))));
            } else if (word.equals(FROM) && i + 1 < words.size()) {
                i++;
                start.addAll(0, List.of(FROM, withoutFolder(words.get(i))));
            } else if (!word.contains("=") && !FLAGS.contains(word)) {
                i++; // its value
            }
        }
        if (train < 0 || arguments.isEmpty()) {
            return null;
        }
        return new TrainingCommand(withoutFolder(arguments.getFirst()),
                arguments.stream().skip(1).filter(word -> !key(word).equals(FOLDER) || OWN_DATA.contains(data))
                        .map(word -> key(word).equals(FOLDER) ? FOLDER + "=FOLDER" : word).toList(),
                start);
    }

    // Not by a regular expression: the command is read from a file, and may be long.
    private static String withoutFolder(String file) {
        int end = file.endsWith("/") ? file.length() - 1 : file.length(); // a folder's name may end with a slash
        return file.substring(Math.max(file.lastIndexOf('/', end - 1), file.lastIndexOf('\\', end - 1)) + 1, end);
    }

    /** The recipe's name. */
    public String name() {
        return Recipes.withoutEnding(recipe);
    }

    /** Returns its changes to the recipe, apart from the seed and the data set, and the origin of its weights. */
    public List<String> changes() {
        return Stream.concat(
                overrides.stream().filter(word -> !Set.of("seed", "data", FOLDER).contains(key(word))),
                start.isEmpty() ? Stream.of() : Stream.of(String.join(" ", start))).toList();
    }

    /** Returns whether the task and the model are still those for which the source of the recipe published a figure. */
    public boolean isAsPublished() {
        return start.isEmpty() && overrides.stream().map(TrainingCommand::key).noneMatch(key -> key.equals("data")
                || key.equals("data.limit") || key.startsWith("data.scan")
                || key.startsWith("data.canvas") || key.equals("data.shrink") || key.equals("model")
                || key.startsWith("model."));
    }

    /** Returns the command to train it again, for a shell. */
    public String text() {
        return "./" + words().stream().map(TrainingCommand::quoted).collect(Collectors.joining(" "));
    }

    /** Returns its words. */
    public List<String> words() {
        return Stream.of(List.of("scanline", "train", recipe), overrides, start).flatMap(List::stream).toList();
    }

    private static String quoted(String word) {
        return word.matches("[\\w./=,:@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    static String key(String override) {
        return override.replaceFirst("(?s)=.*", "");
    }
}
