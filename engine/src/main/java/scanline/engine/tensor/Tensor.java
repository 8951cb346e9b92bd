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
    private final boolean needsGradient;
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
     *             if no gradient flows to the tensor, as to an input without one, or the gradient has been released, as
     *             that of a result is, or the tape has been closed
     */
    public final Buffer gradient() {
        requireOpen();
        if (gradient == null) {
            if (tape == null || !needsGradient) {
                throw new IllegalStateException("no gradient flows to this tensor of shape " + shape
                        + (tape != null && !tape.recording() ? ": an inference pass records none" : ""));
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
     * Returns whether a gradient flows to this tensor: whether it is a parameter or an input with a gradient, or was
     * computed from one.
     */
    public final boolean needsGradient() {
        return needsGradient;
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
