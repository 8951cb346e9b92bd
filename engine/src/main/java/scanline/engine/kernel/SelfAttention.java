package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A layer of self-attention with its projections, {@code y = [heads] Wo^T + bo} with {@code [Q K V] = x Wi^T + bi} and
 * {@link Attention} for each head, for some examples at a time: queries, keys and values of all heads, many times as wide as
 * the layer's input, never leave the cache, and the backward pass makes them again. Letters: T steps, B batch, F width of
 * the layer, I width of all heads together.
 *
 * <p>
 * The gradients of the weights are added up in {@link Shards}. That of Wi is made transposed, as x is narrower than the
 * gradients that it is multiplied with. Derivation: docs/kernels/attention.md.
 */
public final class SelfAttention {
    // Rows that a product should have at least: short sequences are worked on together.
    private static final int ROWS = 32;

    private SelfAttention() {}

    /** The layer's weights, or the gradients of these: wi [3 I, F], bi [3 I] or null, wo [F, I], bo [F]. */
    public record Matrices(float[] wi, float @Nullable [] bi, float[] wo, float[] bo) {}

    /** The layer's sizes. */
    public record Sizes(int batch, int width, Attention.Sizes heads) {
        int steps() {
            return heads.queries();
        }

        int inner() {
            return heads.heads() * heads.width();
        }

        /** Examples that are worked on together. */
        int group() {
            return Math.min(batch, Math.max(1, ROWS / steps()));
        }

        int blocks() {
            return (batch + group() - 1) / group();
        }
    }

    /** Where the work space has what: first what all threads share, then a piece for each thread. */
    private record Layout(int zeros, int inPacked, int outPacked, int inBack, int outBack, int sums, int shard,
            int own) {
        static Layout of(Sizes sizes, boolean backward) {
            int f = sizes.width;
            int inner = sizes.inner();
            int zeros = Lanes.FIRST;
            int in = zeros + Lanes.lines(Math.max(3 * inner, f));
            int out = in + Gemm.packedLength(f, 3 * inner);
            int inBack = out + (backward ? 0 : Gemm.packedLength(inner, f));
            int outBack = inBack + (backward ? Gemm.packedLength(3 * inner, f) : 0);
            int sums = outBack + (backward ? Gemm.packedLength(f, inner) : 0);
            int shard = Lanes.lines(4 * inner * f + 3 * inner + f);
            int own = sums + (backward ? Shards.count(sizes.blocks()) * shard : 0);
            return new Layout(zeros, in, out, inBack, outBack, sums, shard, own);
        }
    }

    /** Where a thread's piece has what. */
    private record Own(int x, int qkv, int o, int y, int dout, int dqkv, int turned, int packed, int heads, int end) {
        static Own of(int at, Sizes sizes, boolean backward) {
            int rows = sizes.group() * sizes.steps();
            int inner = sizes.inner();
            int qkv = at + Lanes.lines(rows * sizes.width);
            int o = qkv + Lanes.lines(rows * 3 * inner);
            int y = o + Lanes.lines(rows * inner);
            int dout = y + Lanes.lines(rows * sizes.width);
            int dqkv = dout + (backward ? Lanes.lines(rows * inner) : 0);
            int turned = dqkv + (backward ? Lanes.lines(rows * 3 * inner) : 0);
            int packed = turned + (backward ? Lanes.lines(rows * sizes.width) : 0);
            int heads = packed + (backward ? Gemm.packedLength(rows, 3 * inner) : 0);
            return new Own(at, qkv, o, y, dout, dqkv, turned, packed, heads, heads + Attention.work(sizes.heads));
        }
    }

    /** Floats of work space for a team. */
    public static int work(Sizes sizes, boolean backward, int threads) {
        return Layout.of(sizes, backward).own + threads * Lanes.lines(Own.of(0, sizes, backward).end);
    }

    /** Sets y from x, both [T, B, F]. */
    public static void forward(Parallel parallel, float[] y, float[] x, Matrices w, float[] work, Sizes sizes) {
        Layout at = Layout.of(sizes, false);
        int piece = Lanes.lines(Own.of(0, sizes, false).end);
        parallel.run((part, parts) -> {
            packIn(work, at, w, sizes, part, parts);
            packOut(work, at, w, sizes, part, parts);
            parallel.meet();
            Own own = Own.of(at.own + part * piece, sizes, false);
            int end = Parallel.from(part + 1, parts, sizes.blocks());
            for (int block = Parallel.from(part, parts, sizes.blocks()); block < end; block++) {
                int first = block * sizes.group();
                int count = Math.min(sizes.group(), sizes.batch - first);
                project(work, at, own, x, w, sizes, first, count);
                Attention.forward(whole(work, own.o, sizes), part(work, own.qkv, sizes, 0),
                        part(work, own.qkv, sizes, 1), part(work, own.qkv, sizes, 2), work, own.heads, sizes.heads,
                        first * sizes.heads.heads(), 0, count * sizes.heads.heads());
                Gemm.multiply(work, own.y, sizes.width, w.bo, 0, 0, work, own.o, sizes.inner(), work, at.outPacked,
                        count * sizes.steps(), sizes.inner(), sizes.width);
                scatter(y, work, own.y, sizes, first, count);
            }
        });
    }

    /** Adds to dx, unless null, and to the gradients of the weights. */
    public static void backward(Parallel parallel, float @Nullable [] dx, Matrices dw, float[] dy, float[] x,
            Matrices w, float[] work, Sizes sizes) {
        Layout at = Layout.of(sizes, true);
        int piece = Lanes.lines(Own.of(0, sizes, true).end);
        int shards = Shards.count(sizes.blocks());
        parallel.run((part, parts) -> {
            packIn(work, at, w, sizes, part, parts);
            packBack(work, at, w, sizes, part, parts);
            parallel.meet();
            Own own = Own.of(at.own + part * piece, sizes, true);
            int end = Parallel.from(part + 1, parts, shards);
            for (int shard = Parallel.from(part, parts, shards); shard < end; shard++) {
                int sums = at.sums + shard * at.shard;
                Arrays.fill(work, sums, sums + at.shard, 0f);
                int lastBlock = Parallel.from(shard + 1, shards, sizes.blocks());
                for (int block = Parallel.from(shard, shards, sizes.blocks()); block < lastBlock; block++) {
                    int first = block * sizes.group();
                    int count = Math.min(sizes.group(), sizes.batch - first);
                    backward(dx, dy, x, w, work, at, own, sums, sizes, first, count);
                }
            }
            parallel.meet();
            Shards.addUp(work, at.sums, at.shard, shards, part, parts);
            parallel.meet();
            addSums(dw, work, at, sizes, part, parts);
        });
    }

    private static void backward(float @Nullable [] dx, float[] dy, float[] x, Matrices w, float[] work, Layout at,
            Own own, int sums, Sizes sizes, int first, int count) {
        int f = sizes.width;
        int inner = sizes.inner();
        int rows = count * sizes.steps();
        int biases = sums + 4 * inner * f;
        int units = count * sizes.heads.heads();
        project(work, at, own, x, w, sizes, first, count);
        // dO = dY Wo, then dQ, dK, dV, and O again
        gather(work, own.y, dy, sizes, first, count);
        Gemm.multiply(work, own.dout, inner, work, at.zeros, 0, work, own.y, f, work, at.outBack, rows, f, inner);
        Arrays.fill(work, own.dqkv, own.dqkv + rows * 3 * inner, 0f);
        Attention.backward(part(work, own.dqkv, sizes, 0), part(work, own.dqkv, sizes, 1),
                part(work, own.dqkv, sizes, 2), whole(work, own.o, sizes), whole(work, own.dout, sizes),
                part(work, own.qkv, sizes, 0), part(work, own.qkv, sizes, 1), part(work, own.qkv, sizes, 2), work,
                own.heads, sizes.heads, first * sizes.heads.heads(), 0, units);
        // dWo += dY^T O
        Shards.addRows(work, biases + 3 * inner, work, own.y, rows, f);
        Gemm.transpose(work, own.turned, rows, work, own.y, f, rows, f);
        Gemm.pack(work, own.packed, work, own.o, inner, rows, inner, 0, Gemm.panels(inner));
        Gemm.multiply(work, sums + 3 * inner * f, inner, work, sums + 3 * inner * f, inner, work, own.turned, rows,
                work, own.packed, f, rows, inner);
        // dWi^T += X^T [dQ dK dV], dX += [dQ dK dV] Wi
        Shards.addRows(work, biases, work, own.dqkv, rows, 3 * inner);
        Gemm.transpose(work, own.turned, rows, work, own.x, f, rows, f);
        Gemm.pack(work, own.packed, work, own.dqkv, 3 * inner, rows, 3 * inner, 0, Gemm.panels(3 * inner));
        Gemm.multiply(work, sums, 3 * inner, work, sums, 3 * inner, work, own.turned, rows, work, own.packed, f, rows,
                3 * inner);
        if (dx != null) {
            gather(work, own.y, dx, sizes, first, count);
            Gemm.multiply(work, own.y, f, work, own.y, f, work, own.dqkv, 3 * inner, work, at.inBack, rows, 3 * inner,
                    f);
            scatter(dx, work, own.y, sizes, first, count);
        }
    }

    /** Queries, keys and values of some examples. */
    private static void project(float[] work, Layout at, Own own, float[] x, Matrices w, Sizes sizes, int first,
            int count) {
        int inner = sizes.inner();
        float[] bias = w.bi == null ? work : w.bi;
        gather(work, own.x, x, sizes, first, count);
        Gemm.multiply(work, own.qkv, 3 * inner, bias, w.bi == null ? at.zeros : 0, 0, work, own.x, sizes.width, work,
                at.inPacked, count * sizes.steps(), sizes.width, 3 * inner);
    }

    /** One of queries, keys and values. */
    private static Attention.Heads part(float[] work, int at, Sizes sizes, int which) {
        int inner = sizes.inner();
        return new Attention.Heads(work, at + which * inner, 3 * inner, sizes.steps() * 3 * inner);
    }

    private static Attention.Heads whole(float[] work, int at, Sizes sizes) {
        return new Attention.Heads(work, at, sizes.inner(), sizes.steps() * sizes.inner());
    }

    /** A thread's panels of the transpose of Wi, and its zeros. */
    private static void packIn(float[] work, Layout at, Matrices w, Sizes sizes, int part, int parts) {
        int f = sizes.width;
        int panels = Gemm.panels(3 * sizes.inner());
        int from = Parallel.from(part, parts, panels);
        Gemm.packTransposed(work, at.inPacked + from * f * Gemm.PANEL, w.wi, 0, f, f, 3 * sizes.inner(), from,
                Parallel.from(part + 1, parts, panels));
        if (part == 0) {
            Arrays.fill(work, at.zeros, at.inPacked, 0f);
        }
    }

    /** A thread's panels of the transpose of Wo. */
    private static void packOut(float[] work, Layout at, Matrices w, Sizes sizes, int part, int parts) {
        int inner = sizes.inner();
        int panels = Gemm.panels(sizes.width);
        int from = Parallel.from(part, parts, panels);
        Gemm.packTransposed(work, at.outPacked + from * inner * Gemm.PANEL, w.wo, 0, inner, inner, sizes.width, from,
                Parallel.from(part + 1, parts, panels));
    }

    /** A thread's panels of Wi and Wo as they are. */
    private static void packBack(float[] work, Layout at, Matrices w, Sizes sizes, int part, int parts) {
        int inner = sizes.inner();
        int f = sizes.width;
        int from = Parallel.from(part, parts, Gemm.panels(f));
        Gemm.pack(work, at.inBack + from * 3 * inner * Gemm.PANEL, w.wi, 0, f, 3 * inner, f, from,
                Parallel.from(part + 1, parts, Gemm.panels(f)));
        from = Parallel.from(part, parts, Gemm.panels(inner));
        Gemm.pack(work, at.outBack + from * f * Gemm.PANEL, w.wo, 0, inner, f, inner, from,
                Parallel.from(part + 1, parts, Gemm.panels(inner)));
    }

    /** A part of the first shard's sums, which are those of all shards by now. */
    private static void addSums(Matrices dw, float[] work, Layout at, Sizes sizes, int part, int parts) {
        int f = sizes.width;
        int inner = sizes.inner();
        int from = Parallel.from(part, parts, 3 * inner);
        int end = Parallel.from(part + 1, parts, 3 * inner);
        for (int row = from; row < end; row++) {
            Shards.addColumn(dw.wi, row * f, work, at.sums + row, 3 * inner, f);
        }
        from = Parallel.from(part, parts, f * inner);
        end = Parallel.from(part + 1, parts, f * inner);
        Elementwise.accumulate(dw.wo, from, work, at.sums + 3 * inner * f + from, end - from);
        if (part == 0) {
            int biases = at.sums + 4 * inner * f;
            if (dw.bi != null) {
                Elementwise.accumulate(dw.bi, 0, work, biases, 3 * inner);
            }
            Elementwise.accumulate(dw.bo, 0, work, biases + 3 * inner, f);
        }
    }

    /** Some examples of a time-major block, one behind the other: [count, T, F]. */
    private static void gather(float[] work, int to, float[] x, Sizes sizes, int first, int count) {
        int f = sizes.width;
        for (int i = 0; i < count * sizes.steps(); i++) {
            System.arraycopy(x, (i % sizes.steps() * sizes.batch + first + i / sizes.steps()) * f, work, to + i * f, f);
        }
    }

    private static void scatter(float[] y, float[] work, int from, Sizes sizes, int first, int count) {
        int f = sizes.width;
        for (int i = 0; i < count * sizes.steps(); i++) {
            System.arraycopy(work, from + i * f, y, (i % sizes.steps() * sizes.batch + first + i / sizes.steps()) * f,
                    f);
        }
    }
}
