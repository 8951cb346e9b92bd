package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.FeedForwardShape;
import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.Nonlinearity;

/**
 * Two linear maps with a non-linear function between them, {@code y = dropout(f(x W1^T + b1)) W2^T + b2}, computed for
 * a block of rows at a time. The hidden values, several times as wide as x, never leave the cache, and the backward
 * pass computes them again. Letters: F features of a row, H hidden.
 *
 * <p>
 * Backward, for each block of rows: {@code dH = dY W2}, {@code dA = dropout(dH) f'(A)}, {@code dX += dA W1},
 * {@code dW1 += dA^T X} and {@code dW2^T += H^T dY}. The last one is computed transposed so that the narrow operand is
 * packed. The gradients of the weights are added up in {@link Shards}.
 */
public final class FeedForward {
    // Rows of a block: 48 x 512 numbers and their gradients fit in the second-level cache with the weights and their
    // sums.
    private static final int ROWS = 48;

    private FeedForward() {}

    private static int blocks(FeedForwardShape shape) {
        return (shape.rows() + ROWS - 1) / ROWS;
    }

    private static int shards(FeedForwardShape shape) {
        return Shards.count(blocks(shape), 2L * shape.features() * shape.hidden());
    }

    /** The layout of the backward work space: first the part that all threads share, then a part for each thread. */
    private record Layout(int zeros, int packed1, int back1, int back2, int sums, int shard, int own) {
        static Layout of(FeedForwardShape shape) {
            int f = shape.features();
            int h = shape.hidden();
            int packed1 = Lanes.FIRST + Lanes.lines(h);
            int back1 = packed1 + Gemm.packedLength(f, h);
            int back2 = back1 + Gemm.packedLength(h, f);
            int sums = back2 + Gemm.packedLength(f, h);
            int shard = Lanes.lines(2 * f * h + h + f);
            return new Layout(Lanes.FIRST, packed1, back1, back2, sums, shard, sums + shards(shape) * shard);
        }
    }

    /** The layout of a thread's part: [ROWS, H] before and after f, the gradient there, and operands of products. */
    private record Own(int before, int after, int gradient, int transposed, int packed, int end) {
        static Own of(int at, FeedForwardShape shape, boolean backward) {
            int block = Lanes.lines(ROWS * shape.hidden());
            int after = at + block;
            int gradient = after + block;
            int transposed = gradient + (backward ? block : 0);
            int packed = transposed + Lanes.lines(ROWS * shape.features());
            return new Own(at, after, gradient, transposed, packed,
                    packed + (backward ? Gemm.packedLength(ROWS, shape.features()) : 0));
        }
    }

    /** The length of the packed weights of {@link #forward}, in floats. */
    public static int packedLength(FeedForwardShape shape) {
        return packed2(shape) + Gemm.packedLength(shape.hidden(), shape.features());
    }

    private static int packed2(FeedForwardShape shape) {
        return Lanes.FIRST + Gemm.packedLength(shape.features(), shape.hidden());
    }

    /** The work space of {@link #forward}, a part for each thread, in floats. */
    public static int forwardWork(FeedForwardShape shape, int threads) {
        return Lanes.FIRST + threads * Lanes.lines(Own.of(0, shape, false).end);
    }

    /** The work space of {@link #backward}, in floats. */
    public static int backwardWork(FeedForwardShape shape, int threads) {
        return Layout.of(shape).own + threads * Lanes.lines(Own.of(0, shape, true).end);
    }

    /** Sets y from x, both [rows, F]. */
    public static void forward(Parallel parallel, float[] y, float[] x, FeedForwardWeights<float[]> w,
            Packed packed, float[] work, FeedForwardShape shape) {
        float[] weights = packed.values();
        int packed2 = packed2(shape);
        int f = shape.features();
        int h = shape.hidden();
        int piece = Lanes.lines(Own.of(0, shape, false).end);
        Own[] owns = new Own[parallel.threads()];
        for (int part = 0; part < owns.length; part++) {
            owns[part] = Own.of(Lanes.FIRST + part * piece, shape, false);
        }
        parallel.run(packed, (part, parts) -> {
            packTransposed(weights, Lanes.FIRST, w.w1(), f, h, part, parts);
            packTransposed(weights, packed2, w.w2(), h, f, part, parts);
        }, (part, parts) -> {
            Own own = owns[part];
            // Few blocks would not be divided evenly.
            boolean few = blocks(shape) < 2 * parts;
            int first = few
                    ? Parallel.from(part, parts, shape.rows())
                    : Parallel.from(part, parts, blocks(shape)) * ROWS;
            int end = few
                    ? Parallel.from(part + 1, parts, shape.rows())
                    : Math.min(shape.rows(), Parallel.from(part + 1, parts, blocks(shape)) * ROWS);
            for (int row = first; row < end; row += ROWS) {
                int rows = Math.min(ROWS, end - row);
                hidden(work, weights, Lanes.FIRST, own, x, w, shape, row, rows);
                Gemm.multiply(y, row * f, f, w.b2(), 0, 0, work, own.after, h, weights, packed2, rows, h, f);
            }
        });
    }

    /** Adds to dx and to the gradients of the weights; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, FeedForwardWeights<float[]> dw, float[] dy,
            float[] x,
            FeedForwardWeights<float[]> w, float[] work, FeedForwardShape shape) {
        Layout at = Layout.of(shape);
        int piece = Lanes.lines(Own.of(0, shape, true).end);
        int f = shape.features();
        int h = shape.hidden();
        int shards = shards(shape);
        parallel.run((part, parts) -> {
            packTransposed(work, at.packed1, w.w1(), f, h, part, parts);
            pack(work, at.back1, w.w1(), h, f, part, parts);
            pack(work, at.back2, w.w2(), f, h, part, parts);
            if (part == 0) {
                Arrays.fill(work, at.zeros, at.packed1, 0f);
            }
            parallel.meet(part, parts);
            Own own = Own.of(at.own + part * piece, shape, true);
            int end = Parallel.from(part + 1, parts, shards);
            for (int shard = Parallel.from(part, parts, shards); shard < end; shard++) {
                int sums = at.sums + shard * at.shard;
                Arrays.fill(work, sums, sums + at.shard, 0f);
                int lastBlock = Parallel.from(shard + 1, shards, blocks(shape));
                for (int block = Parallel.from(shard, shards, blocks(shape)); block < lastBlock; block++) {
                    int row = block * ROWS;
                    backward(dx, dw, dy, x, w, work, at, own, sums, shape, row,
                            Math.min(ROWS, shape.rows() - row));
                }
            }
            parallel.meet(part, parts);
            Shards.addUp(work, at.sums, at.shard, shards, part, parts);
            parallel.meet(part, parts);
            addSums(dw, work, at.sums, shape, part, parts);
        });
    }

    private static void backward(float @Nullable [] dx, FeedForwardWeights<float[]> dw, float[] dy, float[] x,
            FeedForwardWeights<float[]> w, float[] work, Layout at, Own own, int sums, FeedForwardShape shape, int row,
            int rows) {
        int f = shape.features();
        int h = shape.hidden();
        int biases = sums + 2 * f * h;
        hidden(work, work, at.packed1, own, x, w, shape, row, rows);
        // dW2^T += H^T dY, dH = dY W2
        if (dw.w2() != null) {
            Gemm.pack(work, own.packed, dy, row * f, f, rows, f, 0, Gemm.panels(f));
            Gemm.multiplyTransposed(work, sums + f * h, f, work, sums + f * h, f, work, own.after, h, work, own.packed,
                    h, rows, f);
        }
        Shards.addRows(work, biases + h, dy, row * f, f, rows, f);
        Transposition.transpose(work, own.transposed, rows, dy, row * f, f, rows, f);
        Gemm.multiplyTransposed(work, own.after, h, work, at.zeros, 0, work, own.transposed, rows, work, at.back2,
                rows, f, h);
        Dropout.drop(work, own.after, shape.dropout(), (long) row * h, rows * h);
        // dA
        Arrays.fill(work, own.gradient, own.gradient + rows * h, 0f);
        if (shape.nonlinearity() == Nonlinearity.GELU) {
            Gelu.gradient(work, own.gradient, work, own.after, work, own.before, rows * h);
        } else {
            Elementwise.reluGradient(work, own.gradient, work, own.after, work, own.before, rows * h);
        }
        // dW1 += dA^T X, dX += dA W1
        if (dw.w1() != null) {
            Gemm.pack(work, own.packed, x, row * f, f, rows, f, 0, Gemm.panels(f));
            Gemm.multiplyTransposed(work, sums, f, work, sums, f, work, own.gradient, h, work, own.packed, h, rows, f);
        }
        Shards.addRows(work, biases, work, own.gradient, h, rows, h);
        if (dx != null) {
            Gemm.multiply(dx, row * f, f, dx, row * f, f, work, own.gradient, h, work, at.back1, rows, h, f);
        }
    }

    /** Computes a block of {@code x W1^T + b1}, and applies f and dropout to it. */
    private static void hidden(float[] work, float[] weights, int packed1, Own own, float[] x,
            FeedForwardWeights<float[]> w, FeedForwardShape shape, int row, int rows) {
        int f = shape.features();
        int h = shape.hidden();
        Transposition.transpose(work, own.transposed, rows, x, row * f, f, rows, f);
        Gemm.multiplyTransposed(work, own.before, h, w.b1(), 0, 0, work, own.transposed, rows, weights, packed1,
                rows, f, h);
        if (shape.nonlinearity() == Nonlinearity.GELU) {
            Gelu.gelu(work, own.after, work, own.before, rows * h);
        } else {
            Elementwise.relu(work, own.after, work, own.before, rows * h);
        }
        Dropout.drop(work, own.after, shape.dropout(), (long) row * h, rows * h);
    }

    /** Packs a thread's panels of the transpose of W[n, k]. */
    private static void packTransposed(float[] work, int at, float[] w, int k, int n, int part, int parts) {
        int from = Parallel.from(part, parts, Gemm.panels(n));
        Gemm.packTransposed(work, at + from * k * Gemm.PANEL, w, 0, k, k, n, from,
                Parallel.from(part + 1, parts, Gemm.panels(n)));
    }

    /** Packs a thread's panels of W[k, n]. */
    private static void pack(float[] work, int at, float[] w, int k, int n, int part, int parts) {
        int from = Parallel.from(part, parts, Gemm.panels(n));
        Gemm.pack(work, at + from * k * Gemm.PANEL, w, 0, n, k, n, from,
                Parallel.from(part + 1, parts, Gemm.panels(n)));
    }

    /** Adds a part of the first shard's sums, which by now include those of all shards, to the gradients. */
    private static void addSums(FeedForwardWeights<float[]> dw, float[] work, int sums, FeedForwardShape shape,
            int part, int parts) {
        int f = shape.features();
        int h = shape.hidden();
        if (dw.w1() != null) {
            int from = Parallel.from(part, parts, f * h);
            Elementwise.accumulate(dw.w1(), from, work, sums + from, Parallel.from(part + 1, parts, f * h) - from);
        }
        int end = Parallel.from(part + 1, parts, f);
        for (int row = Parallel.from(part, parts, f); dw.w2() != null && row < end; row++) {
            Shards.addColumn(dw.w2(), row * h, work, sums + f * h + row, f, h);
        }
        if (part == 0 && dw.b1() != null) {
            Elementwise.accumulate(dw.b1(), 0, work, sums + 2 * f * h, h);
        }
        if (part == 0 && dw.b2() != null) {
            Elementwise.accumulate(dw.b2(), 0, work, sums + 2 * f * h + h, f);
        }
    }
}
