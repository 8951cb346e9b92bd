package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import scanline.data.dataset.Dataset;
import scanline.engine.io.LoadReport;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * A trained model as the user names it: the folder of a run, or a recipe and a weights file.
 *
 * @param experiment the model with its weights
 * @param run the run; null for a recipe and a weights file
 * @param provenance the provenance of the run that the weights are from; empty if unknown
 * @param loaded the changes that were made to the weights of the file so that they fit
 */
public record Trained(Experiment experiment, @Nullable Run run, Map<String, Object> provenance,
        LoadReport loaded) implements AutoCloseable {
    /**
     * Opens a trained model with its data.
     *
     * @param overrides keys to change, such as those of the data or the width of the beam
     */
    public static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, Compute compute)
            throws IOException {
        return open(runOrRecipe, weights, overrides, compute, false);
    }

    /**
     * Opens a trained model for images other than those of its data. The data is not opened if the run records the
     * names of its classes and the size of an image.
     *
     * @param overrides keys to change
     */
    public static Trained openAlone(String runOrRecipe, @Nullable Path weights, List<String> overrides,
            Compute compute) throws IOException {
        return open(runOrRecipe, weights, overrides, compute, true);
    }

    private static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, Compute compute,
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
            throw new RunException("no such file: " + file);
        }
        Map<String, Object> provenance = run != null ? run.provenance() : Map.of();
        Dataset trainedOn = Provenance.outline(provenance);
        Dataset dataset = alone && trainedOn != null && overrides.isEmpty() ? trainedOn : recipe.data().open();
        Experiment experiment = new Experiment(recipe, dataset, compute.engine());
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
