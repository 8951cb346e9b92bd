package scanline.engine.geometry;

/**
 * The sizes of a diagonal linear recurrence.
 *
 * @param steps
 *            T
 * @param batch
 *            B
 * @param features
 *            H, the values of a step of the input and of the output
 * @param states
 *            N, the number of complex states
 */
public record DiagonalShape(int steps, int batch, int features, int states) {
    /** The rows of the sequences, T B. */
    public int rows() {
        return steps * batch;
    }

    /** The real numbers of a state: first N real parts, then N imaginary parts. */
    public int width() {
        return 2 * states;
    }

    /** The multiplications of the matrix products of a forward pass. */
    public long products() {
        return 2L * rows() * features * width();
    }
}
