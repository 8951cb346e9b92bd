package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.S4dBlocks;
import scanline.engine.geometry.S4dShape;

/**
 * An optional fused operation: an S4D layer over a whole sequence, without storing its states. Sequences are time-major,
 * {@code x[T, B, H]}; {@code tensor.StateSpaces} has the formulas.
 */
public interface FusedS4d {
    /**
     * Computes y, [T, B, H], from x. A step may be computed by itself, with the states after the one before: the bits are
     * those of the whole sequence.
     *
     * @param after
     *            the states after the last step, [B, 2, M, H], the real parts before the imaginary ones; null if they are not
     *            needed
     * @param before
     *            the states before the first step, likewise; null for zeros
     */
    void s4d(Buffer y, @Nullable Buffer after, Buffer x, @Nullable Buffer before, S4dBlocks<Buffer> w, S4dShape shape);

    /** Adds to the gradients of the input and of the weights, for states that began with zeros; one that is null is not computed. */
    void s4dGradient(@Nullable Buffer dx, S4dBlocks<Buffer> dw, Buffer dy, Buffer x, S4dBlocks<Buffer> w,
            S4dShape shape);
}
