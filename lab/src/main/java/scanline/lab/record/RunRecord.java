package scanline.lab.record;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipe.Published;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Parent;
import scanline.lab.run.Run;

/**
 * The record of a run, as its folder holds it.
 *
 * @param name that of the folder
 * @param keys the recipe; records of older versions have other keys
 * @param command what the run was started with
 * @param published the figure that the source published, empty where this run is another task or model than the source's
 * @param seed its seed
 * @param parameters how many numbers it learned
 * @param commits the commits it was made at, one after the other where it was resumed at another: 40 digits, or "unknown";
 *     "-dirty" behind it where files differed
 * @param machine what it ran on, in words
 * @param data the data set's name, and the SHA-256 of its files
 * @param epochs its epochs, at least one
 * @param parent where its first weights are from; null for its seed
 * @param outcome what it came to; null while it is unfinished
 * @param attends whether there is a picture of its attention
 */
public record RunRecord(String name, Map<String, String> keys, TrainingCommand command, Published published,
        long seed, long parameters, List<String> commits, String machine, Map<String, String> data,
        List<Run.Epoch> epochs, @Nullable Parent parent, @Nullable Outcome outcome, boolean attends) {
    /** What a model that attends takes of each part of some pictures. */
    public static final String ATTENTION = "attention.svg";
    static final String CANVAS = "data.canvas";
    static final String SINGLE = "single";
    private static final String SHRINK = "data.shrink";

    // What the recipes that come with Scanline say; a table of many records asks for the same few again and again.
    private static final Map<String, Map<String, String>> STANDING = new ConcurrentHashMap<>();

    // Keys of the canvas that change no test picture and no right answer: how labels are learned, and from how many pictures.
    private static final Set<String> OF_TRAINING = Set.of(CANVAS + ".order", CANVAS + ".train", CANVAS + ".validation");

    /**
     * What a finished run came to.
     *
     * @param correct how many test examples its best weights answer wholly rightly
     * @param examples how many test examples there are
     * @param loss their mean loss, in nats
     * @param measures what else its task measures, by name
     * @param bestEpoch the epoch of those weights
     * @param seconds seconds trained
     * @param weights SHA-256 of those weights
     * @param lastWeights SHA-256 of the weights after the last epoch
     */
    public record Outcome(long correct, long examples, double loss, Map<String, Double> measures, int bestEpoch,
            double seconds, String weights, String lastWeights) {
        /** The fraction of test examples answered wholly rightly. */
        public double accuracy() {
            return (double) correct / examples;
        }
    }

    /** The recipe's keys that decide a result, in their order, but for the seed. */
    public Map<String, String> decisions() {
        Map<String, String> decisions = Recipe.decisions(keys);
        decisions.remove("seed");
        decisions.putIfAbsent(CANVAS, SINGLE); // not in records of older versions
        decisions.putIfAbsent(SHRINK, "1");
        return decisions;
    }

    /** What runs of one row of the table have in common: everything that decides a result, but for the seed. */
    public Map<?, ?> settings() {
        return Map.of("recipe", decisions(), "data", data, "from",
                parent == null ? "" : parent.file() + " " + parent.newHead());
    }

    /** What it is asked: the data, and what makes its test pictures of them. */
    public Map<?, ?> task() {
        Map<String, String> pictures = new TreeMap<>(decisions());
        pictures.keySet().removeIf(key -> OF_TRAINING.contains(key) || !(key.startsWith(CANVAS) || key.equals(SHRINK)));
        return Map.of("pictures", pictures, "data", data);
    }

    /** The same record by another name. */
    public RunRecord named(String other) {
        return new RunRecord(other, keys, command, published, seed, parameters, commits, machine, data, epochs, parent,
                outcome, attends);
    }

    /**
     * What sets it apart from the recipe as it stands, beside the seed and the data set: the words of its command, but for those that say
     * what the recipe says.
     */
    public List<String> changes() {
        List<String> words = command.changes();
        if (words.isEmpty() || !Recipes.names().contains(command.recipe())) {
            return words;
        }
        Map<String, String> standing = STANDING.computeIfAbsent(command.recipe(),
                name -> Recipes.find(name, List.of()).keys());
        return words.stream().filter(word -> {
            String key = TrainingCommand.key(word);
            return !standing.containsKey(key) || !standing.get(key).equals(keys.get(key));
        }).toList();
    }

    /** Whether it learned from images of one's own, which nobody else has. */
    boolean isOfOwnData() {
        return TrainingCommand.OWN_DATA.contains(key("data"));
    }

    /** The value of a recipe's key, or nothing. */
    public String key(String key) {
        return keys.getOrDefault(key, "");
    }

    /** Seconds trained so far. */
    public double seconds() {
        return outcome != null ? outcome.seconds() : epochs.stream().mapToDouble(Run.Epoch::seconds).sum();
    }

    /** The epoch whose weights count, or would if the run ended here. */
    public Run.Epoch best() {
        return outcome != null ? epochs.get(outcome.bestEpoch() - 1) : Run.Epoch.best(epochs);
    }
}
