package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.AttentionShape;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Qkv;

/**
 * A layer of self-attention with its projections, {@code y = [heads] Wo^T + bo} with {@code [Q K V] = x Wi^T + bi} and
 * {@link Attention} for each head. Queries, keys and values of all heads, many times as wide as x, are never stored:
 * they are computed for a group of heads of a few examples at a time, and computed again in the backward pass. Letters:
 * T steps, B batch, F width of the layer, I width of all heads, G width of a group of heads.
 *
 * <p>
 * The examples are cut into {@link Shards}. A thread processes all heads of a shard, in an outer loop over the heads:
 * the weights of 64 columns of heads and the sums for their gradients then stay in the second-level cache while all
 * examples of the shard are processed. Derivation: docs/kernels/attention.md.
 */
public final class SelfAttention {
    // Rows of a product: a few examples together fill tiles of six rows, and make the sums for the weights long enough.
    private static final int ROWS = 96;
    // A small batch is cut into about this many blocks, for as many threads.
    private static final int LEAST_BLOCKS = 4;
    // The least number of columns that a product should have: narrow heads are grouped.
    private static final int COLUMNS = 64;

    private SelfAttention() {}

    /** The layer's sizes and its division into shards and groups. */
    record Sizes(int features, AttentionShape heads) {
        int batch() {
            return heads.batch();
        }

        int steps() {
            return heads.queries();
        }

        int inner() {
            return heads.heads() * heads.width();
        }

        /** The number of examples that are processed together. */
        int together() {
            return Math.max(1, Math.min((batch() + LEAST_BLOCKS - 1) / LEAST_BLOCKS, ROWS / steps()));
        }

        int shards() {
            return Shards.count((batch() + together() - 1) / together(), 4L * inner() * features);
        }

        /** The first example of a shard. */
        int first(int shard) {
            return Math.min(batch(),
                    Parallel.from(shard, shards(), (batch() + together() - 1) / together()) * together());
        }

        /** The number of heads in a group. */
        int groupHeads() {
            return Math.min(heads.heads(), Math.max(1, COLUMNS / heads.width()));
        }

        int groups() {
            return (heads.heads() + groupHeads() - 1) / groupHeads();
        }

        /** The width of a group of heads, G. */
        int columns() {
            return groupHeads() * heads.width();
        }

        /** The width of a given group: the last one may have fewer heads. */
        int columns(int group) {
            return Math.min(columns(), inner() - group * columns());
        }
    }

    /**
     * The layout of the work space: first the parts that all threads share, with a piece per group, then a part per
     * thread.
     */
    record Layout(int zeros, int in, int out, int inBack, int outBack, int sums, int shard, int own) {
        static Layout of(Sizes sizes, boolean backward) {
            int f = sizes.features;
            int g = sizes.columns();
            int in = Lanes.FIRST + Lanes.lines(g);
            int out = in + sizes.groups() * 3 * Gemm.packedLength(f, g);
            int inBack = out + (backward ? 0 : sizes.groups() * Gemm.packedLength(g, f));
            int outBack = inBack + (backward ? sizes.groups() * 3 * Gemm.packedLength(g, f) : 0);
            int sums = outBack + (backward ? sizes.groups() * Gemm.packedLength(f, g) : 0);
            int shard = Lanes.lines(sizes.groups() * 4 * g * f + 3 * sizes.inner() + f);
            return new Layout(Lanes.FIRST, in, out, inBack, outBack, sums, shard,
                    sums + (backward ? sizes.shards() * shard : 0));
        }

        /** The packed weight of the queries, keys or values of a group. */
        int in(Sizes sizes, int group, int which) {
            return in + (group * 3 + which) * Gemm.packedLength(sizes.features, sizes.columns());
        }

        /** The packed weight of the outputs of a group. */
        int out(Sizes sizes, int group) {
            return out + group * Gemm.packedLength(sizes.columns(), sizes.features);
        }

        /** The bias of the queries, keys or values of a group: in its array, or zeros among the packed weights. */
        int bias(AttentionWeights<float[]> w, Sizes sizes, int group, int which) {
            return w.bi() == null ? zeros : which * sizes.inner() + group * sizes.columns();
        }
    }

    /**
     * The layout of a thread's part: for a whole shard x, the gradient of y, the transposes of both, and y or the
     * gradient of x; for some heads of some examples q, k and v, the heads' outputs, and the gradients of these.
     */
    private record Own(int x, int dy, int xTransposed, int dyTransposed, int result, int qkv, int o, int dout, int dqkv,
            int heads, int end) {
        static Own of(int at, Sizes sizes, boolean backward) {
            int examples = (sizes.batch() + sizes.shards() - 1) / sizes.shards() + sizes.together();
            int whole = Lanes.lines(examples * sizes.steps() * sizes.features);
            int packed = examples * sizes.steps() * Gemm.packedLength(1, sizes.features);
            int some = Lanes.lines(sizes.together() * sizes.steps() * sizes.columns());
            int dy = at + packed;
            int xTransposed = dy + (backward ? packed : 0);
            int dyTransposed = xTransposed + whole;
            int result = dyTransposed + (backward ? whole : 0);
            int qkv = result + whole;
            int o = qkv + 3 * some;
            int dout = o + some;
            int dqkv = dout + (backward ? some : 0);
            int heads = dqkv + (backward ? 3 * some : 0);
            return new Own(at, dy, xTransposed, dyTransposed, result, qkv, o, dout, dqkv, heads,
                    heads + Attention.threadWork(sizes.heads));
        }
    }

    /** The length of the packed weights of {@link #forward}, in floats. */
    public static int packedLength(int features, AttentionShape shape) {
        return Layout.of(new Sizes(features, shape), false).own;
    }

    /** The work space of {@link #forward}, in floats. */
    public static int forwardWork(int features, AttentionShape shape, int threads) {
        Sizes sizes = new Sizes(features, shape);
        int whole = sizes.batch() < threads ? DividedSelfAttention.work(sizes, threads) : 0;
        return Math.max(Lanes.FIRST + threads * Lanes.lines(Own.of(0, sizes, false).end), whole);
    }

    /** The work space of {@link #backward}, in floats. */
    public static int backwardWork(int features, AttentionShape shape, int threads) {
        Sizes sizes = new Sizes(features, shape);
        return Layout.of(sizes, true).own + threads * Lanes.lines(Own.of(0, sizes, true).end);
    }

    /** Sets y from x, both [T, B, features]. */
    public static void forward(Parallel parallel, float[] y, float[] x, AttentionWeights<float[]> w, Packed packed,
            float[] work, int features, AttentionShape shape) {
        Sizes sizes = new Sizes(features, shape);
        Layout at = Layout.of(sizes, false);
        float[] weights = packed.values();
        int piece = Lanes.lines(Own.of(0, sizes, false).end);
        Pass[] passes = new Pass[parallel.threads()];
        for (int part = 0; part < passes.length; part++) {
            passes[part] = new Pass(work, weights, at, Own.of(Lanes.FIRST + part * piece, sizes, false), w, sizes);
        }
        DividedSelfAttention few = sizes.batch() < parallel.threads()
                ? new DividedSelfAttention(parallel, work, weights, at, w, sizes)
                : null;
        parallel.run(packed, (part, parts) -> pack(weights, at, w, sizes, false, part, parts), (part, parts) -> {
            if (few != null && sizes.batch() < parts) {
                few.forward(y, x, part, parts);
                return;
            }
            int end = Parallel.from(part + 1, parts, sizes.shards());
            for (int shard = Parallel.from(part, parts, sizes.shards()); shard < end; shard++) {
                passes[part].forward(y, x, sizes.first(shard), sizes.first(shard + 1));
            }
        });
    }

    /** Adds to dx and to the gradients of the weights; one that is null is not computed. */
    public static void backward(Parallel parallel, float @Nullable [] dx, AttentionWeights<float[]> dw, float[] dy,
            float[] x,
            AttentionWeights<float[]> w, float[] work, int features, AttentionShape shape) {
        Sizes sizes = new Sizes(features, shape);
        Layout at = Layout.of(sizes, true);
        int piece = Lanes.lines(Own.of(0, sizes, true).end);
        parallel.run((part, parts) -> {
            pack(work, at, w, sizes, true, part, parts);
            parallel.meet(part, parts);
            Pass pass = new Pass(work, work, at, Own.of(at.own + part * piece, sizes, true), w, sizes);
            int end = Parallel.from(part + 1, parts, sizes.shards());
            for (int shard = Parallel.from(part, parts, sizes.shards()); shard < end; shard++) {
                pass.backward(dx, dw, dy, x, at.sums + shard * at.shard, sizes.first(shard), sizes.first(shard + 1));
            }
            parallel.meet(part, parts);
            Shards.addUp(work, at.sums, at.shard, sizes.shards(), part, parts);
            parallel.meet(part, parts);
            addSums(dw, work, at, sizes, part, parts);
        });
    }

    /** Some heads of some examples: g columns of each. */
    private record Some(int g, Qkv<float[]> qkv, Qkv<float[]> dqkv, HeadsView<float[]> o, HeadsView<float[]> dout) {}

    /** A thread's work on its shards. */
    private static final class Pass {
        private final float[] work;
        private final float[] weights;
        private final Layout at;
        private final Own own;
        private final AttentionWeights<float[]> w;
        private final Sizes sizes;
        private final int f;
        private final Attention.Layout heads;
        private @Nullable Some some;

        Pass(float[] work, float[] weights, Layout at, Own own, AttentionWeights<float[]> w, Sizes sizes) {
            this.work = work;
            this.weights = weights;
            this.at = at;
            this.own = own;
            this.w = w;
            this.sizes = sizes;
            f = sizes.features;
            heads = Attention.Layout.of(own.heads, sizes.heads);
        }

        void forward(float[] y, float[] x, int from, int to) {
            transpose(own.x, own.xTransposed, x, from, to);
            for (int group = 0; group < sizes.groups(); group++) {
                int g = sizes.columns(group);
                Some some = some(g);
                for (int first = from; first < to; first += sizes.together()) {
                    int count = Math.min(sizes.together(), to - first);
                    int rows = count * sizes.steps();
                    int place = (first - from) * sizes.steps() * f;
                    project(group, rows, place);
                    for (int b = 0; b < count; b++) {
                        for (int h = 0; h < g / sizes.heads.width(); h++) {
                            Attention.forward(some.o, some.qkv, work, heads, sizes.heads, b, h,
                                    number(first + b, group, h));
                        }
                    }
                    float[] start = group == 0 ? w.bo() : work;
                    int y0 = own.result + place;
                    Gemm.multiply(work, y0, f, start, group == 0 ? 0 : y0, group == 0 ? 0 : f, work, own.o, g,
                            weights, at.out(sizes, group), rows, g, f);
                }
            }
            scatter(y, own.result, from, to);
        }

        void backward(float @Nullable [] dx, AttentionWeights<float[]> dw, float[] dy, float[] x, int sums, int from,
                int to) {
            Arrays.fill(work, sums, sums + at.shard, 0f);
            transpose(own.x, own.xTransposed, x, from, to);
            transpose(own.dy, own.dyTransposed, dy, from, to);
            if (dx != null) {
                gather(own.result, dx, from, to);
            }
            int biases = sums + sizes.groups() * 4 * sizes.columns() * f;
            for (int t = 0; t < sizes.steps(); t++) {
                Shards.addRows(work, biases + 3 * sizes.inner(), dy, (t * sizes.batch() + from) * f, f, to - from, f);
            }
            for (int group = 0; group < sizes.groups(); group++) {
                for (int first = from; first < to; first += sizes.together()) {
                    int count = Math.min(sizes.together(), to - first);
                    gradients(group, first, count, (first - from) * sizes.steps() * f,
                            sums + group * 4 * sizes.columns() * f, biases, dw, dx != null);
                }
            }
            if (dx != null) {
                scatter(dx, own.result, from, to);
            }
        }

        private void gradients(int group, int first, int count, int place, int sums, int biases,
                AttentionWeights<float[]> dw, boolean input) {
            int g = sizes.columns(group);
            int rows = count * sizes.steps();
            project(group, rows, place);
            // dO = dY Wo, then dQ, dK, dV, and O again
            Gemm.multiplyTransposed(work, own.dout, g, work, at.zeros, 0, work, own.dyTransposed + place, rows, work,
                    at.outBack + group * Gemm.packedLength(f, sizes.columns()), rows, f, g);
            Arrays.fill(work, own.dqkv, own.dqkv + rows * 3 * g, 0f);
            attend(group, g, first, count);
            // dWo^T += O^T dY
            int packed = place / f * Gemm.packedLength(1, f);
            if (dw.wo() != null) {
                Gemm.multiplyTransposed(work, sums + 3 * g * f, f, work, sums + 3 * g * f, f, work, own.o, g, work,
                        own.dy + packed, g, rows, f);
            }
            // dWi += [dQ dK dV]^T X, dX += [dQ dK dV] Wi
            if (dw.wi() != null) {
                Gemm.multiplyTransposed(work, sums, f, work, sums, f, work, own.dqkv, 3 * g, work, own.x + packed,
                        3 * g, rows, f);
            }
            for (int which = 0; which < 3; which++) {
                Shards.addRows(work, biases + which * sizes.inner() + group * sizes.columns(), work,
                        own.dqkv + which * g, 3 * g, rows, g);
                if (input) {
                    Gemm.multiply(work, own.result + place, f, work, own.result + place, f, work, own.dqkv + which * g,
                            3 * g,
                            work, at.inBack + (group * 3 + which) * Gemm.packedLength(sizes.columns(), f), rows, g, f);
                }
            }
        }

        private void attend(int group, int g, int first, int count) {
            Some some = some(g);
            for (int b = 0; b < count; b++) {
                for (int h = 0; h < g / sizes.heads.width(); h++) {
                    Attention.backward(some.dqkv, some.o, some.dout, some.qkv, work,
                            heads, sizes.heads, b, h, number(first + b, group, h));
                }
            }
        }

        /** Computes queries, keys and values of a group of heads. */
        private void project(int group, int rows, int place) {
            int g = sizes.columns(group);
            float[] bias = w.bi() == null ? weights : w.bi();
            for (int which = 0; which < 3; which++) {
                Gemm.multiplyTransposed(work, own.qkv + which * g, 3 * g, bias, at.bias(w, sizes, group, which), 0,
                        work, own.xTransposed + place, rows, weights, at.in(sizes, group, which), rows, f, g);
            }
        }

        /** The number of a head among all heads of all examples. */
        private int number(int example, int group, int head) {
            return example * sizes.heads.heads() + group * sizes.groupHeads() + head;
        }

        /** Returns the locations of heads of {@code g} columns, which are the same for most groups. */
        private Some some(int g) {
            if (some == null || some.g != g) {
                some = new Some(g, parts(own.qkv, g), parts(own.dqkv, g), whole(own.o, g), whole(own.dout, g));
            }
            return some;
        }

        private Qkv<float[]> parts(int from, int g) {
            return new Qkv<>(part(from, g), part(from + g, g), part(from + 2 * g, g));
        }

        private HeadsView<float[]> part(int from, int g) {
            return new HeadsView<>(work, from, 3 * g, sizes.steps() * 3 * g);
        }

        private HeadsView<float[]> whole(int from, int g) {
            return new HeadsView<>(work, from, g, sizes.steps() * g);
        }

        /** Packs the examples of a time-major block that are processed together, and their transpose. */
        private void transpose(int packed, int transposed, float[] x, int from, int end) {
            for (int first = from; first < end; first += sizes.together()) {
                int count = Math.min(sizes.together(), end - first);
                int rows = count * sizes.steps();
                int before = (first - from) * sizes.steps();
                for (int panel = 0; panel < Gemm.panels(f); panel++) {
                    int column = panel * Gemm.PANEL;
                    int width = Math.min(Gemm.PANEL, f - column);
                    int piece = packed + before * Gemm.packedLength(1, f) + rows * column;
                    for (int i = 0; i < rows; i++) {
                        int at = piece + i * Gemm.PANEL;
                        int row = i % sizes.steps() * sizes.batch() + first + i / sizes.steps();
                        System.arraycopy(x, row * f + column, work, at, width);
                        Arrays.fill(work, at + width, at + Gemm.PANEL, 0f);
                    }
                    Transposition.transpose(work, transposed + before * f + rows * column, rows, work, piece,
                            Gemm.PANEL,
                            rows, width);
                }
            }
        }

        /** Copies some examples of a time-major block, one after the other. */
        private void gather(int to, float[] x, int from, int end) {
            for (int b = from; b < end; b++) {
                for (int t = 0; t < sizes.steps(); t++) {
                    System.arraycopy(x, (t * sizes.batch() + b) * f, work, to + ((b - from) * sizes.steps() + t) * f,
                            f);
                }
            }
        }

        private void scatter(float[] y, int at, int from, int end) {
            for (int b = from; b < end; b++) {
                for (int t = 0; t < sizes.steps(); t++) {
                    System.arraycopy(work, at + ((b - from) * sizes.steps() + t) * f, y, (t * sizes.batch() + b) * f,
                            f);
                }
            }
        }
    }

    /** Packs the weights of a thread's groups, and its zeros. */
    private static void pack(float[] work, Layout at, AttentionWeights<float[]> w, Sizes sizes, boolean backward,
            int part, int parts) {
        int f = sizes.features;
        int inner = sizes.inner();
        if (part == 0) {
            Arrays.fill(work, at.zeros, at.in, 0f);
        }
        int end = Parallel.from(part + 1, parts, sizes.groups());
        for (int group = Parallel.from(part, parts, sizes.groups()); group < end; group++) {
            int g = sizes.columns(group);
            int column = group * sizes.columns();
            for (int which = 0; which < 3; which++) {
                int rows = (which * inner + column) * f;
                Gemm.packTransposed(work, at.in(sizes, group, which), w.wi(),
                        rows, f, f, g, 0, Gemm.panels(g));
                if (backward) {
                    Gemm.pack(work, at.inBack + (group * 3 + which) * Gemm.packedLength(sizes.columns(), f), w.wi(),
                            rows,
                            f, g, f, 0, Gemm.panels(f));
                }
            }
            if (backward) {
                Gemm.pack(work, at.outBack + group * Gemm.packedLength(f, sizes.columns()), w.wo(), column, inner, f, g,
                        0, Gemm.panels(g));
            } else {
                Gemm.packTransposed(work, at.out(sizes, group), w.wo(), column, inner,
                        g, f, 0, Gemm.panels(f));
            }
        }
    }

    /** Adds a part of the first shard's sums, which by now include those of all shards, to the gradients. */
    private static void addSums(AttentionWeights<float[]> dw, float[] work, Layout at, Sizes sizes, int part,
            int parts) {
        int f = sizes.features;
        int inner = sizes.inner();
        int end = Parallel.from(part + 1, parts, 3 * inner);
        for (int row = Parallel.from(part, parts, 3 * inner); dw.wi() != null && row < end; row++) {
            int group = row % inner / sizes.columns();
            int g = sizes.columns(group);
            int own = row / inner * g + row % inner % sizes.columns();
            Elementwise.accumulate(dw.wi(), row * f, work, at.sums + (group * 4 * sizes.columns() + own) * f, f);
        }
        end = Parallel.from(part + 1, parts, f);
        for (int row = Parallel.from(part, parts, f); dw.wo() != null && row < end; row++) {
            for (int group = 0; group < sizes.groups(); group++) {
                int g = sizes.columns(group);
                Shards.addColumn(dw.wo(), row * inner + group * sizes.columns(), work,
                        at.sums + (group * 4 * sizes.columns() + 3 * g) * f + row, f, g);
            }
        }
        if (part == 0) {
            int biases = at.sums + sizes.groups() * 4 * sizes.columns() * f;
            if (dw.bi() != null) {
                Elementwise.accumulate(dw.bi(), 0, work, biases, 3 * inner);
            }
            if (dw.bo() != null) {
                Elementwise.accumulate(dw.bo(), 0, work, biases + 3 * inner, f);
            }
        }
    }
}
