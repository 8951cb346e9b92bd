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
 * The record of a run, as stored in its folder.
 *
 * @param name the name of the folder
 * @param keys the recipe; records of older versions have other keys
 * @param command the command that started the run
 * @param published the figure that the source published; empty if the task or the model of this run is not the source's
 * @param seed its seed
 * @param parameters the number of learned parameters
 * @param commits the commits at which it was made, one after the other if it was resumed at another: 40 digits, or
 *     "unknown"; "-dirty" is appended if files differed
 * @param machine the machine that it ran on, in words
 * @param data the name of the data set, and the SHA-256 of its files
 * @param epochs its epochs, at least one
 * @param parent the origin of its initial weights; null for its seed
 * @param outcome its outcome; null while it is unfinished
 * @param attends whether there is a picture of its attention
 */
public record RunRecord(String name, Map<String, String> keys, TrainingCommand command, Published published,
        long seed, long parameters, List<String> commits, String machine, Map<String, String> data,
        List<Run.Epoch> epochs, @Nullable Parent parent, @Nullable Outcome outcome, boolean attends) {
    /** The picture of what a model attends to in some images. */
    public static final String ATTENTION = "attention.svg";
    static final String CANVAS = "data.canvas";
    static final String SINGLE = "single";
    private static final String SHRINK = "data.shrink";

    // The keys of the built-in recipes; a table of many records asks for the same few again and again.
    private static final Map<String, Map<String, String>> STANDING = new ConcurrentHashMap<>();

    // Keys of the canvas that change neither test pictures nor targets: how labels are learned, and from how many
    // pictures.
    private static final Set<String> OF_TRAINING = Set.of(CANVAS + ".order", CANVAS + ".train", CANVAS + ".validation");

    /**
     * The outcome of a finished run.
     *
     * @param correct the number of test examples that its best weights answer entirely correctly
     * @param examples the number of test examples
     * @param loss their mean loss, in nats
     * @param measures further measures of its task, by name
     * @param bestEpoch the epoch of those weights
     * @param seconds seconds trained
     * @param weights SHA-256 of those weights
     * @param lastWeights SHA-256 of the weights after the last epoch
     */
    public record Outcome(long correct, long examples, double loss, Map<String, Double> measures, int bestEpoch,
            double seconds, String weights, String lastWeights) {
        /** The fraction of test examples that are answered entirely correctly. */
        public double accuracy() {
            return (double) correct / examples;
        }
    }

    /** Returns the keys of the recipe that decide a result, in their order, except the seed. */
    public Map<String, String> decisions() {
        Map<String, String> decisions = Recipe.decisions(keys);
        decisions.remove("seed");
        decisions.putIfAbsent(CANVAS, SINGLE); // not in records of older versions
        decisions.putIfAbsent(SHRINK, "1");
        decisions.putIfAbsent("accumulate", "1");
        decisions.putIfAbsent("groups", "");
        decisions.putIfAbsent("average.decay", "0.0");
        putIfChosen(decisions, "model", "recurrent", "model.readout", "last");
        putIfChosen(decisions, "data.scan", "permuted", "data.scan.order", "seed");
        putIfChosen(decisions, "schedule", "warmup", "schedule.fromStart", "false");
        return decisions;
    }

    /** Adds the default of a key that exists only with one choice, and is lacking in records of older versions. */
    private static void putIfChosen(Map<String, String> decisions, String key, String choice, String below,
            String otherwise) {
        if (choice.equals(decisions.get(key))) {
            decisions.putIfAbsent(below, otherwise);
        }
    }

    /**
     * Returns what the runs in one row of the table have in common: everything that decides a result, except the seed.
     */
    public Map<?, ?> settings() {
        return Map.of("recipe", decisions(), "data", data, "from",
                parent == null ? "" : parent.file() + " " + parent.newHead());
    }

    /** Returns what defines the task: the data, and the keys that make its test pictures from it. */
    public Map<?, ?> task() {
        Map<String, String> pictures = new TreeMap<>(decisions());
        pictures.keySet().removeIf(key -> OF_TRAINING.contains(key) || !(key.startsWith(CANVAS) || key.equals(SHRINK)));
        return Map.of("pictures", pictures, "data", data);
    }

    /** Returns the same record with another name. */
    public RunRecord named(String other) {
        return new RunRecord(other, keys, command, published, seed, parameters, commits, machine, data, epochs, parent,
                outcome, attends);
    }

    /**
     * Returns how it differs from the current recipe, apart from the seed and the data set: the words of its command,
     * except those that state what the recipe states.
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

    /** Returns whether it was trained on a user's own images, which nobody else has. */
    boolean isOfOwnData() {
        return TrainingCommand.OWN_DATA.contains(key("data"));
    }

    /** Returns the value of a key of the recipe, or an empty string. */
    public String key(String key) {
        return keys.getOrDefault(key, "");
    }

    /** Returns the seconds trained so far. */
    public double seconds() {
        return outcome != null ? outcome.seconds() : epochs.stream().mapToDouble(Run.Epoch::seconds).sum();
    }

    /** Returns the epoch whose weights count, or would count if the run ended here. */
    public Run.Epoch best() {
        return outcome != null ? epochs.get(outcome.bestEpoch() - 1) : Run.Epoch.best(epochs);
    }
}
