package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.MinimalShape;

/** An optional fused operation: a minimal recurrence over all steps, from the sums of its gates. */
public interface FusedMinimalRecurrence {
    /**
     * Computes the states of all steps.
     *
     * @param h
     *            [T, B, H]
     * @param sums
     *            [T, B, blocks x H]
     * @param before
     *            the state before the first step, [B, H]
     */
    void minimalRecurrence(Buffer h, Buffer sums, Buffer before, MinimalShape shape);

    /**
     * Adds to the gradients of the sums and of the state before the first step.
     *
     * @param dsums
     *            null if it is not needed
     * @param dbefore
     *            null if it is not needed
     */
    void minimalRecurrenceGradient(@Nullable Buffer dsums, @Nullable Buffer dbefore, Buffer dh, Buffer h, Buffer sums,
            Buffer before, MinimalShape shape);
}
