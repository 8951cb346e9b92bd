package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.RowMoments;

/**
 * Layer normalization of rows of n floats: {@code y = (x - mean) / sqrt(variance + epsilon) gamma + beta} (Ba, Kiros
 * and Hinton 2016), with the variance divided by n, as in PyTorch. Sums over a row use the virtual lanes of {@link
 * Reduction}.
 *
 * <p>
 * Backward, with {@code z = (x - mean) inverse} and {@code g = dy gamma}: {@code dx = inverse (g - mean(g) - z mean(g
 * z))}, {@code dgamma = sum of dy z over the rows, dbeta = sum of dy}. The rows are cut into shards, each with its own
 * sums. The number of shards depends only on the number of rows.
 */
public final class LayerNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    private static final int WIDTH = Reduction.WIDTH;
    private static final int SHARD = 256;
    private static final ThreadLocal<float[]> LANES = ThreadLocal.withInitial(() -> new float[WIDTH]);

    private LayerNorm() {}

    private static int shards(int rows) {
        return (rows + SHARD - 1) / SHARD;
    }

    /** Sets y and saves what the backward pass needs. */
    public static void forward(Parallel parallel, float[] y, RowMoments<float[]> saved, float[] x,
            Affine<float[]> affine, float epsilon, int rows, int n) {
        parallel.rows(rows, n, (from, to) -> forward(y, saved.mean(), saved.inverse(), x, affine.gamma(),
                affine.beta(), epsilon, n, from, to));
    }

    private static void forward(float[] y, float[] mean, float[] inverse, float[] x, float[] gamma, float[] beta,
            float epsilon, int n, int from, int to) {
        float[] lanes = LANES.get();
        for (int row = from; row < to; row++) {
            int at = row * n;
            float m = sum(x, at, n, lanes) / n;
            float variance = squares(x, at, m, n, lanes) / n;
            float scale = (float) (1 / Math.sqrt(variance + epsilon));
            mean[row] = m;
            inverse[row] = scale;
            normalize(y, x, at, m, scale, gamma, beta, n);
        }
    }

    /** The work space of {@link #backward}, in floats: for each shard the sums for dgamma and dbeta, [shards, 2, n]. */
    public static int work(int rows, int n) {
        return shards(rows) * 2 * n;
    }

    /** Adds to dx and to the gradients of gamma and beta; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, Affine<float[]> daffine, float[] dy,
            float[] x, RowMoments<float[]> saved, float[] gamma, float[] work, int rows, int n) {
        int shards = shards(rows);
        parallel.rows(shards, rows / shards * n, (from, to) -> backward(dx, work, dy, x, saved.mean(), saved.inverse(),
                gamma, rows, n, from, to));
        for (int shard = 0; shard < shards; shard++) {
            if (daffine.gamma() != null) {
                Elementwise.accumulate(daffine.gamma(), 0, work, shard * 2 * n, n);
            }
            if (daffine.beta() != null) {
                Elementwise.accumulate(daffine.beta(), 0, work, (shard * 2 + 1) * n, n);
            }
        }
    }

    private static void backward(float @Nullable [] dx, float[] sums, float[] dy, float[] x, float[] mean,
            float[] inverse, float[] gamma, int rows, int n, int from, int to) {
        float[] lanes = LANES.get();
        for (int shard = from; shard < to; shard++) {
            int at = shard * 2 * n;
            Arrays.fill(sums, at, at + 2 * n, 0f);
            for (int row = shard * SHARD; row < Math.min(rows, (shard + 1) * SHARD); row++) {
                parameters(sums, at, dy, x, row * n, mean[row], inverse[row], n);
                if (dx != null) {
                    float m = sumOfGradients(dy, row * n, gamma, n, lanes) / n;
                    float mz = sumOfProducts(dy, x, row * n, mean[row], inverse[row], gamma, n, lanes) / n;
                    input(dx, dy, x, row * n, mean[row], inverse[row], gamma, m, mz, n);
                }
            }
        }
    }

    private static float sum(float[] x, int at, int n, float[] lanes) {
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                sum = sum.add(FloatVector.fromArray(S, x, at + i));
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[at + i];
        }
        return Reduction.tree(lanes);
    }

    private static float squares(float[] x, int at, float mean, int n, float[] lanes) {
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                FloatVector v = FloatVector.fromArray(S, x, at + i).sub(mean);
                sum = v.fma(v, sum);
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            float v = x[at + i] - mean;
            lanes[i - whole] = Math.fma(v, v, lanes[i - whole]);
        }
        return Reduction.tree(lanes);
    }

    /** The sum of {@code g = dy gamma} over a row. */
    private static float sumOfGradients(float[] dy, int at, float[] gamma, int n, float[] lanes) {
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                sum = FloatVector.fromArray(S, dy, at + i).fma(FloatVector.fromArray(S, gamma, i), sum);
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] = Math.fma(dy[at + i], gamma[i], lanes[i - whole]);
        }
        return Reduction.tree(lanes);
    }

    /** The sum of {@code g z} over a row. */
    private static float sumOfProducts(float[] dy, float[] x, int at, float mean, float inverse, float[] gamma, int n,
            float[] lanes) {
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                FloatVector z = FloatVector.fromArray(S, x, at + i).sub(mean).mul(inverse);
                FloatVector g = FloatVector.fromArray(S, dy, at + i).mul(FloatVector.fromArray(S, gamma, i));
                sum = g.fma(z, sum);
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            float z = (x[at + i] - mean) * inverse;
            lanes[i - whole] = Math.fma(dy[at + i] * gamma[i], z, lanes[i - whole]);
        }
        return Reduction.tree(lanes);
    }

    private static void normalize(float[] y, float[] x, int at, float mean, float inverse, float[] gamma, float[] beta,
            int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += W) {
            FloatVector z = FloatVector.fromArray(S, x, at + i).sub(mean).mul(inverse);
            z.fma(FloatVector.fromArray(S, gamma, i), FloatVector.fromArray(S, beta, i)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = Math.fma((x[at + i] - mean) * inverse, gamma[i], beta[i]);
        }
    }

    /** Adds a row to the sums for dgamma, and to those for dbeta, which follow them. */
    private static void parameters(float[] sums, int sumsAt, float[] dy, float[] x, int at, float mean, float inverse,
            int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += W) {
            FloatVector z = FloatVector.fromArray(S, x, at + i).sub(mean).mul(inverse);
            FloatVector d = FloatVector.fromArray(S, dy, at + i);
            d.fma(z, FloatVector.fromArray(S, sums, sumsAt + i)).intoArray(sums, sumsAt + i);
            FloatVector.fromArray(S, sums, sumsAt + n + i).add(d).intoArray(sums, sumsAt + n + i);
        }
        for (; i < n; i++) {
            float z = (x[at + i] - mean) * inverse;
            sums[sumsAt + i] = Math.fma(dy[at + i], z, sums[sumsAt + i]);
            sums[sumsAt + n + i] += dy[at + i];
        }
    }

    private static void input(float[] dx, float[] dy, float[] x, int at, float mean, float inverse, float[] gamma,
            float meanOfGradients, float meanOfProducts, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += W) {
            FloatVector z = FloatVector.fromArray(S, x, at + i).sub(mean).mul(inverse);
            FloatVector g = FloatVector.fromArray(S, dy, at + i).mul(FloatVector.fromArray(S, gamma, i));
            FloatVector d = z.fma(FloatVector.broadcast(S, -meanOfProducts), g.sub(meanOfGradients));
            d.fma(FloatVector.broadcast(S, inverse), FloatVector.fromArray(S, dx, at + i)).intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            float z = (x[at + i] - mean) * inverse;
            float d = Math.fma(z, -meanOfProducts, dy[at + i] * gamma[i] - meanOfGradients);
            dx[at + i] = Math.fma(d, inverse, dx[at + i]);
        }
    }
}
