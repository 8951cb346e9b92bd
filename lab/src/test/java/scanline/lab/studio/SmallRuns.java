package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Progress;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;

/** Runs that are trained within a second, to be looked at. */
public final class SmallRuns {
    private static final List<String> FEW = List.of("data.limit=240", "data.validation=60", "epochs=2", "batch=20");

    private SmallRuns() {}

    /** A run that has come to its end. */
    public static Run finished(Path folder, String recipe, String... overrides) throws IOException {
        return train(folder, recipe, Integer.MAX_VALUE, overrides);
    }

    /** A run that was stopped after so many steps. */
    public static Run stopped(Path folder, String recipe, int steps, String... overrides) throws IOException {
        return train(folder, recipe, steps, overrides);
    }

    private static Run train(Path folder, String name, int steps, String... overrides) throws IOException {
        List<String> all = new ArrayList<>(FEW);
        all.addAll(List.of(overrides));
        Recipe recipe = Recipes.find(name, all);
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Map<String, Object> made = Provenance.of(experiment, 1, List.of("scanline", "train", name), null);
            Run run = Run.create(folder, recipe, made);
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, 1e9);
            trainer.train(() -> trainer.step() >= steps);
            if (trainer.isDone()) {
                trainer.conclude(Evaluation.Listener.NONE);
            }
            return run;
        }
    }
}
