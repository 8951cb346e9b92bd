package scanline.engine.nn;

import scanline.engine.tensor.Noise;
import scanline.engine.tensor.Tensor;

/**
 * Drops elements while training (Srivastava et al. 2014): each is zero with probability {@code rate}, and the others grow
 * by {@code 1 / (1 - rate)}, so that the expected sum stays.
 */
public final class Dropout {
    private final float rate;

    /**
     * Dropout at a rate.
     *
     * @throws IllegalArgumentException
     *             if the rate is not in [0, 1)
     */
    public Dropout(float rate) {
        this.rate = requireRate(rate);
    }

    /** The rate, if it is one. */
    static float requireRate(float rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("a dropout rate lies in [0, 1), unlike " + rate);
        }
        return rate;
    }

    /** Drops from x, of any shape. */
    public Tensor forward(Tensor x) {
        return Noise.dropout(x, rate);
    }
}
