package scanline.lab.insight;

import static java.lang.Math.min;

import java.util.stream.IntStream;
import scanline.data.image.ImageSet;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.task.Answers;
import scanline.lab.task.ClassifierTask;
import scanline.lab.task.Transcription;

/**
 * How much each pixel of an image changes what the model predicts: the gradient of the predicted label's score, before the
 * softmax, with respect to the pixel (Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks", section 3).
 *
 * @param labels the labels whose scores were added: the predicted class; or all predicted labels of a set, the most probable
 *     one if the set is empty; or the word of the chosen step, no label if that is the end of the answer
 * @param gradient a number for each pixel of the image as the model reads it, row by row, with respect to the normalized
 *     values of pixels; a pixel that is read several times has the sum, one that is never read, or only after the chosen step,
 *     has 0
 */
public record Saliency(int[] labels, float[] gradient) {
    /**
     * Computes the saliency of an image.
     *
     * @param image an image of the size {@link Experiment#pictureSize}
     * @param step the number of steps, or of written words, after which the prediction is explained. It does not matter for a
     *     model that predicts only at the end; after the last step there is only the last prediction
     * @throws IllegalArgumentException if the step is not at least 1
     */
    public static Saliency of(Experiment experiment, ImageSet image, int step) {
        if (step < 1) {
            throw new IllegalArgumentException("the step of a saliency map must be at least 1, not " + step);
        }
        Examples examples = experiment.examples(image);
        ImageSet read = examples.pictures().alone(0);
        float[] values = examples.batch(0, 1).values();
        Shape shape = Shape.of(experiment.input().steps(), 1, experiment.input().features());
        try (Tape tape = experiment.engine().inferenceWithGradients()) {
            Tensor x = tape.input(shape, values, true);
            int[] labels = switch (experiment.task()) {
                case ClassifierTask task -> explain(logits(task.network(), x, step), task);
                case Transcription task -> explain(task, x, answer(experiment, shape, values), step);
            };
            return new Saliency(labels,
                    ofPixels(x.gradients(), examples.loader().order(), read.height() * read.width()));
        } finally {
            experiment.weights().clearGradients(); // the pass also added to the gradients of the weights
        }
    }

    /** Returns the logits, [1, C], that the model gives if the sequence ends after a step, or otherwise at its end. */
    private static Tensor logits(Classifier network, Tensor x, int step) {
        int steps = x.shape().size(0);
        return network.stepwise(x).map(stepwise -> stepwise.head().apply(stepwise.states().step(min(step, steps) - 1)))
                .orElseGet(() -> network.forward(x));
    }

    /** Computes the gradient of the predicted labels' scores, and returns these labels. */
    private static int[] explain(Tensor logits, ClassifierTask task) {
        float[] scores = logits.values();
        int[] predicted = task.answer(scores).labels();
        int[] labels = predicted.length == 0 ? new int[] {Answers.largest(scores, 0, scores.length)} : predicted;
        IntStream.of(labels).mapToObj(label -> logits.columns(label, label + 1)).reduce(Tensor::add).orElseThrow().sum()
                .backward();
        return labels;
    }

    /** Computes the gradient of the score of a word of the answer, and returns its label, if it is not the end. */
    private static int[] explain(Transcription task, Tensor x, int[] answer, int step) {
        Autoregressive network = task.network();
        int word = min(step, answer.length + 1) - 1;
        int[] before = IntStream.concat(IntStream.of(network.start()), IntStream.of(answer).limit(word)).toArray();
        boolean isEnd = word == answer.length;
        int label = isEnd ? network.end() : answer[word];
        network.forward(network.encode(x), before).step(word).columns(label, label + 1).sum().backward();
        return isEnd ? new int[0] : new int[] {label};
    }

    private static int[] answer(Experiment experiment, Shape shape, float[] values) {
        try (Tape tape = experiment.engine().inference()) {
            return experiment.task().answers(tape.input(shape, values)).getFirst().labels();
        }
    }

    private static float[] ofPixels(float[] dx, int[] order, int pixels) {
        float[] gradient = new float[pixels];
        for (int i = 0; i < dx.length; i++) {
            if (order[i] >= 0) {
                gradient[order[i]] += dx[i];
            }
        }
        return gradient;
    }
}
