package scanline.engine.tensor;

/** Element-wise sums, differences and products, and means over the steps of a sequence. */
public final class Arithmetic {
    private Arithmetic() {}

    /** Returns {@code a + b}, where both have the same shape. */
    public static Tensor add(Tensor a, Tensor b) {
        b.shape().require("the second term", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().add(y.value(), a.value(), b.value(), n);
        tape.record(y, () -> {
            if (b.needsGradient()) {
                b.addGradient(y);
            }
            if (a.needsGradient()) {
                a.takeGradient(y);
            }
        });
        return y;
    }

    /** Returns {@code a - b}, where both have the same shape. */
    public static Tensor subtract(Tensor a, Tensor b) {
        b.shape().require("the subtracted tensor", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().subtract(y.value(), a.value(), b.value(), n);
        tape.record(y, () -> {
            if (b.needsGradient()) {
                tape.backend().subtractGradient(b.gradient(), y.gradient(), n);
            }
            if (a.needsGradient()) {
                a.takeGradient(y);
            }
        });
        return y;
    }

    /** Returns the element-wise product {@code a b}, where both have the same shape. */
    public static Tensor multiply(Tensor a, Tensor b) {
        b.shape().require("the second factor", a.shape());
        Tape tape = Tape.of(a, b);
        int n = a.shape().elements();
        Tensor y = tape.result(a.shape(), a, b);
        tape.backend().multiply(y.value(), a.value(), b.value(), n);
        tape.record(y, () -> {
            if (a.needsGradient()) {
                tape.backend().multiplyGradient(a.gradient(), y.gradient(), b.value(), n);
            }
            if (b.needsGradient()) {
                tape.backend().multiplyGradient(b.gradient(), y.gradient(), a.value(), n);
            }
        });
        return y;
    }

    /** Returns {@code factor x}. */
    public static Tensor scale(Tensor x, float factor) {
        Tape tape = Tape.of(x);
        int n = x.shape().elements();
        Tensor y = tape.result(x.shape(), x);
        tape.backend().copy(y.value(), 0, n, x.value(), 0, n, 1, n);
        tape.backend().scale(y.value(), factor, n);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), 0, n, scaledGradient(y, factor), 0, n, 1, n));
        return y;
    }

    /**
     * Returns {@code x + p}, with the same p for every example of a batch.
     *
     * @param x
     *            [T, B, F]
     * @param p
     *            [T, F]
     */
    public static Tensor addToExamples(Tensor x, Tensor p) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int batch = shape.size(1);
        int n = shape.size(2);
        p.shape().require("the tensor added to every example", Shape.of(steps, n));
        Tape tape = Tape.of(x, p);
        Tensor y = tape.result(shape, x, p);
        tape.backend().copy(y.value(), 0, 0, x.value(), 0, 0, 1, shape.elements());
        for (int t = 0; t < steps; t++) {
            tape.backend().accumulate(y.value(), t * batch * n, n, p.value(), t * n, 0, batch, n);
        }
        tape.record(y, () -> {
            for (int t = 0; t < steps && p.needsGradient(); t++) {
                tape.backend().accumulate(p.gradient(), t * n, 0, y.gradient(), t * batch * n, n, batch, n);
            }
            if (x.needsGradient()) {
                x.takeGradient(y);
            }
        });
        return y;
    }

    /** Averages over the steps of a sequence: [T, B, F] to [B, F]. */
    public static Tensor meanOverSteps(Tensor x) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int n = shape.size(1) * shape.size(2);
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Shape.of(shape.size(1), shape.size(2)), x);
        tape.backend().fill(y.value(), 0, n, 0f);
        tape.backend().accumulate(y.value(), 0, 0, x.value(), 0, n, steps, n);
        tape.backend().scale(y.value(), 1f / steps, n);
        tape.record(y,
                () -> tape.backend().accumulate(x.gradient(), 0, n, scaledGradient(y, 1f / steps), 0, 0, steps, n));
        return y;
    }

    private static Buffer scaledGradient(Tensor y, float factor) {
        Tape tape = Tape.of(y);
        int n = y.shape().elements();
        Buffer scaled = tape.scratch(n);
        tape.backend().copy(scaled, 0, n, y.gradient(), 0, n, 1, n);
        tape.backend().scale(scaled, factor, n);
        return scaled;
    }
}
