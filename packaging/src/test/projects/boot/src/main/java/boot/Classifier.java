package boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.predict.Predictor;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Progress;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.task.Answer;
import scanline.lab.train.Trainer;

/** Trains a recipe and predicts with the run, in a jar that has the jars of Scanline in it. */
public final class Classifier {
    private Classifier() {}

    /** Runs {@code Classifier RUN IMAGE RECIPE KEY=VALUE...}. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Recipe recipe = Recipes.find(arguments[2], Arrays.asList(arguments).subList(3, arguments.length));
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Run run = Run.create(folder, recipe, Provenance.of(experiment, 1, List.of("boot"), null),
                    Run.Beginning.OF_SEED);
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, 30);
            trainer.train(() -> false);
            trainer.conclude(Evaluation.Listener.NONE);
        }
        try (Predictor model = Predictor.open(folder.toString(), null, 1)) {
            ImageSet picture = ImageFile.read(Path.of(arguments[1]), model.pictureSize(), model.input().classes(),
                    model.preparation());
            Answer answer = model.answers(picture).getFirst();
            IO.println("predicted " + model.classNames().get(answer.labels()[0]));
        }
    }
}
