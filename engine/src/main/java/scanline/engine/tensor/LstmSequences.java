package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The ability to run an LSTM layer over a whole sequence at once. Letters and layouts: T steps, B batch, F features, H
 * hidden, G = 4 H gates in the order i, f, g, o; {@code x[T, B, F]}, {@code h} and {@code c} {@code [T + 1, B, H]} with
 * the initial state first.
 */
public interface LstmSequences {
    /**
     * Computes every step. With {@code keep}, {@code h}, {@code c} and {@code gates} hold every step, as the backward
     * pass needs it; without, {@code c} holds [B, H] and {@code gates} [B, G] of the last step alone.
     *
     * @param allSteps
     *            whether {@code h} holds every step even without {@code keep}; else it then holds [B, H]
     */
    void lstm(Buffer h, Buffer c, Buffer gates, Buffer x, Buffer wIh, Buffer wHh, Buffer bIh, Buffer bHh, boolean keep,
            boolean allSteps, int steps, int batch, int features, int hidden);

    /**
     * Adds to the gradients of the weights, of the biases and, unless null, of the input.
     *
     * @param dy
     *            the gradient of every step, [T, B, H], or of the last step alone, [B, H]
     */
    void lstmGradient(@Nullable Buffer dx, Buffer dwIh, Buffer dwHh, Buffer dbIh, Buffer dbHh, Buffer dy,
            boolean allSteps, Buffer h, Buffer c, Buffer gates, Buffer x, Buffer wIh, Buffer wHh, int steps, int batch,
            int features, int hidden);
}
