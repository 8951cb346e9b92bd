package scanline.engine.tensor;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * An operation with a gradient of its own, from outside the engine, as PyTorch's {@code autograd.Function}. It computes
 * on plain arrays, whatever the backend, so it works with each of them; hold its gradient against
 * {@link GradientCheck}.
 *
 * <p>
 * All blocks are row-major. The arrays are exactly as long as their shapes need, belong to the engine, and are used
 * again by the next operation: an implementation must neither keep them nor change those that it reads. Its results
 * must depend on the inputs alone, because results are otherwise not reproducible.
 */
public interface CustomOp {
    /** The name of the operation, for messages and reports; unless overridden, that of the class. */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * Returns the shape of the result; unless overridden, that of the first input.
     *
     * @param inputs
     *            the shapes of the inputs
     * @throws IllegalArgumentException
     *             if the operation cannot take these shapes; the message should name them
     */
    default Shape shape(List<Shape> inputs) {
        return inputs.getFirst();
    }

    /**
     * Computes the result.
     *
     * @param y
     *            the result, filled with zeros
     * @param x
     *            the inputs
     */
    void forward(float[] y, List<float[]> x);

    /**
     * Adds the gradient of the result, times the derivative of the result by each input, to the gradients of the
     * inputs.
     *
     * @param dx
     *            the gradients of the inputs to add to; an entry is null where no gradient is needed
     * @param dy
     *            the gradient of the result
     * @param y
     *            the result
     * @param x
     *            the inputs
     */
    void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x);

    /**
     * Applies the operation, and records its gradient on the tape of the inputs.
     *
     * @param inputs
     *            at least one of them on a tape; parameters are on none
     * @return the result, of the shape that {@link #shape} gives
     * @throws IllegalArgumentException
     *             if {@link #shape} returns null or does not accept the inputs, or no input is on a tape, or the inputs
     *             are on different tapes
     * @throws IllegalStateException
     *             if {@link #forward} uses an index outside of its arrays, as it does where {@link #shape} is wrong, or
     *             a tape has been closed; {@link #backward} fails in the same way while the tape goes back
     */
    default Tensor apply(Tensor... inputs) {
        return new CustomPass(this, inputs).result();
    }
}
