package scanline.lab.survival;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import scanline.engine.io.SafeTensors;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Progress;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;
import scanline.samples.FirstImages;

/** A run of two epochs of two steps, which saves after every step. */
public final class SmallRun {
    private static final int TRAIN = 120;
    private static final int TEST = 20;
    private static final double ALWAYS = 1e-9;
    /** The files that say where it stands. */
    static final List<String> FILES = List.of("last.safetensors", "best.safetensors", "metrics.csv", "recipe.yaml");

    private final List<String> keys;
    private final Recipe recipe;

    /** A run on the first images of MNIST, whose files it puts into a folder. */
    public SmallRun(Path data) throws IOException {
        keys = new ArrayList<>(FirstImages.write(data, TRAIN, TEST));
        keys.addAll(List.of("data.validation=56", "batch=32", "epochs=2", "model.hidden=16", "model.layers=1",
                "data.shrink=4"));
        recipe = Recipes.find("lstm-rows", keys);
    }

    /** What makes it of {@code lstm-rows}. */
    public List<String> keys() {
        return List.copyOf(keys);
    }

    /** Makes the run and trains it to its end. */
    Result train(Path folder) throws IOException {
        return finish(Run.create(folder, recipe, Map.of()), false, 0);
    }

    /** Makes the run and trains its first three steps. */
    void half(Path folder) throws IOException {
        AtomicInteger left = new AtomicInteger(3);
        try (Experiment experiment = new Experiment(recipe, 1)) {
            new Trainer(experiment, Run.create(folder, recipe, Map.of()), Progress.NONE, ALWAYS)
                    .train(() -> left.getAndDecrement() == 0);
        }
    }

    /**
     * Goes on to the end.
     *
     * @param least the step that it must stand at, at least
     */
    Result resume(Path folder, long least) throws IOException {
        return finish(Run.open(folder), true, least);
    }

    private Result finish(Run run, boolean resumed, long least) throws IOException {
        try (Experiment experiment = new Experiment(run.recipe(), 1)) {
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, ALWAYS);
            if (resumed) {
                trainer.restore();
                if (trainer.step() < least) {
                    throw new IllegalStateException("stands at step " + trainer.step() + " though step " + least
                            + " was saved");
                }
            }
            trainer.train(() -> false);
            return trainer.conclude(Evaluation.Listener.NONE);
        }
    }

    /** The step that a checkpoint stands at. */
    static long step(Path checkpoint) throws IOException {
        return Long.parseLong(SafeTensors.read(checkpoint).metadata().get("step"));
    }
}
