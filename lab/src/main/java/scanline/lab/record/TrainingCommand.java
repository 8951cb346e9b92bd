package scanline.lab.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import scanline.lab.data.Datasets;
import scanline.lab.data.ImageFolder;
import scanline.lab.recipe.Recipes;

/**
 * What the command of a run asked for. Where it kept the run, how many threads it had and such is left out: results do
 * not depend on it.
 *
 * @param recipe the name of a recipe, or a file without its folder
 * @param overrides {@code key=value}; where data lay is not told, so {@code data.dir} is {@code FOLDER}, and left out where
 *            the data set has a name under which it is found
 * @param start where its first weights are from, if not from its seed: {@code --from} with a run or a file without its folder, and
 *            {@code --new-head} where that was asked for
 */
public record TrainingCommand(String recipe, List<String> overrides, List<String> start) {
    private static final String FROM = "--from";
    private static final String NEW_HEAD = "--new-head";
    private static final Set<String> FLAGS = Set.of("--json", "--debug", NEW_HEAD);
    static final Set<String> OWN_DATA = Set.of(Datasets.IDX, ImageFolder.NAME);
    private static final String FOLDER = "data.dir";

    /**
     * What a command says, such as {@code scanline train lstm-rows seed=2 --run runs/two}; null if it trains nothing.
     *
     * @param data the name of its data set
     */
    public static @Nullable TrainingCommand parse(List<String> words, String data) {
        int train = words.indexOf("train");
        List<String> said = new ArrayList<>();
        List<String> start = new ArrayList<>();
        for (int i = train + 1; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                said.add(word);
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
        if (train < 0 || said.isEmpty()) {
            return null;
        }
        return new TrainingCommand(withoutFolder(said.getFirst()),
                said.stream().skip(1).filter(word -> !key(word).equals(FOLDER) || OWN_DATA.contains(data))
                        .map(word -> key(word).equals(FOLDER) ? FOLDER + "=FOLDER" : word).toList(),
                start);
    }

    // Not by a regular expression: the command is a text from a file, and may be long.
    private static String withoutFolder(String file) {
        int end = file.endsWith("/") ? file.length() - 1 : file.length(); // a folder's name may end so
        return file.substring(Math.max(file.lastIndexOf('/', end - 1), file.lastIndexOf('\\', end - 1)) + 1, end);
    }

    /** The recipe's name. */
    public String name() {
        return Recipes.withoutEnding(recipe);
    }

    /** What it changes of the recipe, beside the seed and the data set, and where its weights are from. */
    public List<String> changes() {
        return Stream.concat(
                overrides.stream().filter(word -> !Set.of("seed", "data", FOLDER).contains(key(word))),
                start.isEmpty() ? Stream.of() : Stream.of(String.join(" ", start))).toList();
    }

    /** Whether it is still the task and the model that the recipe's source published a figure for. */
    public boolean isAsPublished() {
        return start.isEmpty() && overrides.stream().map(TrainingCommand::key).noneMatch(key -> key.equals("data")
                || key.equals("data.limit") || key.startsWith("data.scan")
                || key.startsWith("data.canvas") || key.equals("data.shrink") || key.equals("model")
                || key.startsWith("model."));
    }

    /** The command to train it again, for a shell. */
    public String text() {
        return "./" + words().stream().map(TrainingCommand::quoted).collect(Collectors.joining(" "));
    }

    /** Its words. */
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
