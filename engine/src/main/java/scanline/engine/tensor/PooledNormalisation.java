package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * An ability that a backend may have: a batch normalisation, its positive part and the pooling behind it in one pass over
 * the images. The window is of 2 x 2 pixels with a stride of 2 and no padding; statistics and factors are [C], as in
 * {@link Backend#batchNorm}.
 */
public interface PooledNormalisation {
    /**
     * The largest number under each place of the window, after normalisation, and 0 where it is not positive.
     *
     * @param y
     *            [B, H / 2, W / 2, C]
     * @param x
     *            [B, H, W, C]
     */
    void batchNormPool(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, float epsilon,
            Window window);

    /** Adds to the gradients, where the statistics are those of x; dx is left out where it is null. */
    void batchNormPoolGradient(@Nullable Buffer dx, Buffer dgamma, Buffer dbeta, Buffer dy, Buffer x, Buffer mean,
            Buffer variance, Buffer gamma, Buffer beta, float epsilon, Window window);
}
