package scanline.engine.nn;

import java.util.Arrays;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Normalization.BatchNorm;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Batch normalization of sequences by channel, over all steps of all sequences of a batch (Ioffe and Szegedy 2015), with
 * the names and the rules of PyTorch's {@code nn.BatchNorm1d}, but the channels last: training uses the statistics of
 * the batch, inference the running statistics.
 */
public final class BatchNorm1d implements Layer {
    static final float MOMENTUM = 0.1f; // PyTorch's
    private static final float EPSILON = 1e-5f;

    private final BatchNorm norm;

    /** Creates the layer with PyTorch's momentum, 0.1. */
    public BatchNorm1d(Weights weights, int channels) {
        this(weights, channels, MOMENTUM);
    }

    /**
     * Creates the layer, with an initial weight of 1 and bias of 0.
     *
     * @param momentum
     *            the weight of a new batch in the running statistics, which is 1 minus the momentum of JAX libraries
     * @throws IllegalArgumentException
     *             if {@code channels} is less than 1, or the momentum is not in (0, 1]
     */
    public BatchNorm1d(Weights weights, int channels, float momentum) {
        if (!(momentum > 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "the momentum of a batch normalization must be in (0, 1], not " + momentum);
        }
        norm = norm(weights, "BatchNorm1d", channels, momentum);
    }

    /** Creates the parameters and statistics of a layer of this kind. */
    static BatchNorm norm(Weights weights, String kind, int channels, float momentum) {
        if (channels < 1) {
            throw new IllegalArgumentException("batch normalization needs at least 1 channel, not " + channels);
        }
        Shape each = Shape.of(channels);
        Weights own = weights.layer("", kind, "norm of " + channels + " channels",
                "y = (x - mean) / sqrt(var + epsilon) w + b");
        return new BatchNorm(own.filled("weight", each, (values, _) -> Arrays.fill(values, 1f)),
                own.zeros("bias", each), weights.statistic("running_mean", each, 0),
                weights.statistic("running_var", each, 1), momentum, EPSILON);
    }

    /** Normalizes sequences, [T, B, channels], or a step of each, [B, channels]. */
    @Override
    public Tensor forward(Tensor x) {
        return Normalization.batchNorm(x, norm, false);
    }
}
