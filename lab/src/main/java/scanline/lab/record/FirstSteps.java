package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import scanline.engine.io.AtomicFile;
import scanline.engine.io.Excerpt;
import scanline.engine.io.FormatException;
import scanline.engine.io.TextFile;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Experiment;
import scanline.lab.train.Learner;

/**
 * What a recipe comes to in its first steps: first weights, order of the examples, dropout, passes forward and back, clipping and
 * updates are in it, so a few seconds say whether training computes the same bits. Evaluation, and what comes later, is not.
 *
 * @param recipe its name
 * @param loss of the last step's batch, in nats
 * @param weights SHA-256 of the weights after it
 */
public record FirstSteps(String recipe, double loss, String weights) {
    /** How many steps are taken. */
    public static final int STEPS = 3;

    /** The file in a folder of records that holds them for every recipe. */
    public static final String FILE = "first-steps.csv";

    private static final String HEADER = "recipe,loss,weights";
    private static final int LONGEST_BYTES = 1 << 20;

    /** Takes the first steps of a recipe that comes with Scanline. */
    public static FirstSteps take(String recipe, int threads) {
        try (Experiment experiment = new Experiment(Recipes.find(recipe, List.of()), threads)) {
            Learner learner = new Learner(experiment);
            int[] order = experiment.order(0);
            int example = 0;
            double loss = Double.NaN;
            for (int i = 0; i < STEPS; i++) {
                var batch = learner.batch(order, example);
                loss = learner.learn(batch).loss();
                example += batch.count();
            }
            return new FirstSteps(recipe, loss, experiment.weightsHash());
        }
    }

    /**
     * Those that are recorded, by recipe.
     *
     * @throws FormatException if the file is broken
     */
    public static Map<String, FirstSteps> read(Path results) throws IOException {
        Path file = results.resolve(FILE);
        List<String> lines = TextFile.read(file, LONGEST_BYTES).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new FormatException(file, "does not begin with the names of its columns");
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
                    throw new FormatException(file, "has two rows of " + Excerpt.line(one.recipe));
                }
            } catch (NumberFormatException _) {
                throw new FormatException(file, "has a broken row: " + Excerpt.quoted(line));
            }
        }
        return all;
    }

    /** Records them. */
    public static void write(Path results, Collection<FirstSteps> all) throws IOException {
        AtomicFile.write(results.resolve(FILE), all.stream()
                .map(one -> one.recipe + "," + one.loss + "," + one.weights + "\n")
                .collect(Collectors.joining("", HEADER + "\n", "")));
    }
}
