package scanline.engine.tensor;

import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Place;

/**
 * Element-wise sums, differences, products, quotients and elementary functions, and means over the steps of a sequence.
 */
final class Arithmetic {
    private Arithmetic() {}

    /**
     * Returns {@code a + b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    static Tensor add(Tensor a, Tensor b) {
        Tape tape = Tape.of(a, b);
        Shape shape = Shape.broadcast("add", a.shape(), b.shape());
        Tensor left = Shaping.expand(tape, a, shape);
        Tensor right = Shaping.expand(tape, b, shape);
        int n = shape.elements();
        Tensor y = tape.result(Op.Plain.ADD, shape, left, right);
        tape.backend().add(y.value(), left.value(), right.value(), n);
        tape.record(y, () -> {
            if (right.needsGradient()) {
                right.addGradient(y);
            }
            if (left.needsGradient()) {
                left.takeGradient(y);
            }
        });
        return y;
    }

    /**
     * Returns {@code a - b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    static Tensor subtract(Tensor a, Tensor b) {
        Tape tape = Tape.of(a, b);
        Shape shape = Shape.broadcast("subtract", a.shape(), b.shape());
        Tensor left = Shaping.expand(tape, a, shape);
        Tensor right = Shaping.expand(tape, b, shape);
        int n = shape.elements();
        Tensor y = tape.result(Op.Plain.SUBTRACT, shape, left, right);
        tape.backend().subtract(y.value(), left.value(), right.value(), n);
        tape.record(y, () -> {
            if (right.needsGradient()) {
                tape.backend().subtractGradient(right.gradient(), y.gradient(), n);
            }
            if (left.needsGradient()) {
                left.takeGradient(y);
            }
        });
        return y;
    }

    /**
     * Returns the element-wise product {@code a b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    static Tensor multiply(Tensor a, Tensor b) {
        Tape tape = Tape.of(a, b);
        Shape shape = Shape.broadcast("multiply", a.shape(), b.shape());
        Tensor left = Shaping.expand(tape, a, shape);
        Tensor right = Shaping.expand(tape, b, shape);
        int n = shape.elements();
        Tensor y = tape.result(Op.Plain.MULTIPLY, shape, left, right);
        tape.backend().multiply(y.value(), left.value(), right.value(), n);
        tape.record(y, () -> {
            if (left.needsGradient()) {
                tape.backend().multiplyGradient(left.gradient(), y.gradient(), right.value(), n);
            }
            if (right.needsGradient()) {
                tape.backend().multiplyGradient(right.gradient(), y.gradient(), left.value(), n);
            }
        });
        return y;
    }

    /**
     * Returns the element-wise quotient {@code a / b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    static Tensor divide(Tensor a, Tensor b) {
        Tape tape = Tape.of(a, b);
        Shape shape = Shape.broadcast("divide", a.shape(), b.shape());
        Tensor left = Shaping.expand(tape, a, shape);
        Tensor right = Shaping.expand(tape, b, shape);
        int n = shape.elements();
        Tensor y = tape.result(Op.Plain.DIVIDE, shape, left, right);
        tape.backend().divide(y.value(), left.value(), right.value(), n);
        tape.record(y, () -> tape.backend().divideGradient(left.gradientOrNull(), right.gradientOrNull(),
                y.gradient(), right.value(), y.value(), n));
        return y;
    }

    /** Returns {@code exp(x)}, for a tensor of any shape; infinity where it exceeds float32, from 88.73 on. */
    static Tensor exp(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.EXP, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().exp(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().multiplyGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /** Returns the natural logarithm of a tensor of any shape: -infinity at 0, NaN for negative numbers. */
    static Tensor log(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.LOG, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().log(y.value(), x.value(), n);
        tape.record(y,
                () -> tape.backend().divideGradient(x.gradient(), null, y.gradient(), x.value(), y.value(), n));
        return y;
    }

    /** Returns {@code sin(x)}, for a tensor of any shape. */
    static Tensor sin(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.SIN, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().sin(y.value(), x.value(), n);
        tape.record(y, () -> {
            Buffer slope = tape.scratch(n);
            tape.backend().cos(slope, x.value(), n);
            tape.backend().multiplyGradient(x.gradient(), y.gradient(), slope, n);
        });
        return y;
    }

    /** Returns {@code cos(x)}, for a tensor of any shape. */
    static Tensor cos(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.COS, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().cos(y.value(), x.value(), n);
        tape.record(y, () -> {
            Buffer slope = tape.scratch(n);
            tape.backend().sin(slope, x.value(), n);
            tape.backend().scale(slope, -1, n);
            tape.backend().multiplyGradient(x.gradient(), y.gradient(), slope, n);
        });
        return y;
    }

    /**
     * Returns the square root of a tensor of any shape: NaN for negative numbers. The gradient at 0 is infinite, as in
     * PyTorch.
     */
    static Tensor sqrt(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.SQRT, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().sqrt(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().sqrtGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /**
     * Returns {@code x^exponent}, for a tensor of any shape, as PyTorch's {@code pow}: NaN where x is negative and the
     * exponent not whole. A square is as fast as a product, a whole exponent of up to 64 a few times slower, and any
     * other exponent far slower; prefer {@link #sqrt} to an exponent of a half.
     *
     * @throws IllegalArgumentException
     *             if the exponent is not finite
     */
    static Tensor power(Tensor x, float exponent) {
        if (!Float.isFinite(exponent)) {
            throw new IllegalArgumentException("power needs a finite exponent, not " + exponent);
        }
        Tape tape = Tape.of(x);
        Tensor y = tape.result(new Op.Power(exponent), x.shape(), x);
        int n = x.shape().elements();
        tape.backend().power(y.value(), x.value(), exponent, n);
        tape.record(y, () -> tape.backend().powerGradient(x.gradient(), y.gradient(), x.value(), exponent, n));
        return y;
    }

    /** Returns {@code |x|}, for a tensor of any shape. The gradient at 0 is 0, as in PyTorch. */
    static Tensor abs(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.ABS, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().abs(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().absGradient(x.gradient(), y.gradient(), x.value(), n));
        return y;
    }

    /** Returns {@code factor x}. */
    static Tensor scale(Tensor x, float factor) {
        Tape tape = Tape.of(x);
        int n = x.shape().elements();
        Tensor y = tape.result(new Op.Scale(factor), x.shape(), x);
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
    static Tensor addToExamples(Tensor x, Tensor p) {
        Shape shape = x.shape().requireAxes("a sequence", 3);
        int steps = shape.size(0);
        int batch = shape.size(1);
        int n = shape.size(2);
        p.shape().require("the tensor added to every example", Shape.of(steps, n));
        Tape tape = Tape.of(x, p);
        Tensor y = tape.result(Op.Plain.ADD_TO_EXAMPLES, shape, x, p);
        Place everywhere = new Place(0, batch * n, n);
        Place steady = new Place(0, n, 0);
        tape.backend().copy(y.value(), 0, 0, x.value(), 0, 0, 1, shape.elements());
        tape.backend().accumulate(y.value(), everywhere, p.value(), steady, steps, batch, n);
        tape.record(y, () -> {
            if (p.needsGradient()) {
                tape.backend().accumulate(p.gradient(), steady, y.gradient(), everywhere, steps, batch, n);
            }
            if (x.needsGradient()) {
                x.takeGradient(y);
            }
        });
        return y;
    }

    /** Averages over the steps of a sequence: [T, B, F] to [B, F]. */
    static Tensor meanOverSteps(Tensor x) {
        x.shape().requireAxes("a sequence", 3);
        return Reductions.mean(x, 0);
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
