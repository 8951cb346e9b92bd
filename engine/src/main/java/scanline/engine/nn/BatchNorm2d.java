package scanline.engine.nn;

import java.util.Arrays;

import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Normalization.BatchNorm;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Batch normalization of images by channel (Ioffe and Szegedy 2015), with the names and the rules of PyTorch's
 * {@code nn.BatchNorm2d}: training uses the statistics of the batch, inference the running statistics.
 */
public final class BatchNorm2d implements Layer {
    private static final float MOMENTUM = 0.1f;
    private static final float EPSILON = 1e-5f;

    private final BatchNorm norm;

    /**
     * Creates the layer, with an initial weight of 1 and bias of 0.
     *
     * @throws IllegalArgumentException
     *             if {@code channels} is less than 1
     */
    public BatchNorm2d(Weights weights, int channels) {
        if (channels < 1) {
            throw new IllegalArgumentException(
                    "batch normalization needs at least 1 channel, not " + channels);
        }
        Shape each = Shape.of(channels);
        Weights own = weights.layer("", "BatchNorm2d", "norm of " + channels + " channels",
                "y = (x - mean) / sqrt(var + epsilon) w + b");
        norm = new BatchNorm(own.filled("weight", each, (values, _) -> Arrays.fill(values, 1f)),
                own.zeros("bias", each), weights.statistic("running_mean", each, 0),
                weights.statistic("running_var", each, 1), MOMENTUM, EPSILON);
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
