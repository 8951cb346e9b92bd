package scanline.engine.tensor;

/** Non-linear functions, element by element. */
public final class Activation {
    private Activation() {}

    /** The logistic function, {@code 1 / (1 + exp(-x))}. */
    public static Tensor sigmoid(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(x.shape(), x);
        int n = x.shape().elements();
        tape.backend().sigmoid(y.value(), x.value(), n);
        tape.undo(y, () -> tape.backend().sigmoidGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /** The hyperbolic tangent. */
    public static Tensor tanh(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(x.shape(), x);
        int n = x.shape().elements();
        tape.backend().tanh(y.value(), x.value(), n);
        tape.undo(y, () -> tape.backend().tanhGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }
}
