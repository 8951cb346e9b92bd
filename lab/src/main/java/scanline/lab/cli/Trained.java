package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.WeightsFile;
import scanline.lab.data.Dataset;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Experiment;
import scanline.lab.train.Provenance;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;

/**
 * A trained model by what the user calls it: the folder of a run, or a recipe and a file of weights.
 *
 * @param experiment the model with its weights
 * @param provenance that of the run which the weights are from; empty where nobody knows
 */
record Trained(Experiment experiment, Map<String, Object> provenance) implements AutoCloseable {
    /**
     * Opens it with its data.
     *
     * @param overrides keys to change, such as those of the data or the width of the beam
     */
    static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads)
            throws IOException {
        return open(runOrRecipe, weights, overrides, threads, false);
    }

    /**
     * Opens it for other images than those of its data, which is not opened if the run says what its classes are called and how
     * large an image is.
     *
     * @param overrides keys to change
     */
    static Trained openAlone(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads)
            throws IOException {
        return open(runOrRecipe, weights, overrides, threads, true);
    }

    private static Trained open(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads,
            boolean alone) throws IOException {
        Path folder = Path.of(runOrRecipe);
        boolean isRun = Files.isDirectory(folder);
        if (!isRun && weights == null) {
            Recipes.find(runOrRecipe, overrides); // if it is no recipe either, that is what to say
            throw new RunException(runOrRecipe + " is a recipe, not a run: give its weights with --weights FILE");
        }
        Recipe recipe = isRun
                ? Recipes.read(Run.open(folder).recipeFile(), overrides)
                : Recipes.find(runOrRecipe, overrides);
        Path file = weights != null ? weights : Run.open(folder).best();
        if (!Files.exists(file)) {
            throw new RunException(weights != null
                    ? "there is no file " + file
                    : folder + " has no best.safetensors yet: it gets one after its first epoch");
        }
        Dataset known = alone && isRun && overrides.isEmpty() ? Provenance.outline(Run.open(folder)) : null;
        Experiment experiment = new Experiment(recipe, known == null ? recipe.data().open() : known, threads);
        try {
            if (isRun) {
                Provenance.requireSameClasses(Run.open(folder), experiment.dataset());
            }
            WeightsFile.load(file, experiment.weights());
            return new Trained(experiment, weights == null ? Run.open(folder).provenance() : Map.of());
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
