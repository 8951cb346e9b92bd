package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.geometry.DropoutMask;
import scanline.engine.geometry.FeedForwardShape;
import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.LinearShape;
import scanline.engine.geometry.MatmulShape;
import scanline.engine.geometry.Nonlinearity;

/** Matrix products. */
public final class Products {
    private Products() {}

    /**
     * Computes {@code x w^T + b} for every row of x.
     *
     * @param x
     *            [..., inputs]
     * @param w
     *            [outputs, inputs]
     * @param b
     *            [outputs], or null for none
     * @return [..., outputs]
     */
    public static Tensor linear(Tensor x, Tensor w, @Nullable Tensor b) {
        w.shape().requireAxes("the weight of linear", 2);
        int inputs = w.shape().size(1);
        int outputs = w.shape().size(0);
        if (x.shape().size(-1) != inputs) {
            throw new IllegalArgumentException("linear cannot take an input of shape " + x.shape()
                    + " and a weight of shape " + w.shape() + ": it needs [..., inputs] and [outputs, inputs]");
        }
        if (b != null && !b.shape().equals(Shape.of(outputs))) {
            throw new IllegalArgumentException("linear cannot take a weight of shape " + w.shape() + " and a bias of"
                    + " shape " + b.shape() + ": it needs [outputs, inputs] and [outputs]");
        }
        Tape tape = Tape.of(x, w);
        LinearShape shape = new LinearShape(x.shape().rows(), inputs, outputs);
        Tensor y = b == null
                ? tape.result(Op.Plain.LINEAR, x.shape().withLast(outputs), x, w)
                : tape.result(Op.Plain.LINEAR, x.shape().withLast(outputs), x, w, b);
        tape.backend().linear(y.value(), x.value(), w.value(), b == null ? null : b.value(), shape);
        tape.record(y,
                () -> tape.backend().linearGradient(x.gradientOrNull(), w.gradientOrNull(),
                        b == null ? null : b.gradientOrNull(), y.gradient(), x.value(), w.value(), shape));
        return y;
    }

    /**
     * Computes the matrix product {@code a b} of two activations, or one product for each pair of matrices of two
     * batches.
     *
     * @param a
     *            [M, K] or [N, M, K]
     * @param b
     *            [K, L] or [N, K, L], with as many axes as a
     * @return [M, L] or [N, M, L]
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    static Tensor matmul(Tensor a, Tensor b) {
        Shape left = a.shape();
        Shape right = b.shape();
        int axes = left.axes();
        if (axes < 2 || axes > 3 || right.axes() != axes || left.size(-1) != right.size(-2)
                || (axes == 3 && left.size(0) != right.size(0))) {
            throw new IllegalArgumentException("matmul cannot take shapes " + left + " and " + right
                    + ": it needs [M, K] and [K, L], or [N, M, K] and [N, K, L]");
        }
        Tape tape = Tape.of(a, b);
        MatmulShape shape = new MatmulShape(axes == 3 ? left.size(0) : 1, left.size(-2), left.size(-1),
                right.size(-1));
        Tensor y = tape.result(Op.Plain.MATMUL, left.withLast(right.size(-1)), a, b);
        tape.backend().matmul(y.value(), a.value(), b.value(), shape);
        tape.record(y, () -> tape.backend().matmulGradient(a.gradientOrNull(), b.gradientOrNull(), y.gradient(),
                a.value(), b.value(), shape));
        return y;
    }

    /**
     * Computes two linear maps with a nonlinearity between them, {@code dropout(f(x w1^T + b1)) w2^T + b2}, for every
     * row of x, as in the blocks of a transformer (Vaswani et al. 2017, section 3.3). It is fused if the backend
     * supports that, and composed of basic operations otherwise.
     *
     * @param x
     *            [..., F]
     * @param dropout
     *            the dropout rate while training, in [0, 1)
     * @return [..., F]
     * @throws IllegalArgumentException
     *             if the shapes do not match each other
     */
    public static Tensor feedForward(Tensor x, FeedForwardWeights<Tensor> w, Nonlinearity f, float dropout) {
        int features = x.shape().size(-1);
        int hidden = w.b1().shape().size(-1);
        w.w1().shape().require("the first weight of a feed-forward layer", Shape.of(hidden, features));
        w.w2().shape().require("the second weight of a feed-forward layer", Shape.of(features, hidden));
        w.b2().shape().require("the second bias of a feed-forward layer", Shape.of(features));
        Tape tape = Tape.of(x);
        Op op = new Op.FeedForward(f);
        if (!(tape.backend() instanceof FusedFeedForward fused)) {
            return tape.composed(op, () -> composedFeedForward(x, w, f, dropout), x, w.w1(), w.b1(), w.w2(), w.b2());
        }
        DropoutMask mask = tape.dropoutMask(dropout);
        FeedForwardShape shape = new FeedForwardShape(x.shape().rows(), features, hidden, f, mask);
        FeedForwardWeights<Buffer> values = w.map(Tensor::value);
        Tensor y = tape.result(op, x.shape(), x, w.w1(), w.b1(), w.w2(), w.b2());
        fused.feedForward(y.value(), x.value(), values, shape);
        tape.record(y, () -> fused.feedForwardGradient(x.gradientOrNull(), w.map(Tensor::gradientOrNull), y.gradient(),
                x.value(), values, shape));
        return y;
    }

    /** Computes {@link #feedForward} from basic operations: the reference implementation for the fused one. */
    public static Tensor composedFeedForward(Tensor x, FeedForwardWeights<Tensor> w, Nonlinearity f, float dropout) {
        Tensor hidden = Noise.dropout(Activation.of(f, linear(x, w.w1(), w.b1())), dropout);
        return linear(hidden, w.w2(), w.b2());
    }
}
