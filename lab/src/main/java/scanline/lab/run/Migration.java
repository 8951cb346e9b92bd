package scanline.lab.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.data.base.TextFile;
import scanline.engine.file.AtomicFile;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.recipe.RenamedKeys;

/**
 * Rewrites runs and recipe files of older versions: it gives keys and fields their present names, and adds the fields that
 * older versions did not write. Settings, figures and weights do not change.
 */
public final class Migration {
    private static final int LONGEST = 1 << 21;
    private static final Map<String, String> RESULT_FIELDS = Map.of("testRight", "testCorrect");
    private static final String OLD_LABELS = "label,present,answered,right,averagePrecision";
    private static final String NEW_LABELS = "label,present,predicted,correct,averagePrecision";

    private Migration() {}

    /**
     * Rewrites a run folder, or a single recipe file.
     *
     * @return whether anything changed
     * @throws RunException if it is neither, or a process is training the run
     */
    public static boolean migrate(Path path) throws IOException {
        if (Files.isRegularFile(path) && Recipes.isFile(path.toString())) {
            return replace(path, RenamedKeys.inText(text(path)));
        }
        if (!Run.is(path)) {
            throw new RunException("neither a run folder nor a recipe file (.yaml, .yml): " + path);
        }
        Run run = new Run(path);
        if (LiveRun.read(run).isPresent()) {
            throw new RunException(path + " is being trained: wait until it ends, or stop it");
        }
        Provenance.requireSameRecipe(run);
        String recipe = RenamedKeys.inText(text(run.recipeFile()));
        boolean changed = Files.exists(run.provenanceFile()) && replace(run.provenanceFile(), provenance(run, recipe));
        if (run.isFinished()) {
            changed |= replace(run.folder().resolve(Run.RESULT), result(run));
        }
        Path labels = path.resolve(Run.LABELS);
        if (Files.exists(labels)) {
            String table = text(labels);
            changed |= table.startsWith(OLD_LABELS)
                    && replace(labels, NEW_LABELS + table.substring(OLD_LABELS.length()));
        }
        return replace(run.recipeFile(), recipe) || changed; // last: a run that is cut off here is migrated again
    }

    private static String provenance(Run run, String recipe) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>(run.provenance());
        List<?> words = switch (facts.get("command")) {
            case List<?> list -> list;
            case String text -> List.of(text.strip().split("\\s+"));
            case null, default -> List.of();
        };
        facts.replace("command", words.stream().map(word -> RenamedKeys.inOverride(word.toString())).toList());
        facts.computeIfPresent("recipe", (_, _) -> Provenance
                .recipe(Recipe.decisions(Recipes.keys(run.recipeFile().toString(), recipe))));
        return Json.text(facts) + "\n";
    }

    private static String result(Run run) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        Json.read(run.folder().resolve(Run.RESULT))
                .forEach((name, value) -> fields.put(RESULT_FIELDS.getOrDefault(name, name), value));
        if (!fields.containsKey("testCorrect") && Files.exists(run.folder().resolve(Run.CONFUSION))) {
            int[][] counts = run.confusion();
            fields.put("testCorrect", IntStream.range(0, counts.length).map(c -> counts[c][c]).sum());
            fields.put("testExamples", Stream.of(counts).flatMapToInt(IntStream::of).sum());
        }
        return Json.text(fields) + "\n";
    }

    private static String text(Path file) throws IOException {
        return TextFile.read(file, LONGEST);
    }

    private static boolean replace(Path file, String text) throws IOException {
        if (text(file).equals(text)) {
            return false;
        }
        AtomicFile.write(file, text);
        return true;
    }
}
