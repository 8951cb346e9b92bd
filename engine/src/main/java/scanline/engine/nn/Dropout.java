package scanline.engine.nn;

import scanline.engine.tensor.Noise;
import scanline.engine.tensor.Tensor;

/**
 * Dropout (Srivastava et al. 2014): while training, each element becomes zero with probability {@code rate}, and the
 * others are multiplied by {@code 1 / (1 - rate)}, so that the expected sum is unchanged.
 */
public final class Dropout implements Layer {
    private final float rate;

    /**
     * Creates the layer.
     *
     * @throws IllegalArgumentException
     *             if the rate is not in [0, 1)
     */
    public Dropout(float rate) {
        this.rate = requireRate(rate);
    }

    /** Returns the rate, after checking that it is in [0, 1). */
    static float requireRate(float rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("a dropout rate must be in [0, 1), not " + rate);
        }
        return rate;
    }

    /** Applies dropout to x, of any shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Noise.dropout(x, rate);
    }
}
