package scanline.bench.peer;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * How long single predictions took, in milliseconds.
 *
 * @param median the 50th percentile
 * @param most99 the 99th percentile; the longest of fewer than 100
 * @param most999 the 99.9th percentile; the longest of fewer than 1,000
 * @param longest the longest
 * @param count the number of predictions
 */
record Latencies(double median, double most99, double most999, double longest, long count) {
    private static final double NANOS = 1e6;
    // What a prediction may take after a pause: twice as long as in a loop, and as long as waking up takes.
    private static final double FACTOR = 2;
    private static final double WAKING = 0.3;

    /** Returns the percentiles of the first {@code count} of some durations in nanoseconds, and sorts these. */
    static Latencies of(long[] nanos, int count) {
        Arrays.sort(nanos, 0, count);
        return new Latencies(percentile(nanos, count, 0.5), percentile(nanos, count, 0.99),
                percentile(nanos, count, 0.999), nanos[count - 1] / NANOS, count);
    }

    /** Returns the latencies that {@link #words} wrote. */
    static Latencies of(double[] numbers) {
        return new Latencies(numbers[0], numbers[1], numbers[2], numbers[3], (long) numbers[4]);
    }

    /** The least value that at least this share of the values does not exceed. */
    private static double percentile(long[] sorted, int count, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * count) - 1)] / NANOS;
    }

    /** The numbers as words of an answer. */
    String words() {
        return DoubleStream.of(median, most99, most999, longest, (double) count).mapToObj(Double::toString)
                .collect(Collectors.joining(" "));
    }

    /** What these may be after a pause, given that these are the latencies in a loop. */
    Latencies allowed() {
        return new Latencies(allowed(median), allowed(most99), allowed(most999), allowed(longest), count);
    }

    private static double allowed(double milliseconds) {
        return FACTOR * milliseconds + WAKING;
    }

    /** Returns whether neither the median nor the 99th percentile is above those of {@code most}. */
    boolean isWithin(Latencies most) {
        return median <= most.median && most99 <= most.most99;
    }

    /** The median and the 99th percentile as text. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "median %s, 99th percentile %s", Report.milliseconds(median),
                Report.milliseconds(most99));
    }
}
