package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import scanline.engine.io.LoadReport;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.RunException;
import scanline.lab.data.Dataset;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * A trained model by what the user calls it: the folder of a run, or a recipe and a file of weights.
 *
 * @param experiment the model with its weights
 * @param run the run; null for a recipe and a file of weights
 * @param provenance that of the run which the weights are from; empty where nobody knows
 * @param loaded what was done to the weights of the file so that they fit
 */
public record Trained(Experiment experiment, @Nullable Run run, Map<String, Object> provenance,
        LoadReport loaded) implements AutoCloseable {
    /**
     * Opens it with its data.
     *
     * @param overrides keys to change, such as those of the data or the width of the beam
     */
    public static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads)
            throws IOException {
        return open(runOrRecipe, weights, overrides, threads, false);
    }

    /**
     * Opens it for other images than those of its data, which is not opened if the run says what its classes are called and how
     * large an image is.
     *
     * @param overrides keys to change
     */
    public static Trained openAlone(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads)
            throws IOException {
        return open(runOrRecipe, weights, overrides, threads, true);
    }

    private static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads,
            boolean alone) throws IOException {
        Path folder = Path.of(runOrRecipe);
        Run run = Files.isDirectory(folder) || !Recipes.isCalled(runOrRecipe) ? Run.open(folder) : null;
        Recipe recipe = run != null ? run.recipe(overrides) : Recipes.find(runOrRecipe, overrides);
        Path file;
        if (weights != null) {
            file = weights;
        } else if (run != null) {
            file = run.weights();
        } else {
            throw new RunException(runOrRecipe + " is a recipe, not a run: give its weights with --weights FILE");
        }
        if (!Files.exists(file)) {
            throw new RunException("there is no file " + file);
        }
        Map<String, Object> provenance = run != null ? run.provenance() : Map.of();
        Dataset trainedOn = Provenance.outline(provenance);
        Dataset dataset = alone && trainedOn != null && overrides.isEmpty() ? trainedOn : recipe.data().open();
        Experiment experiment = new Experiment(recipe, dataset, threads);
        try {
            if (trainedOn != null) {
                Provenance.requireSameClasses(folder, trainedOn, dataset);
            }
            LoadReport loaded = WeightsFile.load(file, experiment.weights());
            return new Trained(experiment, run, weights == null ? provenance : Map.of(), loaded);
        } catch (IOException | RuntimeException e) {
            experiment.close();
            throw e;
        }
    }

    @Override
    public void close() {
        experiment.close();
    }
}
