package scanline.engine.geometry;

/**
 * Which steps of a sequence a pass of a recurrent layer goes over, and its sizes.
 *
 * @param first
 *            the first step
 * @param steps
 *            how many
 * @param all
 *            T, the steps of the whole sequence; the backward pass begins with the span that ends there
 * @param batch
 *            B
 * @param features
 *            F, numbers of a step's input
 * @param hidden
 *            H, numbers of a state
 */
public record Span(int first, int steps, int all, int batch, int features, int hidden) {
    /** Numbers of a state of the whole batch, B H. */
    public int states() {
        return batch * hidden;
    }

    /** Numbers that a step is computed from, those of its input and of the state before: F + H. */
    public int depth() {
        return features + hidden;
    }
}
