package scanline.engine.kernel;

import scanline.engine.geometry.View;

/**
 * Where the gradients of a step lie.
 *
 * @param work
 *            gets the gradients of the sums twice: from {@code sums} on as rows, for the products, and from {@code panels} on
 *            as {@link Gemm#pack} would pack them, each block into panels of its own, {@code depth} rows long
 * @param scratch
 *            where {@code work} has rows x H floats to use
 * @param dh
 *            of the hidden state after the step; what of it reaches the state before without a product takes its place
 * @param dc
 *            of the cell state, likewise
 */
public record CellStepGradients(float[] work, int sums, int panels, int depth, int scratch, View<float[]> dh,
        View<float[]> dc) {}
