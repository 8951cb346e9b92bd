package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.io.WeightsFile;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;

/** What is measured is what the trainer does. */
class StepsTest {
    // Two epochs of seven steps, the last of each with fewer examples.
    private static final List<String> SMALL = List.of("epochs=2", "data.limit=61", "data.validation=9", "batch=9",
            "model.hidden=5", "model.dropout=0.2", "schedule=cosine", "clip=norm");

    @TempDir
    private Path folder;

    @Test
    void theMeasuredStepsAndTheTrainerProduceTheSameWeights() throws IOException {
        Recipe recipe = Recipes.find("lstm-rows", SMALL);
        String trained;
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Run run = Run.create(folder.resolve("run"), recipe, Map.of());
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, 60);
            trainer.train(() -> false);
            assertThat(trainer.step()).isEqualTo(14);
            trained = WeightsFile.hash(experiment.weights());
        }
        try (Steps steps = new Steps(recipe, 1)) {
            for (int i = 0; i < 14; i++) {
                steps.next();
            }
            assertThat(WeightsFile.hash(steps.experiment().weights())).isEqualTo(trained);
        }
    }

    @Test
    void aRestartRestoresTheInitialWeights() {
        try (Steps steps = new Steps(Recipes.find("lstm-rows", SMALL), 1)) {
            String first = WeightsFile.hash(steps.experiment().weights());
            steps.next();
            assertThat(WeightsFile.hash(steps.experiment().weights())).isNotEqualTo(first);
            steps.restart();
            assertThat(WeightsFile.hash(steps.experiment().weights())).isEqualTo(first);
        }
    }
}
