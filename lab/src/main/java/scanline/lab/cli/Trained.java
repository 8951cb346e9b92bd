package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.WeightsFile;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Experiment;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;

/** A trained model by what the user calls it: the folder of a run, or a recipe and a file of weights. */
final class Trained {
    private Trained() {}

    /**
     * Opens it with its weights.
     *
     * @param overrides keys to change, such as those of the data or the width of the beam
     */
    static Experiment open(String runOrRecipe, @Nullable Path weights, List<String> overrides, int threads)
            throws IOException {
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
        Experiment experiment = new Experiment(recipe, threads);
        try {
            WeightsFile.load(file, experiment.weights());
        } catch (IOException | RuntimeException e) {
            experiment.close();
            throw e;
        }
        return experiment;
    }

}
