package scanline.lab.format;

import java.util.Arrays;

/**
 * How many numbers lie where, in TensorFlow's buckets (tensorflow/core/lib/histogram): their limits grow by a tenth from
 * 1e-12 on, on both sides of 0. Numbers that are not finite are left out.
 *
 * @param min the smallest number
 * @param max the largest
 * @param count how many there are
 * @param sum of the numbers
 * @param sumOfSquares of the numbers
 * @param limits each bucket's upper limit, which is in the next one; of neighboring empty buckets the last
 * @param buckets how many numbers each has
 */
public record Histogram(double min, double max, long count, double sum, double sumOfSquares, double[] limits,
        double[] buckets) {
    private static final double[] LIMITS = allLimits();

    /** The histogram of some numbers. */
    static Histogram of(float[] values) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        long count = 0;
        double[] buckets = new double[LIMITS.length];
        for (float value : values) {
            if (Float.isFinite(value)) {
                min = Math.min(min, value);
                max = Math.max(max, value);
                sum += value;
                squares += (double) value * value;
                count++;
                buckets[bucket(value)]++;
            }
        }
        return count == 0
                ? new Histogram(0, 0, 0, 0, 0, new double[] {Double.MAX_VALUE}, new double[1])
                : joined(min, max, count, sum, squares, buckets);
    }

    /** Empty buckets beside each other become one. */
    private static Histogram joined(double min, double max, long count, double sum, double squares, double[] buckets) {
        double[] limits = new double[buckets.length];
        double[] filled = new double[buckets.length];
        int n = 0;
        for (int i = 0; i < buckets.length; i++) {
            boolean goesOn = n > 0 && buckets[i] == 0 && filled[n - 1] == 0;
            n += goesOn ? 0 : 1;
            limits[n - 1] = LIMITS[i];
            filled[n - 1] = buckets[i];
        }
        return new Histogram(min, max, count, sum, squares, Arrays.copyOf(limits, n), Arrays.copyOf(filled, n));
    }

    /** The first bucket whose limit is above a number. */
    static int bucket(double value) {
        // Zeros of either sign belong behind the limit 0, and binarySearch takes -0 for less.
        int found = Arrays.binarySearch(LIMITS, value + 0.0);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private static double[] allLimits() {
        double[] positive = new double[1000];
        int n = 0;
        for (double limit = 1e-12; limit < 1e20; limit *= 1.1) {
            positive[n++] = limit;
        }
        positive[n++] = Double.MAX_VALUE;
        double[] limits = new double[2 * n + 1];
        for (int i = 0; i < n; i++) {
            limits[n + 1 + i] = positive[i];
            limits[n - 1 - i] = -positive[i];
        }
        return limits;
    }
}
