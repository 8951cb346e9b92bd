package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;

/**
 * Batch normalization of x[N, C], N rows and C channels, alone or followed by ReLU. The derivation is in
 * docs/kernels/convolution.md.
 *
 * <p>
 * Each lane is a channel. Sums over the rows of a chunk are computed in float32; the size of a chunk depends only on
 * the shape. The sums of the chunks are then added in order in double precision.
 */
public final class BatchNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Rows that are summed in float32: few enough for small errors, and to be still in cache when they are read again.
    private static final int CHUNK = 256;

    private BatchNorm() {}

    /** The number of chunks of {@code rows} rows. */
    private static int chunks(int rows) {
        return Math.ceilDiv(rows, CHUNK);
    }

    /** Divides the chunks of {@code rows} rows among the threads. */
    private static void chunks(Parallel parallel, int rows, int channels, Parallel.Rows some) {
        int chunks = chunks(rows);
        parallel.rows(chunks, rows * channels / chunks, some);
    }

    /** The work space of {@link #statistics} and {@link #backward}, in floats. */
    public static int work(int rows, int channels) {
        return 2 * chunks(rows) * channels;
    }

    /** Computes the mean and the biased variance of every channel. */
    public static void statistics(Parallel parallel, float[] mean, float[] variance, float[] x, float[] work, int rows,
            int channels) {
        int squaresAt = chunks(rows) * channels;
        chunks(parallel, rows, channels, (from, to) -> moments(work, squaresAt, x, rows, channels, from, to));
        combine(mean, variance, work, squaresAt, rows, channels);
    }

    /**
     * Computes the mean and the sum of squared differences from it, for every channel in chunks {@code from..to}.
     *
     * @param means
     *            the means, [chunks, C], and from {@code squaresAt} on the squared differences, [chunks, C]
     */
    private static void moments(float[] means, int squaresAt, float[] x, int rows, int channels, int from, int to) {
        for (int chunk = from; chunk < to; chunk++) {
            int count = Math.min(CHUNK, rows - chunk * CHUNK);
            int own = chunk * channels;
            int c = 0;
            for (int end = S.loopBound(channels); c < end; c += S.length()) {
                moments(means, own + c, squaresAt + own + c, x, chunk * CHUNK * channels + c, channels, count);
            }
            for (; c < channels; c++) {
                moment(means, own + c, squaresAt + own + c, x, chunk * CHUNK * channels + c, channels, count);
            }
        }
    }

    /**
     * Processes a vector of channels. Four sums take turns, because a single one would have to wait for itself at every
     * row.
     */
    private static void moments(float[] means, int at, int squaresAt, float[] x, int xAt, int channels, int count) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            int p = xAt + i * channels;
            s0 = s0.add(FloatVector.fromArray(S, x, p));
            s1 = s1.add(FloatVector.fromArray(S, x, p + channels));
            s2 = s2.add(FloatVector.fromArray(S, x, p + 2 * channels));
            s3 = s3.add(FloatVector.fromArray(S, x, p + 3 * channels));
        }
        for (; i < count; i++) {
            s0 = s0.add(FloatVector.fromArray(S, x, xAt + i * channels));
        }
        FloatVector mean = s0.add(s1).add(s2.add(s3)).div(count);
        mean.intoArray(means, at);
        s0 = s1 = s2 = s3 = FloatVector.zero(S);
        for (i = 0; i + 4 <= count; i += 4) {
            int p = xAt + i * channels;
            FloatVector v0 = FloatVector.fromArray(S, x, p).sub(mean);
            FloatVector v1 = FloatVector.fromArray(S, x, p + channels).sub(mean);
            FloatVector v2 = FloatVector.fromArray(S, x, p + 2 * channels).sub(mean);
            FloatVector v3 = FloatVector.fromArray(S, x, p + 3 * channels).sub(mean);
            s0 = v0.fma(v0, s0);
            s1 = v1.fma(v1, s1);
            s2 = v2.fma(v2, s2);
            s3 = v3.fma(v3, s3);
        }
        for (; i < count; i++) {
            FloatVector v = FloatVector.fromArray(S, x, xAt + i * channels).sub(mean);
            s0 = v.fma(v, s0);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(means, squaresAt);
    }

    /** Processes one channel, with the same operations in the same order. */
    private static void moment(float[] means, int at, int squaresAt, float[] x, int xAt, int channels, int count) {
        float[] s = new float[4];
        int whole = count / 4 * 4;
        for (int i = 0; i < count; i++) {
            s[i < whole ? i % 4 : 0] += x[xAt + i * channels];
        }
        float mean = (s[0] + s[1] + (s[2] + s[3])) / count;
        means[at] = mean;
        Arrays.fill(s, 0f);
        for (int i = 0; i < count; i++) {
            float v = x[xAt + i * channels] - mean;
            int sum = i < whole ? i % 4 : 0;
            s[sum] = Math.fma(v, v, s[sum]);
        }
        means[squaresAt] = s[0] + s[1] + (s[2] + s[3]);
    }

    /**
     * Combines the moments of the chunks into the mean and biased variance of all rows (Chan, Golub and LeVeque 1979).
     * No large sums are subtracted from each other, however far the mean is from zero.
     */
    private static void combine(float[] mean, float[] variance, float[] means, int squaresAt, int rows, int channels) {
        int chunks = chunks(rows);
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += (double) means[chunk * channels + c] * Math.min(CHUNK, rows - chunk * CHUNK);
            }
            double all = sum / rows;
            double squares = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                double difference = means[chunk * channels + c] - all;
                squares += means[squaresAt + chunk * channels + c]
                        + difference * difference * Math.min(CHUNK, rows - chunk * CHUNK);
            }
            mean[c] = (float) all;
            variance[c] = (float) (squares / rows);
        }
    }

    /** {@code running = (1 - momentum) running + momentum factor new}. */
    public static void track(float[] running, float[] now, float factor, float momentum, int channels) {
        for (int c = 0; c < channels; c++) {
            running[c] = (1 - momentum) * running[c] + momentum * (now[c] * factor);
        }
    }

    /** Returns the coefficients of {@code y = scale x + shift}: the scale [C], then the shift [C]. */
    static float[] scales(ChannelNorm<float[]> norm, int channels) {
        float[] mean = norm.mean();
        float[] variance = norm.variance();
        float[] gamma = norm.affine().gamma();
        float[] beta = norm.affine().beta();
        float[] scales = new float[2 * channels];
        for (int c = 0; c < channels; c++) {
            float scale = (float) (gamma[c] / Math.sqrt((double) variance[c] + norm.epsilon()));
            scales[c] = scale;
            scales[channels + c] = (float) (beta[c] - (double) mean[c] * scale);
        }
        return scales;
    }

    private static float floor(boolean relu) {
        return relu ? 0f : Float.NEGATIVE_INFINITY;
    }

    /** Sets y, with or without ReLU. */
    public static void forward(Parallel parallel, float[] y, float[] x, ChannelNorm<float[]> norm, boolean relu,
            int rows, int channels) {
        float[] scales = scales(norm, channels);
        chunks(parallel, rows, channels,
                (from, to) -> normalize(y, x, scales, floor(relu), rows, channels, from, to));
    }

    /** Adds to dx and to the gradients of gamma and beta; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, Affine<float[]> daffine, float[] dy,
            float[] x, ChannelNorm<float[]> norm, boolean relu, float[] work, int rows, int channels) {
        float[] scales = scales(norm, channels);
        float[] mean = norm.mean();
        chunks(parallel, rows, channels, (from, to) -> gradientSums(work, dy, x, mean, scales, floor(relu), rows,
                channels, from, to));
        float[] slopes = combineGradient(daffine, work, chunks(rows), norm, rows, channels);
        if (dx != null) {
            chunks(parallel, rows, channels, (from, to) -> gradient(dx, dy, x, mean, scales, slopes, floor(relu), rows,
                    channels, from, to));
        }
    }

    /**
     * Normalizes chunks {@code from..to}.
     *
     * @param floor
     *            0 for ReLU, minus infinity for none
     */
    private static void normalize(float[] y, float[] x, float[] scales, float floor, int rows, int channels, int from,
            int to) {
        for (int chunk = from; chunk < to; chunk++) {
            int count = Math.min(CHUNK, rows - chunk * CHUNK);
            int c = 0;
            for (int end = S.loopBound(channels); c < end; c += S.length()) {
                normalize(y, x, chunk * CHUNK * channels + c, scales, c, floor, channels, count);
            }
            for (; c < channels; c++) {
                for (int i = 0; i < count; i++) {
                    int at = (chunk * CHUNK + i) * channels + c;
                    float v = Math.fma(x[at], scales[c], scales[channels + c]);
                    y[at] = v <= floor ? floor : v;
                }
            }
        }
    }

    private static void normalize(float[] y, float[] x, int at, float[] scales, int c, float floor, int channels,
            int count) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        for (int i = 0; i < count; i++) {
            int p = at + i * channels;
            FloatVector v = FloatVector.fromArray(S, x, p).fma(scale, shift);
            v.blend(floor, v.compare(VectorOperators.LE, floor)).intoArray(y, p);
        }
    }

    /**
     * Computes the sums of g and of {@code g (x - mean)} in chunks {@code from..to}. g is dy, or 0 where the floor was
     * applied.
     *
     * @param sums
     *            [chunks, 2, C]
     */
    private static void gradientSums(float[] sums, float[] dy, float[] x, float[] mean, float[] scales, float floor,
            int rows, int channels, int from, int to) {
        for (int chunk = from; chunk < to; chunk++) {
            int count = Math.min(CHUNK, rows - chunk * CHUNK);
            int own = 2 * chunk * channels;
            int c = 0;
            for (int end = S.loopBound(channels); c < end; c += S.length()) {
                gradientSums(sums, own + c, dy, x, chunk * CHUNK * channels + c, mean, scales, c, floor, channels,
                        count);
            }
            for (; c < channels; c++) {
                float[] s = new float[4];
                int whole = count / 2 * 2;
                for (int i = 0; i < count; i++) {
                    int at = (chunk * CHUNK + i) * channels + c;
                    int sum = i < whole ? i % 2 : 0;
                    float g = Math.fma(x[at], scales[c], scales[channels + c]) <= floor ? 0f : dy[at];
                    s[sum] += g;
                    s[2 + sum] = Math.fma(g, x[at] - mean[c], s[2 + sum]);
                }
                sums[own + c] = s[0] + s[1];
                sums[own + channels + c] = s[2] + s[3];
            }
        }
    }

    private static void gradientSums(float[] sums, int at, float[] dy, float[] x, int xAt, float[] mean, float[] scales,
            int c, float floor, int channels, int count) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        FloatVector m = FloatVector.fromArray(S, mean, c);
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector t0 = s0;
        FloatVector t1 = s0;
        int i = 0;
        for (; i + 2 <= count; i += 2) {
            int p = xAt + i * channels;
            FloatVector x0 = FloatVector.fromArray(S, x, p);
            FloatVector x1 = FloatVector.fromArray(S, x, p + channels);
            FloatVector g0 = FloatVector.fromArray(S, dy, p).blend(0f,
                    x0.fma(scale, shift).compare(VectorOperators.LE, floor));
            FloatVector g1 = FloatVector.fromArray(S, dy, p + channels).blend(0f,
                    x1.fma(scale, shift).compare(VectorOperators.LE, floor));
            s0 = s0.add(g0);
            s1 = s1.add(g1);
            t0 = g0.fma(x0.sub(m), t0);
            t1 = g1.fma(x1.sub(m), t1);
        }
        if (i < count) {
            int p = xAt + i * channels;
            FloatVector x0 = FloatVector.fromArray(S, x, p);
            FloatVector g0 = FloatVector.fromArray(S, dy, p).blend(0f,
                    x0.fma(scale, shift).compare(VectorOperators.LE, floor));
            s0 = s0.add(g0);
            t0 = g0.fma(x0.sub(m), t0);
        }
        s0.add(s1).intoArray(sums, at);
        t0.add(t1).intoArray(sums, at + channels);
    }

    /**
     * Adds up the sums of {@code count} chunks. Adds to the gradients of gamma and beta, unless null, and returns the
     * coefficients of {@code dx = scale g + slope (x - mean) + offset}: the slope [C], then the offset [C]. They are the
     * gradient through the statistics, and 0 if these are constants.
     *
     * @param sums
     *            [count, 2, C]
     */
    static float[] combineGradient(Affine<float[]> daffine, float[] sums, int count, ChannelNorm<float[]> norm,
            int rows, int channels) {
        float[] dgamma = daffine.gamma();
        float[] dbeta = daffine.beta();
        float[] variance = norm.variance();
        float[] gamma = norm.affine().gamma();
        float[] slopes = new float[2 * channels];
        for (int c = 0; c < channels; c++) {
            double g = 0;
            double gx = 0;
            for (int chunk = 0; chunk < count; chunk++) {
                g += sums[2 * chunk * channels + c];
                gx += sums[(2 * chunk + 1) * channels + c];
            }
            double inverse = 1 / Math.sqrt((double) variance[c] + norm.epsilon());
            if (dgamma != null) {
                dgamma[c] += (float) (gx * inverse);
            }
            if (dbeta != null) {
                dbeta[c] += (float) g;
            }
            if (norm.ofBatch()) {
                slopes[c] = (float) (-gamma[c] * inverse * inverse * inverse * gx / rows);
                slopes[channels + c] = (float) (-gamma[c] * inverse * g / rows);
            }
        }
        return slopes;
    }

    /** Adds {@code scale g + slope (x - mean) + offset} to dx in chunks {@code from..to}. */
    private static void gradient(float[] dx, float[] dy, float[] x, float[] mean, float[] scales, float[] slopes,
            float floor, int rows, int channels, int from, int to) {
        for (int chunk = from; chunk < to; chunk++) {
            int count = Math.min(CHUNK, rows - chunk * CHUNK);
            int c = 0;
            for (int end = S.loopBound(channels); c < end; c += S.length()) {
                gradient(dx, dy, x, chunk * CHUNK * channels + c, mean, scales, slopes, c, floor, channels, count);
            }
            for (; c < channels; c++) {
                for (int i = 0; i < count; i++) {
                    int at = (chunk * CHUNK + i) * channels + c;
                    float g = Math.fma(x[at], scales[c], scales[channels + c]) <= floor ? 0f : dy[at];
                    dx[at] += Math.fma(g, scales[c], Math.fma(x[at] - mean[c], slopes[c], slopes[channels + c]));
                }
            }
        }
    }

    private static void gradient(float[] dx, float[] dy, float[] x, int at, float[] mean, float[] scales,
            float[] slopes, int c, float floor, int channels, int count) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        FloatVector m = FloatVector.fromArray(S, mean, c);
        FloatVector slope = FloatVector.fromArray(S, slopes, c);
        FloatVector offset = FloatVector.fromArray(S, slopes, channels + c);
        for (int i = 0; i < count; i++) {
            int p = at + i * channels;
            FloatVector v = FloatVector.fromArray(S, x, p);
            FloatVector g = FloatVector.fromArray(S, dy, p).blend(0f,
                    v.fma(scale, shift).compare(VectorOperators.LE, floor));
            FloatVector.fromArray(S, dx, p).add(g.fma(scale, v.sub(m).fma(slope, offset))).intoArray(dx, p);
        }
    }
}
