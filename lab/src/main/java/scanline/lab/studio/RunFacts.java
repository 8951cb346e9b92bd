package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/**
 * The contents of a run's files, as far as they can be read. The run may be interrupted or written by another version.
 *
 * @param keys the keys of its recipe
 * @param provenance the contents of {@code provenance.json}
 * @param epochs the rows of {@code metrics.csv}
 * @param result the contents of {@code result.json}; empty until the run has finished
 * @param problems one sentence for each file that could not be read
 */
record RunFacts(Map<String, String> keys, Map<String, Object> provenance, List<Run.Epoch> epochs,
        Map<String, Object> result, List<String> problems) {
    /** Reads a file. */
    private interface Reading<T> {
        T read() throws IOException;
    }

    static RunFacts of(Run run) {
        List<String> problems = new ArrayList<>();
        Path recipe = run.recipeFile();
        Map<String, String> keys = read(recipe, Map.of(), problems, () -> Recipes.keys(recipe));
        if (keys.isEmpty()) {
            problems.addFirst(
                    "recipe.yaml is missing: the run was interrupted before it started, or this is not a run folder");
        }
        Path metrics = run.folder().resolve(Run.METRICS);
        Path result = run.folder().resolve(Run.RESULT);
        try {
            Provenance.requireSameRecipe(run);
        } catch (RunException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (IOException | RecipeException _) {
            // reported above or below
        }
        return new RunFacts(keys,
                read(run.folder().resolve(Run.PROVENANCE), Map.of(), problems, run::provenance),
                read(metrics, List.of(), problems, run::epochs),
                read(result, Map.of(), problems, () -> Json.read(result)), problems);
    }

    private static <T> T read(Path file, T otherwise, List<String> problems, Reading<T> reading) {
        try {
            return Files.isRegularFile(file) ? reading.read() : otherwise;
        } catch (RecipeException | FormatException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (IOException _) {
            problems.add(file + " cannot be read");
        }
        return otherwise;
    }

    String key(String name) {
        return keys.getOrDefault(name, "");
    }

    /** A key that is a whole number, or 0. */
    int number(String name) {
        try {
            return Integer.parseInt(key(name));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** A number of the result, or null. */
    @Nullable
    Double result(String name) {
        return number(result.get(name));
    }

    private static @Nullable Double number(@Nullable Object value) {
        return value instanceof Number number && Double.isFinite(number.doubleValue()) ? number.doubleValue() : null;
    }

    /** The number of parameters, or null. */
    @Nullable
    Long parameters() {
        return provenance.get("parameters") instanceof Number number ? number.longValue() : null;
    }

    /** The recipe that the run was started with, as its command states it; empty if it does not. */
    String recipe() {
        return Provenance.recipeName(provenance);
    }
}
