package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;

/**
 * An optional fused operation: a diagonal linear recurrence over many steps at once. Letters: T steps, B batch, H
 * features, N complex states; sequences are time-major, {@code u[T, B, H]}.
 */
public interface FusedDiagonal {
    /**
     * Computes the outputs of all steps.
     *
     * @param y
     *            the outputs, [T, B, H]
     * @param states
     *            with {@code save}, receives the states of all steps in an order of the backend's own, T B 2 N floats;
     *            otherwise those after the last step, [B, 2 N], first the real parts
     * @param before
     *            the states before the first step, [B, 2 N]; null for zeros
     * @param save
     *            whether a backward pass follows
     */
    void diagonal(Buffer y, Buffer states, @Nullable Buffer before, Buffer u, DiagonalWeights<Buffer> w,
            DiagonalKind kind, DiagonalShape shape, boolean save);

    /**
     * Adds to the gradients of the input and of the weights that are not null.
     *
     * @param states
     *            those that {@link #diagonal} saved, from zeros before the first step
     */
    void diagonalGradient(@Nullable Buffer du, DiagonalWeights<Buffer> dw, Buffer dy, Buffer states, Buffer u,
            DiagonalWeights<Buffer> w, DiagonalKind kind, DiagonalShape shape);
}
