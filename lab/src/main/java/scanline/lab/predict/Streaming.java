package scanline.lab.predict;

import java.util.List;
import java.util.Optional;
import scanline.data.sequence.Loader;
import scanline.engine.nn.StepModel;
import scanline.engine.nn.StreamingPredictor;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.lab.base.RunException;
import scanline.lab.model.Classifier;
import scanline.lab.model.RecurrentModel;
import scanline.lab.task.Answer;
import scanline.lab.task.ClassifierTask;

/** What all streams of a predictor share. */
final class Streaming implements AutoCloseable {
    private final ClassifierTask task;
    private final Loader loader;
    private final int features;
    private final StreamingPredictor predictor;

    /**
     * Prepares a model for streams.
     *
     * @param loader normalizes levels as the model was trained on them
     * @throws RunException if the model cannot answer after each step
     */
    Streaming(Frozen model, Loader loader) {
        if (!(model.task() instanceof ClassifierTask classifier)) {
            throw new RunException("this model writes labels one after the other once it has read the whole picture, so"
                    + " it has no answer after a step");
        }
        if (steps(model).isEmpty()) {
            throw new RunException(model.recipe().model() instanceof RecurrentModel
                    ? "this model also reads sequences from the end (model.bidirectional=true), so it has no answer after"
                            + " a step"
                    : "this model is not recurrent, so it has no answer after a step");
        }
        task = classifier;
        this.loader = loader;
        features = model.input().features();
        predictor = StreamingPredictor.of(model.weights(),
                weights -> ((Classifier) model.network(weights)).steps().orElseThrow(), features, task.classes(),
                model.compute().backend(), model.compute().threads());
    }

    /** Returns a model as one that reads step by step; empty if it cannot. */
    static Optional<StepModel> steps(Frozen model) {
        return model.task() instanceof ClassifierTask classifier ? classifier.network().steps() : Optional.empty();
    }

    Stream open() {
        return predictor.open();
    }

    /** Reads one step of each stream. */
    List<Answer> step(List<Stream> streams, float[] values) {
        if (values.length != streams.size() * features) {
            throw new RunException(
                    (streams.size() == 1 ? "a step" : "a step of each of " + streams.size() + " sequences")
                            + " takes " + streams.size() * features
                            + (features == 1 && streams.size() == 1 ? " value" : " values")
                            + ", not " + values.length);
        }
        float[] x = new float[values.length];
        for (int i = 0; i < x.length; i++) {
            if (!(values[i] >= 0 && values[i] <= 255)) { // so is NaN
                throw new RunException("value " + (i + 1) + " is " + values[i] + ", but a pixel is from 0 to 255");
            }
            x[i] = loader.normalized(values[i]);
        }
        float[] logits = new float[streams.size() * task.classes()];
        if (streams.size() == 1) {
            predictor.step(streams.getFirst(), x, logits);
        } else {
            predictor.step(streams, x, logits);
        }
        return task.answersOf(logits);
    }

    @Override
    public void close() {
        predictor.close();
    }
}
