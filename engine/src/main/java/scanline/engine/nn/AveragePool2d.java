package scanline.engine.nn;

import scanline.engine.tensor.Pooling;
import scanline.engine.tensor.Tensor;

/** The mean of the numbers under a square window, as PyTorch's {@code nn.AvgPool2d} without padding. */
public final class AveragePool2d {
    private final int size;
    private final int stride;

    /**
     * A pooling.
     *
     * @param size
     *            height and width of the window in pixels
     * @param stride
     *            pixels from one place of the window to the next
     * @throws IllegalArgumentException
     *             if one is less than 1
     */
    public AveragePool2d(int size, int stride) {
        if (size < 1 || stride < 1) {
            throw new IllegalArgumentException(
                    "a pooling needs a size and a stride of at least 1, not " + size + " and " + stride);
        }
        this.size = size;
        this.stride = stride;
    }

    /** Images [B, H, W, C], made smaller: [B, H', W', C], where {@code H' = (H - size) / stride + 1}, rounded down. */
    public Tensor forward(Tensor x) {
        return Pooling.average(x, size, stride);
    }
}
