package scanline.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.Sha256;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class MigrationTest {
    private static final String OLD = "model: recurrent\n# as in the paper\nloss.smoothing: 0.1\nschedule: cosine\nschedule.least: 0\n";

    @TempDir
    Path folder;

    @Test
    void aRecipeFileGetsTheNewNamesAndKeepsTheRest() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), OLD);
        assertThat(Migration.migrate(file)).isTrue();
        assertThat(file).hasContent(OLD.replace("loss.smoothing", "loss.labelSmoothing")
                .replace("schedule.least", "schedule.minimum"));
        assertThat(Recipes.read(file, List.of()).loss().labelSmoothing()).isEqualTo(0.1);
        assertThat(Migration.migrate(file)).isFalse();
    }

    @Test
    void aRunOfAnOlderVersionIsReadAfterwards() throws IOException {
        Path run = oldRun(OLD);
        assertThat(Migration.migrate(run)).isTrue();
        Run migrated = new Run(run);
        assertThat(migrated.recipe().loss().labelSmoothing()).isEqualTo(0.1);
        Provenance.requireSameRecipe(migrated);
        assertThat(migrated.provenance()).containsEntry("command",
                List.of("scanline", "train", "mine.yaml", "loss.labelSmoothing=0.1", "--run", "x"));
        assertThat(Json.read(run.resolve("result.json"))).containsEntry("testCorrect", 19)
                .containsEntry("testExamples", 20)
                .containsEntry("testAccuracy", 0.95).doesNotContainKey("testRight");
        assertThat(run.resolve("labels.csv"))
                .hasContent("label,present,predicted,correct,averagePrecision\n0,1,1,1,1.0\n");
        assertThat(Migration.migrate(run)).isFalse();
    }

    @Test
    void missingCountsComeFromTheConfusionMatrix() throws IOException {
        Path run = oldRun(OLD);
        Files.writeString(run.resolve("result.json"), "{\"testAccuracy\": 0.75}\n");
        Files.writeString(run.resolve("confusion.csv"), "5,1\n2,4\n");
        assertThat(Migration.migrate(run)).isTrue();
        assertThat(Json.read(run.resolve("result.json"))).containsEntry("testCorrect", 9).containsEntry("testExamples",
                12);
    }

    @Test
    void anEditedRecipeIsNotMigrated() throws IOException {
        Path run = oldRun(OLD);
        Files.writeString(run.resolve("recipe.yaml"), OLD.replace("0.1", "0.2"));
        assertThatThrownBy(() -> Migration.migrate(run)).isInstanceOf(RunException.class)
                .hasMessageContaining("loss.smoothing was 0.1 and is 0.2");
        assertThat(run.resolve("recipe.yaml")).content().contains("loss.smoothing: 0.2");
    }

    @Test
    void anotherFolderIsRejected() {
        assertThatThrownBy(() -> Migration.migrate(folder)).isInstanceOf(RunException.class)
                .hasMessage("neither a run folder nor a recipe file (.yaml, .yml): " + folder);
    }

    private Path oldRun(String recipe) throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(run.resolve("recipe.yaml"), recipe);
        Map<String, String> keys = Recipe.decisions(Recipes.keys("recipe", recipe));
        String lines = new TreeMap<>(keys).entrySet().stream().map(key -> key.getKey() + ": " + key.getValue() + "\n")
                .collect(Collectors.joining());
        Files.writeString(run.resolve("provenance.json"), Json.text(new TreeMap<>(Map.of(
                "command", "scanline train mine.yaml loss.smoothing=0.1 --run x",
                "recipe", Map.of("sha256", Sha256.of(lines.getBytes(StandardCharsets.UTF_8)), "keys",
                        keys)))));
        Files.writeString(run.resolve("result.json"),
                "{\"testAccuracy\": 0.95, \"testRight\": 19, \"testExamples\": 20}\n");
        Files.writeString(run.resolve("labels.csv"), "label,present,answered,right,averagePrecision\n0,1,1,1,1.0\n");
        return run;
    }
}
