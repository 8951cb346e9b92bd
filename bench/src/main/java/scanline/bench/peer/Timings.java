package scanline.bench.peer;

import java.util.Arrays;
import java.util.Collection;

/**
 * What a side measured.
 *
 * @param value the loss of its first training step or, where nothing is trained or chance decides about the loss, its first
 *     logit: the same on every side, up to rounding
 * @param milliseconds of each iteration
 */
record Timings(double value, double[] milliseconds) {
    // The sides sum in different orders.
    private static final double ROUNDING = 1e-4;

    /**
     * Both sides must compute the same before it matters how fast.
     *
     * @throws BenchException if they do not
     */
    void requireSame(String what, String side, Timings theirs) {
        if (!(Math.abs(value - theirs.value) <= ROUNDING * (1 + Math.abs(theirs.value)))) {
            throw new BenchException(what + ": the sides do not compute the same: Scanline's first result is " + value
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

    /** The middle value, or the mean of the two in the middle. */
    static double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
