/**
 * Tensors, the tape that records their backward pass, and the operations. Start with {@link
 * scanline.engine.tensor.Engine}, which computes; then read {@link scanline.engine.tensor.Weights}, which has the
 * parameters of a model, {@link scanline.engine.tensor.Tape}, one pass, and {@link scanline.engine.tensor.Tensor},
 * whose methods are the operations. {@link scanline.engine.tensor.Losses} has the losses. An operation of your own is
 * a {@link scanline.engine.tensor.CustomOp}; {@link scanline.engine.tensor.GradientCheck} checks its gradient. Other
 * operations are static methods of classes such as {@link scanline.engine.tensor.Sequences}, one for each family.
 *
 * <p>
 * This package depends only on the {@link scanline.engine.backend.Backend} interface, never on the class that
 * implements it.
 *
 * <p>
 * The operations on two tensors broadcast as NumPy and PyTorch do. Shapes are aligned at their last axes, and an axis
 * that one of them lacks counts as size 1. Two sizes must be equal, or one of them 1: that tensor is repeated along
 * the axis, and its gradient is the sum over the repetitions. So [T, B, F] takes a bias or a scale [F], a mask [B, 1]
 * and a scalar [1]; [M, 1] and [N] give [M, N]. A tensor that is repeated is copied to the shape of the result first.
 */
@NullMarked
package scanline.engine.tensor;

import org.jspecify.annotations.NullMarked;
