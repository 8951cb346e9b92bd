package scanline.engine.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Qkv;

/**
 * The forward pass of {@link SelfAttention} for fewer examples than threads. The threads divide the steps of each example
 * for the projections, and the heads in between; they meet twice. Letters are those of {@link SelfAttention}.
 */
final class DividedSelfAttention {
    private final Parallel parallel;
    private final float[] work;
    private final float[] weights;
    private final SelfAttention.Layout packed;
    private final AttentionWeights<float[]> w;
    private final SelfAttention.Sizes sizes;
    private final Layout at;
    private final List<Qkv<float[]>> qkv = new ArrayList<>();
    private final List<HeadsView<float[]>> o = new ArrayList<>();
    private final Attention.Layout[] heads;

    /**
     * The layout of the work space: queries, keys and values of each group of heads, the outputs of each group, and
     * for each thread the transposed input and the scores.
     */
    private record Layout(int qkv, int o, int own, int piece, int end) {
        static Layout of(SelfAttention.Sizes sizes, int threads) {
            int group = Lanes.lines(sizes.batch() * sizes.steps() * sizes.columns());
            int o = Lanes.FIRST + 3 * sizes.groups() * group;
            int own = o + sizes.groups() * group;
            int piece = Lanes.lines(sizes.steps() * sizes.features()) + Attention.threadWork(sizes.heads());
            return new Layout(Lanes.FIRST, o, own, piece, own + threads * piece);
        }
    }

    DividedSelfAttention(Parallel parallel, float[] work, float[] weights, SelfAttention.Layout packed,
            AttentionWeights<float[]> w,
            SelfAttention.Sizes sizes) {
        this.parallel = parallel;
        this.work = work;
        this.weights = weights;
        this.packed = packed;
        this.w = w;
        this.sizes = sizes;
        at = Layout.of(sizes, parallel.threads());
        for (int group = 0; group < sizes.groups(); group++) {
            int g = sizes.columns(group);
            qkv.add(new Qkv<>(projected(group, 0), projected(group, 1), projected(group, 2)));
            o.add(new HeadsView<>(work, output(group), g, sizes.steps() * g));
        }
        heads = new Attention.Layout[parallel.threads()];
        Arrays.setAll(heads, part -> Attention.Layout
                .of(at.own + part * at.piece + Lanes.lines(sizes.steps() * sizes.features()), sizes.heads()));
    }

    private HeadsView<float[]> projected(int group, int which) {
        int g = sizes.columns(group);
        return new HeadsView<>(work, projection(group) + which * g, 3 * g, sizes.steps() * 3 * g);
    }

    private int projection(int group) {
        return at.qkv + 3 * group * ((at.own - at.o) / sizes.groups());
    }

    private int output(int group) {
        return at.o + group * ((at.own - at.o) / sizes.groups());
    }

    /** The work space, in floats. */
    static int work(SelfAttention.Sizes sizes, int threads) {
        return Layout.of(sizes, threads).end;
    }

    /** Computes a thread's part of y, [T, B, F]. */
    void forward(float[] y, float[] x, int part, int parts) {
        int first = Parallel.from(part, parts, sizes.steps());
        int count = Parallel.from(part + 1, parts, sizes.steps()) - first;
        for (int b = 0; b < sizes.batch() && count > 0; b++) {
            project(x, b, first, count, at.own + part * at.piece);
        }
        parallel.meet(part, parts);
        int end = Parallel.from(part + 1, parts, sizes.batch() * sizes.heads().heads());
        for (int n = Parallel.from(part, parts, sizes.batch() * sizes.heads().heads()); n < end; n++) {
            int b = n / sizes.heads().heads();
            int h = n % sizes.heads().heads();
            int group = h / sizes.groupHeads();
            Attention.forward(o.get(group), qkv.get(group), work, heads[part], sizes.heads(), b,
                    h % sizes.groupHeads(), n);
        }
        parallel.meet(part, parts);
        for (int b = 0; b < sizes.batch() && count > 0; b++) {
            mix(y, b, first, count);
        }
    }

    /** Computes queries, keys and values of some steps of an example. */
    private void project(float[] x, int b, int first, int count, int transposed) {
        int f = sizes.features();
        float[] bias = w.bi() == null ? weights : w.bi();
        Transposition.transpose(work, transposed, count, x, (first * sizes.batch() + b) * f, sizes.batch() * f,
                count, f);
        for (int group = 0; group < sizes.groups(); group++) {
            int g = sizes.columns(group);
            for (int which = 0; which < 3; which++) {
                Gemm.multiplyTransposed(work,
                        projection(group) + (b * sizes.steps() + first) * 3 * g + which * g, 3 * g, bias,
                        packed.bias(w, sizes, group, which), 0, work, transposed, count, weights,
                        packed.in(sizes, group, which), count, f, g);
            }
        }
    }

    /** Computes some steps of the result of an example from the outputs of its heads. */
    private void mix(float[] y, int b, int first, int count) {
        int f = sizes.features();
        int row = sizes.batch() * f;
        int to = first * row + b * f;
        for (int group = 0; group < sizes.groups(); group++) {
            int g = sizes.columns(group);
            boolean start = group == 0;
            Gemm.multiply(y, to, row, start ? w.bo() : y, start ? 0 : to, start ? 0 : row, work,
                    output(group) + (b * sizes.steps() + first) * g, g, weights, packed.out(sizes, group), count, g,
                    f);
        }
    }
}
