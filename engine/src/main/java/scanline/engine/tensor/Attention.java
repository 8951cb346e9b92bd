package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedAttention;
import scanline.engine.geometry.AttentionShape;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.HeadsView;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Qkv;

/**
 * Scaled dot-product attention, {@code softmax(Q K^T / sqrt(d)) V} for every head (Vaswani et al. 2017, "Attention is
 * all you need", section 3.2). It is fused if the backend supports that, and composed of basic operations otherwise.
 * Letters: T_q queries, T_k keys, B batch, d width of a head.
 */
public final class Attention {
    private Attention() {}

    /**
     * The heads of an attention, stored in adjacent columns of a tensor.
     *
     * @param tensor
     *            [T, B, columns]
     * @param from
     *            the first column of the first head
     */
    public record Heads(Tensor tensor, int from) {
        private HeadsView<Tensor> view() {
            int columns = tensor.shape().size(2);
            return new HeadsView<>(tensor, from, tensor.shape().size(1) * columns, columns);
        }
    }

    /** Returns the gradient of a tensor; one that needs none gets scratch memory, which is never read. */
    private static Buffer gradient(Tape tape, Tensor tensor) {
        return tensor.needsGradient() ? tensor.gradient() : tape.scratch(tensor.shape().elements());
    }

    /**
     * Computes attention.
     *
     * @param q
     *            [T_q, B, columns]
     * @param k
     *            [T_k, B, columns], as {@code v}; all three may share one tensor
     * @param heads
     *            the number of heads
     * @param width
     *            d
     * @param dropout
     *            the dropout rate of the attention weights while training, in [0, 1)
     * @return the concatenated outputs of the heads, [T_q, B, heads d]
     * @throws IllegalArgumentException
     *             if the shapes do not match each other, or the mask does not match them
     */
    public static Tensor attend(Heads q, Heads k, Heads v, int heads, int width, Mask mask, float dropout) {
        Shape queries = require(q, "queries", heads * width);
        Shape keys = require(k, "keys", heads * width);
        require(v, "values", heads * width);
        int batch = queries.size(1);
        requireSame(keys, batch, keys.size(0));
        requireSame(v.tensor.shape(), batch, keys.size(0));
        requireFits(mask, batch, keys.size(0));
        Tape tape = Tape.of(q.tensor, k.tensor, v.tensor);
        Op op = new Op.Attend(heads, width, mask, q.from, k.from, v.from);
        if (!(tape.backend() instanceof FusedAttention fused)) {
            return tape.composed(op, () -> composed(q, k, v, heads, width, mask, dropout), q.tensor, k.tensor,
                    v.tensor);
        }
        AttentionShape shape = new AttentionShape(batch, heads, width, queries.size(0), keys.size(0), mask,
                tape.dropoutMask(dropout));
        Tensor y = tape.result(op, Shape.of(queries.size(0), batch, heads * width), q.tensor, k.tensor, v.tensor);
        HeadsView<Tensor> result = new Heads(y, 0).view();
        Qkv<Tensor> qkv = new Qkv<>(q.view(), k.view(), v.view());
        fused.attend(result.map(Tensor::value), qkv.map(Tensor::value), shape);
        tape.record(y,
                () -> fused.attendGradient(qkv.map(tensor -> gradient(tape, tensor)), result.map(Tensor::gradient),
                        qkv.map(Tensor::value), shape));
        return y;
    }

    /**
     * Computes a layer of self-attention, {@code [heads] wo^T + bo}, with queries, keys and values {@code x wi^T + bi}.
     *
     * @param x
     *            [T, B, F]
     * @return [T, B, F]
     * @throws IllegalArgumentException
     *             if the shapes do not match each other, or the mask does not match them
     */
    public static Tensor self(Tensor x, AttentionWeights<Tensor> w, int heads, int width, Mask mask, float dropout) {
        Shape shape = x.shape().requireAxes("the input of self-attention", 3);
        int features = shape.size(2);
        int inner = heads * width;
        w.wi().shape().require("the input projection of self-attention", Shape.of(3 * inner, features));
        Tensor bi = w.bi();
        if (bi != null) {
            bi.shape().require("the bias of the input projection", Shape.of(3 * inner));
        }
        w.wo().shape().require("the output projection of self-attention", Shape.of(features, inner));
        w.bo().shape().require("the bias of the output projection", Shape.of(features));
        requireFits(mask, shape.size(1), shape.size(0));
        Tape tape = Tape.of(x);
        Op op = new Op.SelfAttention(heads, width, mask);
        Tensor[] sources = bi == null
                ? new Tensor[] {x, w.wi(), w.wo(), w.bo()}
                : new Tensor[] {x, w.wi(), bi, w.wo(), w.bo()};
        if (!(tape.backend() instanceof FusedAttention fused)) {
            return tape.composed(op, () -> composedSelf(x, w, heads, width, mask, dropout), sources);
        }
        AttentionShape sizes = new AttentionShape(shape.size(1), heads, width, shape.size(0), shape.size(0), mask,
                tape.dropoutMask(dropout));
        Tensor y = tape.result(op, shape, sources);
        AttentionWeights<Buffer> values = w.map(Tensor::value);
        fused.selfAttend(y.value(), x.value(), values, features, sizes);
        tape.record(y, () -> fused.selfAttendGradient(x.gradientOrNull(), w.map(Tensor::gradientOrNull),
                y.gradient(), x.value(), values, features, sizes));
        return y;
    }

    /** Computes {@link #self} from basic operations: the reference implementation for the fused one. */
    public static Tensor composedSelf(Tensor x, AttentionWeights<Tensor> w, int heads, int width, Mask mask,
            float dropout) {
        Tensor qkv = Products.linear(x, w.wi(), w.bi());
        int inner = heads * width;
        return Products.linear(attend(new Heads(qkv, 0), new Heads(qkv, inner), new Heads(qkv, 2 * inner), heads, width,
                mask, dropout), w.wo(), w.bo());
    }

    /** Computes {@link #attend} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Heads q, Heads k, Heads v, int heads, int width, Mask mask, float dropout) {
        Tensor p = Noise.dropout(weights(q, k, heads, width, mask), dropout);
        Tensor values = Shaping.swap(v.tensor);
        List<Tensor> examples = new ArrayList<>();
        for (int b = 0; b < values.shape().size(0); b++) {
            Tensor example = Shaping.step(values, b);
            Tensor joined = null;
            for (int h = 0; h < heads; h++) {
                Tensor v1 = Shaping.columns(example, v.from + h * width, v.from + (h + 1) * width);
                Tensor y = Products.linear(Shaping.step(p, b * heads + h), Shaping.transpose(v1), null);
                joined = joined == null ? y : Shaping.concat(joined, y);
            }
            examples.add(joined);
        }
        return Shaping.swap(Shaping.stack(examples));
    }

    /**
     * Computes the attention weights, {@code softmax(Q K^T / sqrt(d))}, from basic operations.
     *
     * @return [B heads, T_q, T_k], with the heads of an example consecutive; every row sums to 1
     * @throws IllegalArgumentException
     *             if the shapes do not match each other, or the mask does not match them
     */
    public static Tensor weights(Heads q, Heads k, int heads, int width, Mask mask) {
        Shape queriesShape = require(q, "queries", heads * width);
        Shape keysShape = require(k, "keys", heads * width);
        int rows = queriesShape.size(0);
        int columns = keysShape.size(0);
        requireSame(keysShape, queriesShape.size(1), columns);
        requireFits(mask, queriesShape.size(1), columns);
        Tape tape = Tape.of(q.tensor, k.tensor);
        Tensor queries = Shaping.swap(q.tensor);
        Tensor keys = Shaping.swap(k.tensor);
        List<Tensor> all = new ArrayList<>();
        for (int b = 0; b < queries.shape().size(0); b++) {
            Tensor hidden = tape.input(Shape.of(rows, columns), hidden(mask, b, rows, columns));
            for (int h = 0; h < heads; h++) {
                Tensor q1 = Shaping.columns(Shaping.step(queries, b), q.from + h * width, q.from + (h + 1) * width);
                Tensor k1 = Shaping.columns(Shaping.step(keys, b), k.from + h * width, k.from + (h + 1) * width);
                Tensor scores = Arithmetic.scale(Products.linear(q1, k1, null), (float) (1 / Math.sqrt(width)));
                all.add(Activation.softmax(Arithmetic.add(scores, hidden)));
            }
        }
        return Shaping.stack(all);
    }

    /** Returns the mask to add to the scores: 0 where a query sees a key, otherwise -infinity. */
    private static float[] hidden(Mask mask, int example, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = mask.sees(example, i / columns, i % columns) ? 0f : Float.NEGATIVE_INFINITY;
        }
        return values;
    }

    private static Shape require(Heads heads, String what, int columns) {
        Shape shape = heads.tensor.shape().requireAxes("the " + what + " of attention", 3);
        if (heads.from < 0 || heads.from + columns > shape.size(2)) {
            throw new IllegalArgumentException("the " + what + " of attention need " + columns
                    + " columns, starting at column " + heads.from + ", which shape " + shape + " does not have");
        }
        return shape;
    }

    private static void requireSame(Shape shape, int batch, int keys) {
        if (shape.size(1) != batch || shape.size(0) != keys) {
            throw new IllegalArgumentException("keys and values of attention must have " + keys + " steps of "
                    + batch + " examples, not shape " + shape);
        }
    }

    private static void requireFits(Mask mask, int batch, int keys) {
        if (mask.lengths().length != 0 && (mask.lengths().length != batch
                || Arrays.stream(mask.lengths()).anyMatch(length -> length < 1 || length > keys))) {
            throw new IllegalArgumentException("a mask needs " + batch + " lengths from 1 to " + keys + ", not "
                    + Arrays.toString(mask.lengths()));
        }
    }
}
