package scanline.engine.tensor;

/** Element by element: sums, differences and products. */
public final class Arithmetic {
    private Arithmetic() {}

    /** {@code a + b}, both of one shape. */
    public static Tensor add(Tensor a, Tensor b) {
        b.shape().require("the second summand", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().add(y.value(), a.value(), b.value(), n);
        tape.undo(y, () -> {
            passOn(tape, a, y, n);
            passOn(tape, b, y, n);
        });
        return y;
    }

    /** {@code a - b}, both of one shape. */
    public static Tensor subtract(Tensor a, Tensor b) {
        b.shape().require("what is subtracted", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().subtract(y.value(), a.value(), b.value(), n);
        tape.undo(y, () -> {
            passOn(tape, a, y, n);
            if (b.needsGradient()) {
                tape.backend().subtractGradient(b.gradient(), y.gradient(), n);
            }
        });
        return y;
    }

    /** {@code a b}, element by element, both of one shape. */
    public static Tensor multiply(Tensor a, Tensor b) {
        b.shape().require("the second factor", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().multiply(y.value(), a.value(), b.value(), n);
        tape.undo(y, () -> {
            if (a.needsGradient()) {
                tape.backend().multiplyGradient(a.gradient(), y.gradient(), b.value(), n);
            }
            if (b.needsGradient()) {
                tape.backend().multiplyGradient(b.gradient(), y.gradient(), a.value(), n);
            }
        });
        return y;
    }

    private static void passOn(Tape tape, Tensor x, Tensor y, int n) {
        if (x.needsGradient()) {
            tape.backend().accumulate(x.gradient(), 0, n, y.gradient(), 0, n, 1, n);
        }
    }
}
