package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.random.RandomKey;

/**
 * Two linear maps with a non-linear function between them, {@code y = dropout(f(x W1^T + b1)) W2^T + b2}, for some rows at a
 * time: what lies between the maps, several times as wide as x, never leaves the cache, and the backward pass makes it
 * again. Letters: F features of a row, H hidden.
 *
 * <p>
 * Backward, for each block of rows: {@code dH = dY W2}, {@code dA = dropout(dH) f'(A)}, {@code dX += dA W1},
 * {@code dW1 += dA^T X} and {@code dW2^T += H^T dY}, the latter transposed so that the narrow operand is the one to be
 * packed. The gradients of the weights are added up in {@link Shards}.
 */
public final class FeedForward {
    // Rows of a block: 48 x 512 numbers and their gradients fit the second-level cache beside the weights and their sums.
    private static final int ROWS = 48;

    private FeedForward() {}

    /** The weights, or the gradients of these: w1 [H, F], b1 [H], w2 [F, H], b2 [F]. */
    public record Matrices(float[] w1, float[] b1, float[] w2, float[] b2) {}

    /**
     * Sizes and modes.
     *
     * @param gelu
     *            whether f is the GELU; else it is the ReLU
     * @param key
     *            what dropout draws from: number {@code row H + j} for each
     * @param dropout
     *            its rate; 0 for none
     */
    public record Sizes(int rows, int width, int hidden, boolean gelu, RandomKey key, float dropout) {
        int blocks() {
            return (rows + ROWS - 1) / ROWS;
        }

        int shards() {
            return Shards.count(blocks(), 2L * width * hidden);
        }
    }

    /** Where the work space has what: first what all threads share, then a piece for each thread. */
    private record Layout(int zeros, int packed1, int packed2, int back1, int back2, int sums, int shard, int own) {
        static Layout of(Sizes sizes, boolean backward) {
            int f = sizes.width;
            int h = sizes.hidden;
            int packed1 = Lanes.FIRST + Lanes.lines(h);
            int packed2 = packed1 + Gemm.packedLength(f, h);
            int back1 = packed2 + (backward ? 0 : Gemm.packedLength(h, f));
            int back2 = back1 + (backward ? Gemm.packedLength(h, f) : 0);
            int sums = back2 + (backward ? Gemm.packedLength(f, h) : 0);
            int shard = Lanes.lines(2 * f * h + h + f);
            return new Layout(Lanes.FIRST, packed1, packed2, back1, back2, sums, shard,
                    sums + (backward ? sizes.shards() * shard : 0));
        }
    }

    /** Where a thread's piece has what: [ROWS, H] before and behind f, the gradient there, and operands of products. */
    private record Own(int before, int behind, int gradient, int turned, int packed, int end) {
        static Own of(int at, Sizes sizes, boolean backward) {
            int block = Lanes.lines(ROWS * sizes.hidden);
            int behind = at + block;
            int gradient = behind + block;
            int turned = gradient + (backward ? block : 0);
            int packed = turned + Lanes.lines(ROWS * sizes.width);
            return new Own(at, behind, gradient, turned, packed,
                    packed + (backward ? Gemm.packedLength(ROWS, sizes.width) : 0));
        }
    }

    /** Floats of work space for a team. */
    public static int work(Sizes sizes, boolean backward, int threads) {
        return Layout.of(sizes, backward).own + threads * Lanes.lines(Own.of(0, sizes, backward).end);
    }

    /** Sets y from x, both [rows, F]. */
    public static void forward(Parallel parallel, float[] y, float[] x, Matrices w, float[] work, Sizes sizes) {
        Layout at = Layout.of(sizes, false);
        int piece = Lanes.lines(Own.of(0, sizes, false).end);
        int f = sizes.width;
        int h = sizes.hidden;
        parallel.run((part, parts) -> {
            packTransposed(work, at.packed1, w.w1, f, h, part, parts);
            packTransposed(work, at.packed2, w.w2, h, f, part, parts);
            parallel.meet();
            Own own = Own.of(at.own + part * piece, sizes, false);
            int end = Parallel.from(part + 1, parts, sizes.blocks());
            for (int block = Parallel.from(part, parts, sizes.blocks()); block < end; block++) {
                int row = block * ROWS;
                int rows = Math.min(ROWS, sizes.rows - row);
                hidden(work, at, own, x, w, sizes, row, rows);
                Gemm.multiply(y, row * f, f, w.b2, 0, 0, work, own.behind, h, work, at.packed2, rows, h, f);
            }
        });
    }

    /** Adds to dx, unless null, and to the gradients of the weights. */
    public static void backward(Parallel parallel, float @Nullable [] dx, Matrices dw, float[] dy, float[] x,
            Matrices w, float[] work, Sizes sizes) {
        Layout at = Layout.of(sizes, true);
        int piece = Lanes.lines(Own.of(0, sizes, true).end);
        int f = sizes.width;
        int h = sizes.hidden;
        int shards = sizes.shards();
        parallel.run((part, parts) -> {
            packTransposed(work, at.packed1, w.w1, f, h, part, parts);
            pack(work, at.back1, w.w1, h, f, part, parts);
            pack(work, at.back2, w.w2, f, h, part, parts);
            if (part == 0) {
                Arrays.fill(work, at.zeros, at.packed1, 0f);
            }
            parallel.meet();
            Own own = Own.of(at.own + part * piece, sizes, true);
            int end = Parallel.from(part + 1, parts, shards);
            for (int shard = Parallel.from(part, parts, shards); shard < end; shard++) {
                int sums = at.sums + shard * at.shard;
                Arrays.fill(work, sums, sums + at.shard, 0f);
                int lastBlock = Parallel.from(shard + 1, shards, sizes.blocks());
                for (int block = Parallel.from(shard, shards, sizes.blocks()); block < lastBlock; block++) {
                    int row = block * ROWS;
                    backward(dx, dy, x, w, work, at, own, sums, sizes, row, Math.min(ROWS, sizes.rows - row));
                }
            }
            parallel.meet();
            Shards.addUp(work, at.sums, at.shard, shards, part, parts);
            parallel.meet();
            addSums(dw, work, at.sums, sizes, part, parts);
        });
    }

    private static void backward(float @Nullable [] dx, float[] dy, float[] x, Matrices w, float[] work, Layout at,
            Own own, int sums, Sizes sizes, int row, int rows) {
        int f = sizes.width;
        int h = sizes.hidden;
        int biases = sums + 2 * f * h;
        hidden(work, at, own, x, w, sizes, row, rows);
        // dW2^T += H^T dY, dH = dY W2
        Gemm.pack(work, own.packed, dy, row * f, f, rows, f, 0, Gemm.panels(f));
        Gemm.multiplyTransposed(work, sums + f * h, f, work, sums + f * h, f, work, own.behind, h, work, own.packed, h,
                rows,
                f);
        Shards.addRows(work, biases + h, dy, row * f, f, rows, f);
        Transposition.transpose(work, own.turned, rows, dy, row * f, f, rows, f);
        Gemm.multiplyTransposed(work, own.behind, h, work, at.zeros, 0, work, own.turned, rows, work, at.back2, rows, f,
                h);
        Dropout.drop(work, own.behind, sizes.key, sizes.dropout, (long) row * h, rows * h);
        // dA
        Arrays.fill(work, own.gradient, own.gradient + rows * h, 0f);
        if (sizes.gelu) {
            Gelu.gradient(work, own.gradient, work, own.behind, work, own.before, rows * h);
        } else {
            Elementwise.reluGradient(work, own.gradient, work, own.behind, work, own.before, rows * h);
        }
        // dW1 += dA^T X, dX += dA W1
        Gemm.pack(work, own.packed, x, row * f, f, rows, f, 0, Gemm.panels(f));
        Gemm.multiplyTransposed(work, sums, f, work, sums, f, work, own.gradient, h, work, own.packed, h, rows, f);
        Shards.addRows(work, biases, work, own.gradient, h, rows, h);
        if (dx != null) {
            Gemm.multiply(dx, row * f, f, dx, row * f, f, work, own.gradient, h, work, at.back1, rows, h, f);
        }
    }

    /** A block of {@code x W1^T + b1}, and what f and dropout make of it. */
    private static void hidden(float[] work, Layout at, Own own, float[] x, Matrices w, Sizes sizes, int row,
            int rows) {
        int f = sizes.width;
        int h = sizes.hidden;
        Transposition.transpose(work, own.turned, rows, x, row * f, f, rows, f);
        Gemm.multiplyTransposed(work, own.before, h, w.b1, 0, 0, work, own.turned, rows, work, at.packed1, rows, f, h);
        if (sizes.gelu) {
            Gelu.gelu(work, own.behind, work, own.before, rows * h);
        } else {
            Elementwise.relu(work, own.behind, work, own.before, rows * h);
        }
        Dropout.drop(work, own.behind, sizes.key, sizes.dropout, (long) row * h, rows * h);
    }

    /** A thread's panels of the transpose of W[n, k]. */
    private static void packTransposed(float[] work, int at, float[] w, int k, int n, int part, int parts) {
        int from = Parallel.from(part, parts, Gemm.panels(n));
        Gemm.packTransposed(work, at + from * k * Gemm.PANEL, w, 0, k, k, n, from,
                Parallel.from(part + 1, parts, Gemm.panels(n)));
    }

    /** A thread's panels of W[k, n]. */
    private static void pack(float[] work, int at, float[] w, int k, int n, int part, int parts) {
        int from = Parallel.from(part, parts, Gemm.panels(n));
        Gemm.pack(work, at + from * k * Gemm.PANEL, w, 0, n, k, n, from,
                Parallel.from(part + 1, parts, Gemm.panels(n)));
    }

    /** A part of the first shard's sums, which are those of all shards by now. */
    private static void addSums(Matrices dw, float[] work, int sums, Sizes sizes, int part, int parts) {
        int f = sizes.width;
        int h = sizes.hidden;
        int from = Parallel.from(part, parts, f * h);
        Elementwise.accumulate(dw.w1, from, work, sums + from, Parallel.from(part + 1, parts, f * h) - from);
        int end = Parallel.from(part + 1, parts, f);
        for (int row = Parallel.from(part, parts, f); row < end; row++) {
            Shards.addColumn(dw.w2, row * h, work, sums + f * h + row, f, h);
        }
        if (part == 0) {
            Elementwise.accumulate(dw.b1, 0, work, sums + 2 * f * h, h);
            Elementwise.accumulate(dw.b2, 0, work, sums + 2 * f * h + h, f);
        }
    }
}
