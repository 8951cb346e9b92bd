package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The ability to run a recurrent layer over many steps at once. Letters and layouts: T steps of the whole sequence, B
 * batch, F features, H hidden; {@code x[T, B, F]}; weights as {@link RecurrentWeights} has them.
 */
public interface RecurrentSequences {
    /**
     * Which steps of a sequence a pass goes over, and its sizes.
     *
     * @param first
     *            the first step
     * @param steps
     *            how many
     * @param all
     *            T
     */
    record Span(int first, int steps, int all, int batch, int features, int hidden) {}

    /** Floats of an example, a unit and a step that the backward pass needs besides the states. */
    int kept(Recurrence recurrence);

    /** Steps of a span, where a sequence is divided. */
    int spanSteps(int batch);

    /** Floats of work space that the backward pass needs. */
    int gradientWork(Recurrence recurrence, Span span);

    /**
     * Computes every step of the span. With {@code keep}, {@code c} and {@code kept} hold the steps of the span, [steps, B,
     * H] and [steps, B, kept x H], as the backward pass needs them; without, those of the last step alone.
     *
     * @param h
     *            [T, B, H] if {@code allSteps}, else [B, H] of the last step
     * @param c
     *            empty where the layer has no cell state
     * @param before
     *            the hidden state before the span, [B, H] from {@code beforeAt} on
     * @param cellBefore
     *            the cell state before the span, likewise
     */
    void recurrent(Buffer h, Buffer c, Buffer kept, Buffer x, Buffer wIh, Buffer wHh, Buffer bIh, Buffer bHh,
            Buffer before, int beforeAt, Buffer cellBefore, int cellBeforeAt, boolean allSteps, boolean keep,
            Recurrence recurrence, Span span);

    /**
     * Goes back through the span: adds to the gradient of the input, unless null, and turns the gradients of the states after
     * the span into those of the states before it. The spans of a sequence follow each other from the last to the first, in
     * the same work space; with the first one the gradients of the weights and the biases are added to. Every span but the
     * first has {@link #spanSteps} steps or a multiple: then the sums are the same to the bit however the sequence is
     * divided.
     *
     * @param dh
     *            [B, H], as {@code dc}, which is empty where the layer has no cell state
     * @param dy
     *            the gradient of every hidden state, [T, B, H], or null
     * @param h
     *            [T, B, H]; {@code c} and {@code kept} as a forward pass that keeps left them
     */
    void recurrentGradient(@Nullable Buffer dx, Buffer dwIh, Buffer dwHh, Buffer dbIh, Buffer dbHh, Buffer dh,
            Buffer dc, @Nullable Buffer dy, Buffer h, Buffer c, Buffer kept, Buffer x, Buffer wIh, Buffer wHh,
            Buffer before, int beforeAt, Buffer cellBefore, int cellBeforeAt, Buffer work, Recurrence recurrence,
            Span span);
}
