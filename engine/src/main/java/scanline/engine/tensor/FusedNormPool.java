package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.Window;

/**
 * The ability to run a batch normalization, its positive part and the pooling behind it in one pass over the images. The
 * window is of 2 x 2 pixels with a stride of 2 and no padding.
 */
public interface FusedNormPool {
    /**
     * The largest number under each place of the window, after normalization, and 0 where it is not positive.
     *
     * @param y
     *            [B, H / 2, W / 2, C]
     * @param x
     *            [B, H, W, C]
     */
    void batchNormPool(Buffer y, Buffer x, ChannelNorm<Buffer> norm, Window window);

    /** Adds to the gradients, where the statistics are those of x; dx is left out where it is null. */
    void batchNormPoolGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x,
            ChannelNorm<Buffer> norm, Window window);
}
