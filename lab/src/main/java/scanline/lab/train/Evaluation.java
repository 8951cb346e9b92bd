package scanline.lab.train;

import java.util.Arrays;
import java.util.stream.IntStream;

import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.data.Batch;
import scanline.lab.data.Loader;

/**
 * How well a model does on some examples.
 *
 * @param loss mean cross-entropy, in nats
 * @param accuracy the fraction of examples whose most probable class is the right one
 * @param confusion how many examples of a class (row) were taken for each class (column)
 */
public record Evaluation(double loss, double accuracy, int[][] confusion) {
    // Few enough for the states of a step to stay in the second-level cache. It does not change any example's logits.
    private static final int BATCH = 250;

    /** Is told the logits of each example, in order. */
    @FunctionalInterface
    public interface Listener {
        /** The logits of an example, and its label. */
        void example(int index, float[] logits, int label);

        /** Tells nobody. */
        Listener NONE = (_, _, _) -> {};
    }

    /** Evaluates the examples at these positions of a loader. */
    public static Evaluation of(Experiment experiment, Loader loader, int[] examples, Listener listener) {
        int classes = loader.classes();
        int[][] confusion = new int[classes][classes];
        double loss = 0;
        for (int from = 0; from < examples.length; from += BATCH) {
            Batch batch = loader.batch(examples, from, Math.min(examples.length, from + BATCH));
            try (Tape tape = Tape.inference(experiment.memory())) {
                Shape shape = Shape.of(loader.steps(), batch.count(), loader.features());
                Tensor logits = experiment.network().forward(tape.input(shape, batch.values()));
                Tensor mean = Losses.crossEntropy(logits, batch.labels(), 0f);
                loss += (double) mean.values()[0] * batch.count();
                float[] values = logits.values();
                for (int b = 0; b < batch.count(); b++) {
                    confusion[batch.labels()[b]][largest(values, b * classes, classes)]++;
                    listener.example(examples[from + b], Arrays.copyOfRange(values, b * classes, (b + 1) * classes),
                            batch.labels()[b]);
                }
            }
        }
        int right = IntStream.range(0, classes).map(c -> confusion[c][c]).sum();
        return new Evaluation(loss / examples.length, (double) right / examples.length, confusion);
    }

    /** Which value is the largest, the first of equals. */
    public static int largest(float[] values) {
        return largest(values, 0, values.length);
    }

    /** Which of the n values from {@code at} on is the largest, the first of equals. */
    static int largest(float[] values, int at, int n) {
        int largest = 0;
        for (int i = 1; i < n; i++) {
            if (values[at + i] > values[at + largest]) {
                largest = i;
            }
        }
        return largest;
    }

    /** The probabilities that a network's outputs stand for: with a softmax as its head they are these already. */
    public static double[] probabilities(Experiment experiment, float[] outputs) {
        return experiment.recipe().head().softmax()
                ? IntStream.range(0, outputs.length).mapToDouble(i -> outputs[i]).toArray()
                : softmax(outputs);
    }

    private static double[] softmax(float[] logits) {
        double max = logits[largest(logits)];
        double[] p = IntStream.range(0, logits.length).mapToDouble(i -> StrictMath.exp(logits[i] - max)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(value -> value / sum).toArray();
    }
}
