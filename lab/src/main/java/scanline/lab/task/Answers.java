package scanline.lab.task;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Conversions from a network's outputs to labels and probabilities. */
public final class Answers {
    private Answers() {}

    /** Returns the index, from {@code at}, of the largest of n values; the first among equals. */
    public static int largest(float[] values, int at, int n) {
        int largest = 0;
        for (int i = 1; i < n; i++) {
            if (values[at + i] > values[at + largest]) {
                largest = i;
            }
        }
        return largest;
    }

    /** Returns a copy of each row of a matrix. */
    public static Stream<float[]> rows(float[] values, int columns) {
        return IntStream.range(0, values.length / columns)
                .mapToObj(row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns));
    }

    /** Returns {@code exp(x) / sum(exp(x))}. */
    public static double[] softmax(float[] logits) {
        double max = logits[largest(logits, 0, logits.length)];
        double[] p = IntStream.range(0, logits.length).mapToDouble(i -> StrictMath.exp(logits[i] - max)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(value -> value / sum).toArray();
    }

    /** Returns {@code 1 / (1 + exp(-x))}. */
    static double sigmoid(float logit) {
        return 1 / (1 + StrictMath.exp(-logit));
    }
}
