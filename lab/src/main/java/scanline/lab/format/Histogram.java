package scanline.lab.format;

import java.util.Arrays;

/**
 * A histogram with TensorFlow's buckets (tensorflow/core/lib/histogram): their limits start at 1e-12 on both sides of 0
 * and grow by a factor of 1.1. Numbers that are not finite are left out.
 *
 * @param min the smallest number
 * @param max the largest number
 * @param count the number of numbers
 * @param sum the sum of the numbers
 * @param sumOfSquares the sum of the squares of the numbers
 * @param limits the upper limit of each bucket, exclusive; adjacent empty buckets are merged into one with the last
 *     limit
 * @param buckets the number of numbers in each bucket
 */
public record Histogram(double min, double max, long count, double sum, double sumOfSquares, double[] limits,
        double[] buckets) {
    private static final double[] LIMITS = allLimits();

    /** Returns the histogram of an array of numbers. */
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
                : merged(min, max, count, sum, squares, buckets);
    }

    /** Merges adjacent empty buckets. */
    private static Histogram merged(double min, double max, long count, double sum, double squares, double[] buckets) {
        double[] limits = new double[buckets.length];
        double[] filled = new double[buckets.length];
        int n = 0;
        for (int i = 0; i < buckets.length; i++) {
            boolean isMerged = n > 0 && buckets[i] == 0 && filled[n - 1] == 0;
            n += isMerged ? 0 : 1;
            limits[n - 1] = LIMITS[i];
            filled[n - 1] = buckets[i];
        }
        return new Histogram(min, max, count, sum, squares, Arrays.copyOf(limits, n), Arrays.copyOf(filled, n));
    }

    /** Returns the first bucket whose limit is above a number. */
    static int bucket(double value) {
        // Zeros of either sign belong after the limit 0, but binarySearch orders -0 before 0; adding 0.0 makes -0
        // positive.
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
