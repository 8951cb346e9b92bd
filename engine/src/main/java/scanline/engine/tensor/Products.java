package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;

/** Products with matrices. */
public final class Products {
    private Products() {}

    /**
     * {@code x w^T + b}, for every row of x.
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
        w.shape().requireAxes("the weight of a linear map", 2);
        int inputs = w.shape().size(1);
        int outputs = w.shape().size(0);
        if (x.shape().size(-1) != inputs) {
            throw new IllegalArgumentException(
                    "a linear map of " + inputs + " inputs was given shape " + x.shape());
        }
        if (b != null) {
            b.shape().require("the bias of a linear map", Shape.of(outputs));
        }
        Tape tape = Tape.of(x, w);
        int rows = x.shape().rows();
        Tensor y = b == null
                ? tape.result(x.shape().withLast(outputs), x, w)
                : tape.result(x.shape().withLast(outputs), x, w, b);
        tape.backend().linear(y.value(), x.value(), w.value(), b == null ? null : b.value(), rows, inputs, outputs);
        tape.undo(y,
                () -> tape.backend().linearGradient(gradient(x), gradient(w), gradient(b), y.gradient(), x.value(),
                        w.value(), rows, inputs, outputs));
        return y;
    }

    private static @Nullable Buffer gradient(@Nullable Tensor tensor) {
        return tensor == null || !tensor.needsGradient() ? null : tensor.gradient();
    }
}
