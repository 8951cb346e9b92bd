package scanline.engine.geometry;

/**
 * A span: the steps of a sequence that a recurrent layer processes in one pass, and their sizes.
 *
 * @param first
 *            the first step
 * @param steps
 *            the number of steps
 * @param all
 *            T, the steps of the whole sequence; the backward pass starts with the span that ends there
 * @param batch
 *            B
 * @param features
 *            F, the values of a step's input
 * @param hidden
 *            H, the values of a state
 */
public record Span(int first, int steps, int all, int batch, int features, int hidden) {
    /** Returns B H, the values of a state of the whole batch. */
    public int states() {
        return batch * hidden;
    }

    /** Returns F + H, the values that a step is computed from: its input and the previous state. */
    public int depth() {
        return features + hidden;
    }
}
