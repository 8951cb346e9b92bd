package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A contiguous row-major block of float32 with a shape, and its gradient once something needs it. A tensor lives as long
 * as the {@link Tape} that made it; only {@link Parameter parameters} outlive a pass.
 */
public sealed class Tensor permits Parameter {
    private final @Nullable Tape tape;
    private final Shape shape;
    private final Buffer value;
    private final boolean needsGradient;
    private @Nullable Buffer gradient;
    private boolean released;

    Tensor(@Nullable Tape tape, Shape shape, Buffer value, boolean needsGradient, @Nullable Buffer gradient) {
        this.tape = tape;
        this.shape = shape;
        this.value = value;
        this.needsGradient = needsGradient;
        this.gradient = gradient;
    }

    /** The sizes of the block. */
    public final Shape shape() {
        return shape;
    }

    /** Where the values are; the buffer may be longer than the shape needs. */
    public final Buffer value() {
        return value;
    }

    /**
     * Where the gradient is added up. The first call makes it, filled with zeros.
     *
     * @throws IllegalStateException
     *             if the tensor is an input, to which no gradient flows, or its gradient was passed on already
     */
    public final Buffer gradient() {
        if (gradient == null) {
            if (tape == null || !needsGradient) {
                throw new IllegalStateException("no gradient flows to this tensor of shape " + shape);
            }
            if (released) {
                throw new IllegalStateException("the gradient of this tensor of shape " + shape
                        + " was passed on to what it was made from, and its memory is in use again");
            }
            gradient = tape.zeros(shape.elements());
        }
        return gradient;
    }

    /** Whether a gradient flows back to this tensor: it is a parameter or was computed from one. */
    public final boolean needsGradient() {
        return needsGradient;
    }

    /** Whether something has asked for the gradient: without that, there is nothing to pass on to what it was made from. */
    final boolean hasGradient() {
        return gradient != null;
    }

    /** Adds the gradient of y, which nobody reads after this: a tensor without one takes y's over. */
    final void takeGradient(Tensor y) {
        if (gradient == null) {
            gradient = y.gradient();
            y.gradient = null;
        } else {
            addGradient(y);
        }
    }

    /** Adds the gradient of y, of the same shape. */
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

    /** Gives its gradient's memory back, as the pass goes on to earlier tensors. */
    final void releaseGradient() {
        if (gradient != null) {
            Tape.of(this).release(gradient);
            gradient = null;
        }
        released = true;
    }

    final @Nullable Tape tape() {
        return tape;
    }

    /** A copy of the values. */
    public final float[] values() {
        float[] values = new float[shape.elements()];
        value.read(0, values, 0, values.length);
        return values;
    }

    /** A copy of the gradient. */
    public final float[] gradients() {
        float[] values = new float[shape.elements()];
        gradient().read(0, values, 0, values.length);
        return values;
    }
}
