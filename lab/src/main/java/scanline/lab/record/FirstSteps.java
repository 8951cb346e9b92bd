package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import scanline.data.base.TextFile;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.Excerpt;
import scanline.engine.io.FormatException;
import scanline.engine.io.WeightsFile;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Learner;
import scanline.lab.recipe.Recipes;

/**
 * The outcome of the first steps of a recipe. It covers the initial weights, the order of the examples, dropout,
 * forward and backward passes, clipping and updates, so that a few seconds show whether training computes the same
 * bits. It does not cover evaluation or later steps.
 *
 * @param recipe the name of the recipe
 * @param loss the loss of the last step's batch, in nats
 * @param weights SHA-256 of the weights after it
 */
public record FirstSteps(String recipe, double loss, String weights) {
    /** The number of steps. */
    public static final int STEPS = 3;

    /** The file in a folder of records that has the first steps of every recipe. */
    public static final String FILE = "first-steps.csv";

    private static final String HEADER = "recipe,loss,weights";
    private static final int LONGEST_BYTES = 1 << 20;
    private static final int DIGITS = 16;

    /** Takes the first steps of a built-in recipe. */
    public static FirstSteps take(String recipe, Compute compute) {
        try (Experiment experiment = new Experiment(Recipes.find(recipe, List.of()), compute)) {
            Learner learner = new Learner(experiment);
            Examples order = experiment.splits().epoch(0);
            int example = 0;
            double loss = Double.NaN;
            for (int i = 0; i < STEPS; i++) {
                Learner.Step step = learner.learn(order, example);
                loss = step.loss();
                example += step.examples();
            }
            return new FirstSteps(recipe, loss, WeightsFile.hash(experiment.weights()));
        }
    }

    /** Takes the first steps of a recipe and compares them with the recorded ones, null if there are none. */
    public static Verdict compare(String recipe, @Nullable FirstSteps recorded, Compute compute) {
        FirstSteps now = take(recipe, compute);
        return Verdict.of(recipe, STEPS + " steps, weights " + digits(now.weights), now.difference(recorded));
    }

    private String difference(@Nullable FirstSteps then) {
        if (then == null) {
            return "it is not recorded: --record writes a record";
        }
        return then.equals(this)
                ? ""
                : "after " + STEPS + " steps the loss is " + then.loss + " in the record, but is now " + loss
                        + ", and the weights are " + then.weights + " in the record, but are now " + weights;
    }

    /** Returns enough of a hash to distinguish it from others. */
    static String digits(String hash) {
        return hash.substring(0, DIGITS);
    }

    /**
     * Reads the recorded first steps, by recipe.
     *
     * @throws FormatException if the file is damaged
     */
    public static Map<String, FirstSteps> read(Path results) throws IOException {
        Path file = results.resolve(FILE);
        List<String> lines = TextFile.read(file, LONGEST_BYTES).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new FormatException(file, "does not start with the names of its columns");
        }
        Map<String, FirstSteps> all = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            try {
                if (cells.length != 3 || !cells[2].matches("[0-9a-f]{64}")) {
                    throw new NumberFormatException();
                }
                FirstSteps one = new FirstSteps(cells[0], Double.parseDouble(cells[1]), cells[2]);
                if (all.put(one.recipe, one) != null) {
                    throw new FormatException(file, "has two rows for " + Excerpt.line(one.recipe));
                }
            } catch (NumberFormatException _) {
                throw new FormatException(file, "has a broken row: " + Excerpt.quoted(line));
            }
        }
        return all;
    }

    /** Takes the first steps of some recipes and records them next to those of the others. */
    public static void record(Path results, List<String> recipes, Compute compute) throws IOException {
        Path file = results.resolve(FILE);
        AtomicFile.requireWritable(file);
        Map<String, FirstSteps> all = Files.exists(file) ? read(results) : new LinkedHashMap<>();
        recipes.forEach(recipe -> all.put(recipe, take(recipe, compute)));
        AtomicFile.write(file, Recipes.names().stream().map(all::get).filter(Objects::nonNull)
                .map(one -> one.recipe + "," + one.loss + "," + one.weights + "\n")
                .collect(Collectors.joining("", HEADER + "\n", "")));
    }
}
