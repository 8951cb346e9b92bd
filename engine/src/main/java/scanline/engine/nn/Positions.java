package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Learned position embeddings: a vector for each position of a sequence, added to the step there (Gehring et al. 2017;
 * Dosovitskiy et al. 2021). Without them attention does not depend on the order of the steps.
 */
public final class Positions implements Layer {
    private final Parameter embedding;

    /**
     * Creates embeddings for sequences of up to {@code steps} steps, initialized from a normal distribution with a
     * deviation of 1, as PyTorch's embeddings.
     */
    public Positions(Weights weights, int steps, int width) {
        Weights own = weights.layer("pos_embedding", "Positions", "learned positions", "y(t) = x(t) + p(t)");
        embedding = own.filled("pos_embedding", Shape.of(steps, width),
                (values, key) -> key.normal(values, 0, values.length, 0, 1));
    }

    /**
     * Adds the embeddings to x.
     *
     * @param x
     *            [T, B, width], where T is at most the number of learned positions
     * @return [T, B, width]
     * @throws IllegalArgumentException
     *             if x is longer
     */
    @Override
    public Tensor forward(Tensor x) {
        int steps = x.shape().requireAxes("a sequence", 3).size(0);
        int positions = embedding.shape().size(0);
        if (steps > positions) {
            throw new IllegalArgumentException(
                    "a sequence of " + steps + " steps is longer than the " + positions + " learned positions");
        }
        return x.addToExamples(steps == positions ? embedding : Shaping.rows(embedding, 0, steps, x));
    }

    /**
     * Adds the embedding of one position to a single step, as {@link #forward} does for the step there.
     *
     * @param x
     *            [1, B, width]
     * @param position
     *            the position, from 0
     * @return [1, B, width]
     * @throws IllegalArgumentException
     *             if the position is not a learned one, or x has more than one step
     */
    public Tensor at(Tensor x, int position) {
        int positions = embedding.shape().size(0);
        if (position < 0 || position >= positions) {
            throw new IllegalArgumentException(
                    "position " + position + " is out of range for " + positions + " learned positions");
        }
        return x.addToExamples(Shaping.rows(embedding, position, position + 1, x));
    }
}
