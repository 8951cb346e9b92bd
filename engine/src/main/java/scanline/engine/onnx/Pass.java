package scanline.engine.onnx;

import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Trace;

/**
 * A pass of a model for sequences of certain sizes. Passes of other sizes show which sizes of the model depend on them.
 *
 * @param trace
 *            what it computed
 * @param input
 *            the input
 * @param words
 *            the numbers that the model looks up as its second input; empty if it has none
 * @param output
 *            the output
 * @param batch
 *            the size of the batch
 * @param length
 *            the number of words for each example of the batch
 */
public record Pass(Trace trace, Tensor input, int[] words, Tensor output, int batch, int length) {}
