package scanline.engine.nn;

import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Normalization.BatchNorm;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Batch normalization of images by channel (Ioffe and Szegedy 2015), with the names and the rules of PyTorch's
 * {@code nn.BatchNorm2d}: training uses the statistics of the batch, inference the running statistics.
 */
public final class BatchNorm2d implements Layer {
    private final BatchNorm norm;

    /**
     * Creates the layer, with an initial weight of 1 and bias of 0.
     *
     * @throws IllegalArgumentException
     *             if {@code channels} is less than 1
     */
    public BatchNorm2d(Weights weights, int channels) {
        norm = BatchNorm1d.norm(weights, "BatchNorm2d", channels, BatchNorm1d.MOMENTUM);
    }

    /** Normalizes images, [B, H, W, channels]. */
    @Override
    public Tensor forward(Tensor x) {
        return Normalization.batchNorm(x, norm, false);
    }

    /** Computes {@code relu(forward(x))} faster than two operations. */
    public Tensor relu(Tensor x) {
        return Normalization.batchNorm(x, norm, true);
    }

    /**
     * Computes {@code maxPool(relu(forward(x)))} with windows of 2 x 2 pixels, faster than three operations: [B, H / 2,
     * W / 2, channels].
     */
    public Tensor reluMaxPool(Tensor x) {
        return Normalization.batchNormReluMaxPool(x, norm);
    }
}
