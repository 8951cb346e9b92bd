package scanline.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.dataset.Dataset;
import scanline.engine.backend.Backend;
import scanline.engine.tensor.Engine;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * What a training step asks of a backend, recipe by recipe: on a device, every call costs some microseconds, and every
 * reading waits for all that was called before. The numbers do not depend on the size of a batch, so it is small here.
 * With the system property {@code scanline.approve} the table is written anew instead, to be looked at before it is
 * committed.
 */
class BackendCallsTest {
    private static final Path TABLE = Path.of("src/test/resources/scanline/lab/experiment/backend-calls.txt");
    private static final int MOST = 400;
    private static final Map<String, Dataset> DATA = new HashMap<>();

    /** Takes some steps, and counts what the last of them needs. */
    private static int calls(String name, int batch) {
        Recipe recipe = Recipes.find(name, List.of("batch=" + batch));
        CountingBackend counting = new CountingBackend(Backend.load(Backend.DEFAULT, 1));
        Dataset dataset = DATA.computeIfAbsent(recipe.data().name(), _ -> recipe.data().open());
        try (Experiment experiment = new Experiment(recipe, dataset, new Engine(counting.backend()))) {
            Learner learner = new Learner(experiment);
            Examples examples = experiment.splits().epoch(0);
            learner.learn(examples, 0);
            counting.clear();
            learner.learn(examples, 0);
            assertThat(counting.allocations()).as(name + ": buffers that a later step allocates").isZero();
            assertThat(counting.writes()).as(name + ": what is written, the images").isEqualTo(recipe.accumulate());
            assertThat(counting.reads()).as(name + ": what is read back, the loss and the answers")
                    .isEqualTo(2 * recipe.accumulate());
        }
        return counting.calls().values().stream().mapToInt(Integer::intValue).sum();
    }

    @Test
    void aTrainingStepOfARecipeNeedsAtMost400Calls() throws IOException {
        Map<String, Integer> calls = Recipes.names().stream().collect(Collectors.toMap(name -> name,
                name -> calls(name, 2)));
        String table = Recipes.names().stream().map(name -> String.format("%-28s %3d%n", name, calls.get(name)))
                .collect(Collectors.joining());
        if (Boolean.getBoolean("scanline.approve")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, table);
        }
        assertThat(calls).allSatisfy((_, each) -> assertThat(each).isBetween(1, MOST));
        assertThat(table).isEqualTo(Files.readString(TABLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "vit", "cnn", "cnn-rnn", "digit-sequence"})
    void theNumberOfCallsDoesNotDependOnTheBatch(String name) {
        assertThat(calls(name, 5)).isEqualTo(calls(name, 2));
    }
}
