package scanline.engine.backend;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.Window;

/**
 * An optional fused operation: batch normalization, ReLU and max pooling in one pass over the images. The pooling
 * window is 2 x 2 pixels, with a stride of 2 and no padding.
 */
public interface FusedNormPool {
    /**
     * Computes the maximum of the normalized values at each position of the window, or 0 where it is negative.
     *
     * @param y
     *            [B, H / 2, W / 2, C]
     * @param x
     *            [B, H, W, C]
     */
    void batchNormPool(Buffer y, Buffer x, ChannelNorm<Buffer> norm, Window window);

    /** Adds to the gradients, as {@link Backend#batchNormGradient} does; one that is null is not computed. */
    void batchNormPoolGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            ChannelNorm<Buffer> norm, Window window);
}
