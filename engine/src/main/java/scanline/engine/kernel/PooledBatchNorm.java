package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.Window;

/**
 * Batch normalization of images, ReLU and max pooling of 2 x 2 pixels in one pass. The intermediate values are never
 * stored; the backward pass computes them again. Statistics, scales and slopes are those of {@link BatchNorm}; each
 * lane is a channel.
 */
public final class PooledBatchNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private static final int OPERATIONS = 4; // for each element

    private PooledBatchNorm() {}

    /** Divides the images among the threads. */
    private static void images(Parallel parallel, Window window, Parallel.Rows some) {
        parallel.rows(window.batch(), window.pixels() * window.channels(), some);
    }

    /** Normalizes, and sets y to the largest of each 2 x 2 pixels, or 0. */
    public static void forward(Parallel parallel, float[] y, float[] x, ChannelNorm<float[]> norm, Window window) {
        float[] scales = BatchNorm.scales(norm, window.channels());
        parallel.rows(window.batch() * window.outHeight(),
                OPERATIONS * window.pixels() * window.channels() / window.outHeight(),
                (from, to) -> forward(y, x, scales, window, from, to));
    }

    /** The work space of {@link #backward}, in floats. */
    public static int work(Window window) {
        return 2 * window.batch() * window.channels();
    }

    /** Adds to dx and to the gradients of gamma and beta; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, Affine<float[]> daffine, float[] dy,
            float[] x, ChannelNorm<float[]> norm, float[] work, Window window) {
        float[] scales = BatchNorm.scales(norm, window.channels());
        float[] mean = norm.mean();
        images(parallel, window, (from, to) -> gradientSums(work, dy, x, mean, scales, window, from, to));
        float[] slopes = BatchNorm.combineGradient(daffine, work, window.batch(), norm,
                window.batch() * window.pixels(), window.channels());
        if (dx != null) {
            images(parallel, window, (from, to) -> gradient(dx, dy, x, mean, scales, slopes, window, from, to));
        }
    }

    /** Normalizes the pixels of rows {@code from..to} of all images of y, and sets y to the largest of each 2 x 2 pixels, or 0. */
    private static void forward(float[] y, float[] x, float[] scales, Window window, int from, int to) {
        int channels = window.channels();
        int row = window.width() * channels;
        int outWidth = window.outWidth();
        for (int i = from; i < to; i++) {
            int top = (i / window.outHeight() * window.height() + i % window.outHeight() * 2) * row;
            int at = i * outWidth * channels;
            int c = 0;
            for (int end = S.loopBound(channels); c < end; c += S.length()) {
                forward(y, at + c, x, top + c, row, scales, c, channels, outWidth);
            }
            for (; c < channels; c++) {
                for (int j = 0; j < outWidth; j++) {
                    int p = top + 2 * j * channels + c;
                    float v = value(x, p, scales, c, channels);
                    v = larger(v, value(x, p + channels, scales, c, channels));
                    v = larger(v, value(x, p + row, scales, c, channels));
                    v = larger(v, value(x, p + row + channels, scales, c, channels));
                    y[at + j * channels + c] = v <= 0 ? 0f : v;
                }
            }
        }
    }

    private static float value(float[] x, int p, float[] scales, int c, int channels) {
        return Math.fma(x[p], scales[c], scales[channels + c]);
    }

    private static float larger(float a, float b) {
        return b > a || Float.isNaN(b) ? b : a;
    }

    private static void forward(float[] y, int at, float[] x, int xAt, int row, float[] scales, int c, int channels,
            int outWidth) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        for (int j = 0; j < outWidth; j++) {
            int p = xAt + 2 * j * channels;
            FloatVector v0 = FloatVector.fromArray(S, x, p).fma(scale, shift);
            FloatVector v1 = FloatVector.fromArray(S, x, p + channels).fma(scale, shift);
            FloatVector v2 = FloatVector.fromArray(S, x, p + row).fma(scale, shift);
            FloatVector v3 = FloatVector.fromArray(S, x, p + row + channels).fma(scale, shift);
            FloatVector v = larger(larger(larger(v0, v1), v2), v3);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, at + j * channels);
        }
    }

    private static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a).or(b.compare(VectorOperators.NE, b)));
    }

    /**
     * As {@link BatchNorm#gradientSums}, for pooled images {@code from..to}: only the largest of 2 x 2 pixels has a
     * gradient, the first one if several are equal.
     *
     * @param sums
     *            [B, 2, C]
     */
    private static void gradientSums(float[] sums, float[] dy, float[] x, float[] mean, float[] scales, Window window,
            int from, int to) {
        int channels = window.channels();
        int row = window.width() * channels;
        int outWidth = window.outWidth();
        for (int image = from; image < to; image++) {
            Arrays.fill(sums, 2 * image * channels, 2 * (image + 1) * channels, 0f);
            for (int i = 0; i < window.outHeight(); i++) {
                int top = image * window.pixels() * channels + 2 * i * row;
                int at = (image * window.places() + i * outWidth) * channels;
                int c = 0;
                for (int end = S.loopBound(channels); c < end; c += S.length()) {
                    gradientSums(sums, 2 * image * channels + c, dy, at + c, x, top + c, row, mean, scales, c, channels,
                            outWidth);
                }
                for (; c < channels; c++) {
                    int own = 2 * image * channels + c;
                    for (int j = 0; j < outWidth; j++) {
                        int p = top + 2 * j * channels + c;
                        int first = first(x, p, row, scales, c, channels);
                        if (value(x, first, scales, c, channels) <= 0) {
                            continue;
                        }
                        float g = dy[at + j * channels + c];
                        sums[own] += g;
                        sums[own + channels] = Math.fma(g, x[first] - mean[c], sums[own + channels]);
                    }
                }
            }
        }
    }

    /** Returns the index of the largest of four pixels after normalization, the first one if several are equal. */
    private static int first(float[] x, int p, int row, float[] scales, int c, int channels) {
        int first = p;
        float largest = value(x, p, scales, c, channels);
        for (int other = p + channels;; other = other == p + channels ? p + row : p + row + channels) {
            float v = value(x, other, scales, c, channels);
            if (v > largest || Float.isNaN(v)) {
                largest = v;
                first = other;
            }
            if (other == p + row + channels) {
                return first;
            }
        }
    }

    private static void gradientSums(float[] sums, int sumsAt, float[] dy, int at, float[] x, int xAt, int row,
            float[] mean, float[] scales, int c, int channels, int outWidth) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        FloatVector m = FloatVector.fromArray(S, mean, c);
        FloatVector sum = FloatVector.fromArray(S, sums, sumsAt);
        FloatVector product = FloatVector.fromArray(S, sums, sumsAt + channels);
        for (int j = 0; j < outWidth; j++) {
            int p = xAt + 2 * j * channels;
            FloatVector source = FloatVector.fromArray(S, x, p);
            FloatVector v = source.fma(scale, shift);
            for (int i = 1; i < 4; i++) {
                FloatVector xi = FloatVector.fromArray(S, x, p + (i >> 1) * row + (i & 1) * channels);
                FloatVector vi = xi.fma(scale, shift);
                var larger = vi.compare(VectorOperators.GT, v).or(vi.compare(VectorOperators.NE, vi));
                v = v.blend(vi, larger);
                source = source.blend(xi, larger);
            }
            FloatVector g = FloatVector.fromArray(S, dy, at + j * channels).blend(0f,
                    v.compare(VectorOperators.LE, 0f));
            sum = sum.add(g);
            product = g.fma(source.sub(m), product);
        }
        sum.intoArray(sums, sumsAt);
        product.intoArray(sums, sumsAt + channels);
    }

    /** As {@link BatchNorm#gradient}, for pooled images {@code from..to}. */
    private static void gradient(float[] dx, float[] dy, float[] x, float[] mean, float[] scales, float[] slopes,
            Window window, int from, int to) {
        int channels = window.channels();
        int row = window.width() * channels;
        int outWidth = window.outWidth();
        for (int image = from; image < to; image++) {
            int own = image * window.pixels() * channels;
            // Pixels on the right and at the bottom that no window covers only have the gradient through the
            // statistics.
            for (int i = 0; i < window.height(); i++) {
                int first = i < 2 * window.outHeight() ? 2 * outWidth : 0;
                ofStatistics(dx, x, own + i * row + first * channels, mean, slopes, channels, window.width() - first);
            }
            for (int i = 0; i < window.outHeight(); i++) {
                int top = own + 2 * i * row;
                int at = (image * window.places() + i * outWidth) * channels;
                int c = 0;
                for (int end = S.loopBound(channels); c < end; c += S.length()) {
                    gradient(dx, dy, at + c, x, top + c, row, mean, scales, slopes, c, channels, outWidth);
                }
                for (; c < channels; c++) {
                    for (int j = 0; j < outWidth; j++) {
                        int p = top + 2 * j * channels + c;
                        int first = first(x, p, row, scales, c, channels);
                        float g = value(x, first, scales, c, channels) <= 0 ? 0f : dy[at + j * channels + c];
                        for (int other = 0; other < 4; other++) {
                            int q = p + (other >> 1) * row + (other & 1) * channels;
                            dx[q] += Math.fma(q == first ? g : 0f, scales[c],
                                    Math.fma(x[q] - mean[c], slopes[c], slopes[channels + c]));
                        }
                    }
                }
            }
        }
    }

    private static void ofStatistics(float[] dx, float[] x, int at, float[] mean, float[] slopes, int channels,
            int count) {
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < channels; c++) {
                int p = at + i * channels + c;
                dx[p] += Math.fma(x[p] - mean[c], slopes[c], slopes[channels + c]);
            }
        }
    }

    private static void gradient(float[] dx, float[] dy, int at, float[] x, int xAt, int row, float[] mean,
            float[] scales, float[] slopes, int c, int channels, int outWidth) {
        FloatVector scale = FloatVector.fromArray(S, scales, c);
        FloatVector shift = FloatVector.fromArray(S, scales, channels + c);
        FloatVector m = FloatVector.fromArray(S, mean, c);
        FloatVector slope = FloatVector.fromArray(S, slopes, c);
        FloatVector offset = FloatVector.fromArray(S, slopes, channels + c);
        for (int j = 0; j < outWidth; j++) {
            int p = xAt + 2 * j * channels;
            FloatVector v = FloatVector.fromArray(S, x, p).fma(scale, shift);
            FloatVector first = FloatVector.zero(S);
            for (int i = 1; i < 4; i++) {
                FloatVector vi = FloatVector.fromArray(S, x, p + (i >> 1) * row + (i & 1) * channels).fma(scale, shift);
                var larger = vi.compare(VectorOperators.GT, v).or(vi.compare(VectorOperators.NE, vi));
                v = v.blend(vi, larger);
                first = first.blend((float) i, larger);
            }
            FloatVector g = FloatVector.fromArray(S, dy, at + j * channels).blend(0f,
                    v.compare(VectorOperators.LE, 0f));
            for (int i = 0; i < 4; i++) {
                int q = p + (i >> 1) * row + (i & 1) * channels;
                FloatVector own = g.blend(0f, first.compare(VectorOperators.NE, (float) i));
                FloatVector.fromArray(S, dx, q)
                        .add(own.fma(scale, FloatVector.fromArray(S, x, q).sub(m).fma(slope, offset)))
                        .intoArray(dx, q);
            }
        }
    }
}
