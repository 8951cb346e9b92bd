package scanline.bench.peer;

import java.util.Map;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Shape;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.model.Network;

/** Predictions of a recipe's network with its initial weights, always of the same images. */
final class Prediction implements Answers.Measured, AutoCloseable {
    private final Predictor predictor;
    private final int images;
    private final float[] values;
    private final float[] logits;

    /** Prepares the prediction of the first test images. */
    Prediction(Steps steps, int images, int threads) {
        predictor = predictor(steps.experiment(), threads);
        this.images = images;
        values = steps.testBatch(images).values();
        logits = new float[images * steps.experiment().input().classes()];
    }

    /** Returns a predictor with the present weights of an experiment. */
    static Predictor predictor(Experiment experiment, int threads) {
        Model model = experiment.recipe().model();
        Model.Input input = experiment.input();
        return Predictor.of(experiment.weights(), weights -> classifier(model.build(weights, input))::forward,
                count -> Shape.of(input.steps(), count, input.features()), threads);
    }

    /** Returns a network whose predictions can be measured: one that scores all classes at once. */
    static Classifier classifier(Network network) {
        if (network instanceof Classifier classifier) {
            return classifier;
        }
        throw new IllegalArgumentException("only predictions of classifiers are measured");
    }

    @Override
    public void restart(Map<String, String> settings) {
        // A prediction changes nothing.
    }

    @Override
    public float run(int i) {
        predictor.predict(values, images, logits);
        return logits[0];
    }

    @Override
    public void close() {
        predictor.close();
    }
}
