package scanline.engine.kernel;

import scanline.engine.geometry.View;

/**
 * The locations of a step's gradients.
 *
 * @param work
 *            receives the gradients of the sums twice: from {@code sums} on as rows, for the products, and from {@code
 *            panels} on in the layout of {@link Gemm#pack}, each block in its own panels, {@code depth} rows long
 * @param scratch
 *            the start of rows x H floats of {@code work} for temporary use
 * @param dh
 *            the gradient of the hidden state after the step; replaced by the part that reaches the previous state
 *            without a product
 * @param dc
 *            the gradient of the cell state, likewise
 */
public record CellStepGradients(float[] work, int sums, int panels, int depth, int scratch, View<float[]> dh,
        View<float[]> dc) {}
