package scanline.engine.tensor;

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
    private boolean released;

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

    /**
     * Adds the gradient of y, which is not read afterwards: if this tensor has none yet, it takes over the buffer of y.
     */
    final void takeGradient(Tensor y) {
        if (gradient == null) {
            gradient = y.gradient();
            y.gradient = null;
        } else {
            addGradient(y);
        }
    }

    /** Adds the gradient of y, which has the same shape. */
    final void addGradient(Tensor y) {
        int n = shape.elements();
        Buffer dy = y.gradient();
        Tape tape = Tape.of(y);
        if (gradient == null) {
            gradient = tape.scratch(n);
            tape.backend().copy(gradient, 0, 0, dy, 0, 0, 1, n);
        } else {
            tape.backend().accumulate(gradient, 0, 0, dy, 0, 0, 1, n);
        }
    }

    /** Releases the memory of the gradient as the backward pass continues to earlier tensors. */
    final void releaseGradient() {
        if (gradient != null) {
            Tape.of(this).release(gradient);
            gradient = null;
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
