package scanline.lab.predict;

import java.util.List;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Shape;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.task.Answer;
import scanline.lab.task.ClassifierTask;
import scanline.lab.task.Transcription;

/** The way from the values of sequences to answers; any number of threads may use it. */
interface Answering extends AutoCloseable {
    /**
     * Returns the answer to each example.
     *
     * @param x the values of the examples, [T, B, F]
     */
    List<Answer> answers(float[] x, int count);

    @Override
    void close();

    /** Answers with a model, which it closes. */
    static Answering with(Frozen model) {
        return switch (model.task()) {
            case ClassifierTask task -> new Classifying(model, task);
            case Transcription task -> new Writing(model, task.network());
        };
    }

    private static Shape shape(Model.Input input, int count) {
        return Shape.of(input.steps(), count, input.features());
    }

    /** Answers of a network that scores all labels at once. */
    final class Classifying implements Answering {
        private final Frozen model;
        private final ClassifierTask task;
        private final Predictor logits;

        Classifying(Frozen model, ClassifierTask task) {
            this.model = model;
            this.task = task;
            logits = Predictor.of(model.weights(), weights -> ((Classifier) model.network(weights))::forward,
                    count -> shape(model.input(), count), model.compute().backend(), model.compute().threads());
        }

        @Override
        public List<Answer> answers(float[] x, int count) {
            float[] values = new float[count * task.classes()];
            logits.predict(x, count, values);
            return task.answersOf(values);
        }

        @Override
        public void close() {
            logits.close();
            model.close();
        }
    }

    /** Answers of a network that writes labels: it encodes the images, and then searches for their answers. */
    final class Writing implements Answering {
        private final Predictor encoder;
        private final Shape encoded; // of one image
        private final Writers writers;

        Writing(Frozen model, Autoregressive network) {
            encoder = Predictor.of(model.weights(), weights -> ((Autoregressive) model.network(weights))::encode,
                    count -> shape(model.input(), count), model.compute().backend(), model.compute().threads());
            Shape one = shape(model.input(), 1);
            try (var tape = model.engine().inference()) {
                encoded = network.encode(tape.input(one, new float[one.elements()])).shape();
            }
            writers = new Writers(model);
        }

        @Override
        public List<Answer> answers(float[] x, int count) {
            float[] values = new float[count * encoded.elements()];
            encoder.predict(x, count, values);
            return writers.answers(Shape.of(encoded.size(0), count, encoded.size(2)), values);
        }

        @Override
        public void close() {
            encoder.close();
            writers.close();
        }
    }
}
