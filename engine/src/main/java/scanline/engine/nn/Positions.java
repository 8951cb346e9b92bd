package scanline.engine.nn;

import scanline.engine.tensor.Arithmetic;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Learned positions: a vector for each place of a sequence, added to the step there (Gehring et al. 2017; Dosovitskiy et
 * al. 2021). Without them attention cannot tell in what order steps come.
 */
public final class Positions {
    private final Parameter embedding;

    /** For sequences of up to so many steps; normal with a deviation of 1 at first, as PyTorch's embeddings. */
    public Positions(Weights weights, int steps, int width) {
        embedding = weights.filled("pos_embedding", Shape.of(steps, width),
                (values, key) -> key.normal(values, 0, values.length, 0, 1));
    }

    /** Adds to x, [T, B, width] with T of the steps or fewer. */
    public Tensor forward(Tensor x) {
        int steps = x.shape().requireAxes("a sequence", 3).size(0);
        int places = embedding.shape().size(0);
        if (steps > places) {
            throw new IllegalArgumentException("a sequence of " + steps + " steps has more than the " + places
                    + " places that positions are learned for");
        }
        return Arithmetic.addToExamples(x, steps == places ? embedding : Shaping.rows(embedding, 0, steps, x));
    }

    /**
     * Adds the vector of one place to a single step, as {@link #forward} does to the step there.
     *
     * @param x
     *            [1, B, width]
     * @param place
     *            from 0 on
     * @throws IllegalArgumentException
     *             if nothing is learned for the place, or x has more than one step
     */
    public Tensor at(Tensor x, int place) {
        int places = embedding.shape().size(0);
        if (place < 0 || place >= places) {
            throw new IllegalArgumentException(
                    "place " + place + " is none of the " + places + " places that positions are learned for");
        }
        return Arithmetic.addToExamples(x, Shaping.rows(embedding, place, place + 1, x));
    }
}
