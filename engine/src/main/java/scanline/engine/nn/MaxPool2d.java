package scanline.engine.nn;

import scanline.engine.tensor.Pooling;
import scanline.engine.tensor.Tensor;

/** Max pooling over a square window, as PyTorch's {@code nn.MaxPool2d} without padding. */
public final class MaxPool2d implements Layer {
    private final int size;
    private final int stride;

    /**
     * Creates the layer.
     *
     * @param size
     *            height and width of the window in pixels
     * @param stride
     *            pixels from one position of the window to the next
     * @throws IllegalArgumentException
     *             if either is less than 1
     */
    public MaxPool2d(int size, int stride) {
        if (size < 1 || stride < 1) {
            throw new IllegalArgumentException(
                    "pooling needs a size and a stride of at least 1, not " + size + " and " + stride);
        }
        this.size = size;
        this.stride = stride;
    }

    /** Pools images: [B, H, W, C] to [B, H', W', C], where {@code H' = (H - size) / stride + 1}, rounded down. */
    @Override
    public Tensor forward(Tensor x) {
        return Pooling.max(x, size, stride);
    }
}
