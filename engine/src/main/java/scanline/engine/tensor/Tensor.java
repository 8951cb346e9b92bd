package scanline.engine.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;

/**
 * A contiguous row-major block of float32 with a shape, and its gradient once something needs it. A tensor lives as
 * long as the {@link Tape} that created it; only {@link Parameter parameters} outlive a pass.
 */
public sealed class Tensor permits Parameter {
    private final @Nullable Tape tape;
    private final Shape shape;
    private final Buffer value;
    private boolean needsGradient;
    private @Nullable Buffer gradient;
    // With whom the buffer of the gradient is shared; null if with nobody.
    private @Nullable Sharing sharing;
    private boolean released;

    /** Tensors that have the same gradient so far; the first of them to add to it makes a copy. */
    private static final class Sharing {
        private int holders = 1;
    }

    Tensor(@Nullable Tape tape, Shape shape, Buffer value, boolean needsGradient, @Nullable Buffer gradient) {
        this.tape = tape;
        this.shape = shape;
        this.value = value;
        this.needsGradient = needsGradient;
        this.gradient = gradient;
    }

    /** The shape of the block. */
    public final Shape shape() {
        return shape;
    }

    /**
     * The buffer with the values, which may be longer than the shape needs.
     *
     * @throws IllegalStateException
     *             if the tape of the tensor has been closed
     */
    public final Buffer value() {
        requireOpen();
        return value;
    }

    private void requireOpen() {
        if (tape != null && tape.isClosed()) {
            throw new IllegalStateException("this tensor of shape " + shape
                    + " was used after its tape was closed, and its memory is in use again: read it before");
        }
    }

    /**
     * Returns the buffer that accumulates the gradient. The first call creates it, filled with zeros.
     *
     * @throws IllegalStateException
     *             if no gradient flows to the tensor, as to an input without one or a frozen parameter, or the gradient
     *             has been released, as that of a result is, or the tape has been closed
     */
    public final Buffer gradient() {
        requireOpen();
        if (gradient == null) {
            if (tape == null || !needsGradient) {
                throw new IllegalStateException(reasonForNoGradient());
            }
            if (released) {
                throw new IllegalStateException("the gradient of this tensor of shape " + shape
                        + " has been propagated to its sources, and its memory is in use again");
            }
            gradient = tape.zeros(shape.elements());
        } else if (sharing != null && tape != null && !tape.propagates(this)) {
            own(tape, gradient);
        }
        return gradient;
    }

    /** The gradient to add to, or null if no gradient flows to the tensor. */
    final @Nullable Buffer gradientOrNull() {
        return needsGradient ? gradient() : null;
    }

    private String reasonForNoGradient() {
        if (this instanceof Parameter parameter) {
            return "parameter " + parameter.name() + " of shape " + shape + " is frozen, so it has no gradient";
        }
        return "no gradient flows to this tensor of shape " + shape + (tape != null && !tape.recording()
                ? ": an inference pass records none; start the pass with Engine.inferenceWithGradients or"
                        + " Engine.training"
                : ": it is neither an input with a gradient nor computed from one or from a parameter that learns");
    }

    /** Makes the gradient one that can be added to: a copy, if another tensor still needs the shared one. */
    private void own(Tape on, Buffer shared) {
        Sharing with = Objects.requireNonNull(sharing);
        sharing = null;
        if (--with.holders > 0) {
            int n = shape.elements();
            Buffer copy = on.scratch(n);
            on.backend().copy(copy, 0, 0, shared, 0, 0, 1, n);
            gradient = copy;
        }
    }

    /**
     * Returns whether a gradient flows to this tensor: whether it is a parameter that is not frozen or an input with a
     * gradient, or was computed from one.
     */
    public final boolean needsGradient() {
        return needsGradient;
    }

    /** Makes a parameter have a gradient, or none if the buffer is null. */
    final void setGradient(@Nullable Buffer buffer) {
        gradient = buffer;
        needsGradient = buffer != null;
    }

    /** Returns whether the gradient has been requested; if not, there is nothing to propagate to the sources. */
    final boolean hasGradient() {
        return gradient != null;
    }

    /** Returns a buffer for the gradient that this tensor does not have yet; its content is undefined. */
    final Buffer newGradient() {
        Buffer created = Tape.of(this).scratch(shape.elements());
        gradient = created;
        return created;
    }

    /**
     * Adds the gradient of y, which is not read afterwards: if this tensor has none yet, it takes over the buffer of y.
     */
    final void takeGradient(Tensor y) {
        if (gradient == null) {
            gradient = y.gradient();
            sharing = y.sharing;
            y.gradient = null;
            y.sharing = null;
        } else {
            addGradient(y);
        }
    }

    /** Adds the gradient of y, which has the same shape: if this tensor has none yet, the two share the buffer. */
    final void addGradient(Tensor y) {
        int n = shape.elements();
        Buffer dy = y.gradient();
        Tape tape = Tape.of(y);
        if (gradient == null) {
            if (y.sharing == null) {
                y.sharing = new Sharing();
            }
            y.sharing.holders++;
            sharing = y.sharing;
            gradient = dy;
        } else {
            tape.backend().accumulate(gradient(), 0, 0, dy, 0, 0, 1, n);
        }
    }

    /** Releases the memory of the gradient as the backward pass continues to earlier tensors. */
    final void releaseGradient() {
        if (gradient != null) {
            if (sharing == null || --sharing.holders == 0) {
                Tape.of(this).release(gradient);
            }
            gradient = null;
            sharing = null;
        }
        released = true;
    }

    /** Returns whether the gradient has been propagated to the sources of this tensor. */
    final boolean isReleased() {
        return released;
    }

    final @Nullable Tape tape() {
        return tape;
    }

    /**
     * Returns {@code this + b}, with broadcasting as in NumPy and PyTorch; the package page has the rules.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor add(Tensor b) {
        return Arithmetic.add(this, b);
    }

    /**
     * Returns {@code this - b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor subtract(Tensor b) {
        return Arithmetic.subtract(this, b);
    }

    /**
     * Returns the element-wise product {@code this b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor multiply(Tensor b) {
        return Arithmetic.multiply(this, b);
    }

    /**
     * Returns the element-wise quotient {@code this / b}, with broadcasting.
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor divide(Tensor b) {
        return Arithmetic.divide(this, b);
    }

    /** Returns {@code factor this}. */
    public final Tensor scale(float factor) {
        return Arithmetic.scale(this, factor);
    }

    /** Returns {@code exp(x)} of every element x; infinity where it exceeds float32, from 88.73 on. */
    public final Tensor exp() {
        return Arithmetic.exp(this);
    }

    /** Returns the natural logarithm of every element: -infinity at 0, NaN for negative numbers. */
    public final Tensor log() {
        return Arithmetic.log(this);
    }

    /** Returns the sine of every element, an angle in radians. */
    public final Tensor sin() {
        return Arithmetic.sin(this);
    }

    /** Returns the cosine of every element, an angle in radians. */
    public final Tensor cos() {
        return Arithmetic.cos(this);
    }

    /**
     * Returns the square root of every element: NaN for negative numbers. The gradient at 0 is infinite, as in PyTorch.
     */
    public final Tensor sqrt() {
        return Arithmetic.sqrt(this);
    }

    /**
     * Returns {@code x^exponent} of every element x, as PyTorch's {@code pow}: NaN where x is negative and the exponent
     * not whole. A square is as fast as a product, a whole exponent of up to 64 a few times slower, and any other
     * exponent far slower; prefer {@link #sqrt} to an exponent of a half.
     *
     * @throws IllegalArgumentException
     *             if the exponent is not finite
     */
    public final Tensor power(float exponent) {
        return Arithmetic.power(this, exponent);
    }

    /** Returns the absolute value of every element. The gradient at 0 is 0, as in PyTorch. */
    public final Tensor abs() {
        return Arithmetic.abs(this);
    }

    /**
     * Returns {@code this + p} with the same p for every example of a batch, for sequences [T, B, F].
     *
     * @param p
     *            [T, F]
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor addToExamples(Tensor p) {
        return Arithmetic.addToExamples(this, p);
    }

    /** Returns the logistic function of every element x, {@code 1 / (1 + exp(-x))}. */
    public final Tensor sigmoid() {
        return Activation.sigmoid(this);
    }

    /** Returns the hyperbolic tangent of every element. */
    public final Tensor tanh() {
        return Activation.tanh(this);
    }

    /**
     * Returns the rectifier of every element x, {@code max(x, 0)} (Nair and Hinton 2010). The gradient at 0 is 0, as in
     * PyTorch.
     */
    public final Tensor relu() {
        return Activation.relu(this);
    }

    /**
     * Returns the Gaussian error linear unit of every element x, {@code x Phi(x)}. Phi is the exact normal distribution
     * function (Hendrycks and Gimpel 2016), as in PyTorch's {@code gelu} without an approximation.
     */
    public final Tensor gelu() {
        return Activation.gelu(this);
    }

    /**
     * Returns an approximation of {@link #gelu}, {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}, as PyTorch's
     * {@code gelu} with {@code approximate="tanh"} and JAX's by default.
     */
    public final Tensor tanhGelu() {
        return Activation.tanhGelu(this);
    }

    /** Returns {@code exp(x) / sum(exp(x))} along the last axis. */
    public final Tensor softmax() {
        return Activation.softmax(this);
    }

    /**
     * Returns {@code log(softmax(x))}, which is {@code x - log(sum(exp(x)))}, along the last axis. It is finite for
     * finite x, also where the softmax is 0 in float32.
     */
    public final Tensor logSoftmax() {
        return Activation.logSoftmax(this);
    }

    /** Returns the sum of all elements, [1]. Its order depends on the shape alone. */
    public final Tensor sum() {
        return Reductions.sum(this);
    }

    /**
     * Returns the sums along an axis: [..., N, ...] to [..., ...], or to [1] if it is the only axis.
     *
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     */
    public final Tensor sum(int axis) {
        return Reductions.sum(this, axis);
    }

    /** Returns the mean of all elements, [1]. */
    public final Tensor mean() {
        return Reductions.mean(this);
    }

    /**
     * Returns the means along an axis: [..., N, ...] to [..., ...], or to [1] if it is the only axis.
     *
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     */
    public final Tensor mean(int axis) {
        return Reductions.mean(this, axis);
    }

    /**
     * Returns the maxima along an axis: [..., N, ...] to [..., ...], or to [1] if it is the only axis. The gradient
     * flows to the first of equal maxima. A NaN is above all numbers, as in PyTorch.
     *
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if the shape does not have the axis, or the axis has more than 2^24 elements
     */
    public final Tensor max(int axis) {
        return Reductions.max(this, axis);
    }

    /** Returns the mean over the steps of a sequence: [T, B, F] to [B, F]. */
    public final Tensor meanOverSteps() {
        return Arithmetic.meanOverSteps(this);
    }

    /**
     * Returns this tensor with another shape; the elements stay in their row-major order, and nothing is copied.
     *
     * @throws IllegalArgumentException
     *             if the number of elements differs
     */
    public final Tensor reshape(Shape other) {
        return Shaping.reshape(this, other);
    }

    /**
     * Returns the part from {@code from} (inclusive) to {@code to} (exclusive) along an axis.
     *
     * @param axis
     *            counts from 0, or from the end if it is negative
     * @throws IllegalArgumentException
     *             if the shape does not have the axis
     * @throws IndexOutOfBoundsException
     *             if the part is not within the axis
     */
    public final Tensor slice(int axis, int from, int to) {
        return Shaping.slice(this, axis, from, to);
    }

    /** Returns columns {@code from} (inclusive) to {@code to} (exclusive) of the last axis. */
    public final Tensor columns(int from, int to) {
        return Shaping.columns(this, from, to);
    }

    /** Returns step {@code t} of a sequence: [T, B, F] to [B, F]. */
    public final Tensor step(int t) {
        return Shaping.step(this, t);
    }

    /** Returns the transposed matrix: [M, N] to [N, M]. */
    public final Tensor transposed() {
        return Shaping.transpose(this);
    }

    /**
     * Returns the matrix product of this tensor, [M, K], and b, [K, L], or one for each pair of two batches [N, M, K] and
     * [N, K, L].
     *
     * @throws IllegalArgumentException
     *             if the shapes do not match
     */
    public final Tensor matmul(Tensor b) {
        return Products.matmul(this, b);
    }

    /**
     * Runs the backward pass of the tape from this loss, as {@link Tape#backward}.
     *
     * @throws IllegalArgumentException
     *             as {@link Tape#backward}, or if this is a parameter
     */
    public final void backward() {
        Tape.of(this).backward(this);
    }

    /**
     * Returns a copy of the values, row-major.
     *
     * @throws IllegalStateException
     *             if the tape of the tensor has been closed
     */
    public final float[] values() {
        if (tape != null) {
            tape.noteRead();
        }
        float[] values = new float[shape.elements()];
        value().read(0, values, 0, values.length);
        return values;
    }

    /**
     * Returns a copy of the gradient, row-major.
     *
     * @throws IllegalStateException
     *             as {@link #gradient} does
     */
    public final float[] gradients() {
        float[] values = new float[shape.elements()];
        gradient().read(0, values, 0, values.length);
        return values;
    }
}
