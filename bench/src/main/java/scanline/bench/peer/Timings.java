package scanline.bench.peer;

import java.util.Arrays;
import java.util.Collection;

/**
 * The measurements of a side.
 *
 * @param value the loss of its first training step or, without training or if the loss depends on random numbers, its
 *     first logit; equal on every side, up to rounding
 * @param milliseconds the duration of each iteration
 */
record Timings(double value, double[] milliseconds) {
    // The sides sum in different orders.
    private static final double ROUNDING = 1e-4;

    /**
     * Checks that both sides compute the same; otherwise their speeds cannot be compared.
     *
     * @throws BenchException if they do not
     */
    void requireSame(String what, String side, Timings theirs) {
        if (!(Math.abs(value - theirs.value) <= ROUNDING * (1 + Math.abs(theirs.value)))) {
            throw new BenchException(what + ": the results differ: Scanline's first result is " + value
                    + ", that of " + side + " " + theirs.value);
        }
    }

    /** The fastest iteration. */
    double least() {
        return Arrays.stream(milliseconds).min().orElseThrow();
    }

    /** The median iteration. */
    double median() {
        return median(Arrays.stream(milliseconds).boxed().toList());
    }

    /** The middle value, or the mean of the two middle values. */
    static double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
