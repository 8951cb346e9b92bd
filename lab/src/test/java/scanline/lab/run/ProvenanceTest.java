package scanline.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.lab.base.Json;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class ProvenanceTest {
    private static final String FIRST = "faa8cf3a3998b4ad535165943a10db7ef3b8737dd46f77376383f2dcdf669e5c";

    @TempDir
    private Path folder;

    @Test
    void thePermutationIsHashedAsLittleEndianNumbers() throws IOException {
        Path file = Files.writeString(folder.resolve("backwards.txt"), "3 2 1 0");
        // printf '\3\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0' | sha256sum
        assertThat(data("data.shrink=14", "data.scan=permuted", "data.scan.file=" + file))
                .containsEntry("permutation", "e19cfc999da3dbc38ee6a0ed0e78e5ff402e920daac978b67b9e822d2e62b975");
    }

    @Test
    void thePermutationOfASeedIsTheSameEverywhere() {
        assertThat(data("data.scan=permuted")).containsEntry("permutation", FIRST);
        assertThat(data("data.scan=permuted", "data.scan.size=28")).containsEntry("permutation", FIRST);
        assertThat(data("data.scan=permuted", "data.scan.seed=2").get("permutation")).isNotEqualTo(FIRST);
    }

    @Test
    void otherScansHaveNoPermutationAndHashesMatchTheFiles() {
        assertThat(data("data.scan=columns", "data.shrink=2")).doesNotContainKey("permutation")
                .containsEntry("testImages", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
    }

    @Test
    void resumingRecordsOnlyAnotherProgramOrMachine() throws IOException {
        Recipe recipe = Recipes.find("lstm-rows", List.of());
        Run run = Run.create(folder.resolve("run"), recipe, Provenance.machine());
        Map<String, Object> before = run.provenance();
        Backend cpu = new CpuBackend(1);
        Provenance.resumed(run, recipe, cpu, 3);
        assertThat(run.provenance()).isEqualTo(before);
        Map<String, Object> other = new HashMap<>(before);
        other.put("commit", "another");
        Files.writeString(run.provenanceFile(), Json.text(other));
        Provenance.resumed(run, recipe, cpu, 5);
        Provenance.resumed(run, recipe, cpu, 7);
        Map<String, Object> session = new HashMap<>(before);
        session.put("step", 5);
        assertThat(run.provenance()).containsEntry("commit", "another").containsEntry("resumed", List.of(session));
    }

    @Test
    void onlyABackendOtherThanTheDefaultIsRecorded() throws IOException {
        Recipe recipe = Recipes.find("lstm-rows", List.of());
        try (Experiment usual = new Experiment(recipe, 1);
                Experiment other = new Experiment(recipe, new Compute("reference", 1))) {
            assertThat(Provenance.of(usual, 1, List.of(), null)).doesNotContainKey("backend");
            Map<String, Object> facts = Provenance.of(other, 1, List.of(), null);
            assertThat(facts).containsEntry("backend", "reference");
            Run run = Run.create(folder.resolve("reference"), recipe, facts);
            Provenance.resumed(run, other.recipe(), other.engine().backend(), 3);
            assertThat(run.provenance()).doesNotContainKey("resumed");
            Provenance.resumed(run, usual.recipe(), usual.engine().backend(), 5);
            Provenance.resumed(run, usual.recipe(), usual.engine().backend(), 7);
            Provenance.resumed(run, other.recipe(), other.engine().backend(), 9);
            List<?> sessions = (List<?>) run.provenance().get("resumed");
            assertThat(sessions).hasSize(2);
            assertThat(sessions.getFirst()).asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                    .containsEntry("step", 5).doesNotContainKey("backend");
            assertThat(sessions.getLast()).asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                    .containsEntry("step", 9).containsEntry("backend", "reference");
        }
    }

    private static Map<String, Object> data(String... overrides) {
        try (Experiment experiment = new Experiment(Recipes.find("lstm-rows", List.of(overrides)), 1)) {
            Map<String, Object> data = new HashMap<>();
            ((Map<?, ?>) Provenance.of(experiment, 1, List.of(), null).get("data"))
                    .forEach((key, value) -> data.put((String) key, value));
            return data;
        }
    }
}
