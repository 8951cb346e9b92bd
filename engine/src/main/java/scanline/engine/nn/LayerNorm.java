package scanline.engine.nn;

import java.util.Arrays;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Layer normalization, {@code (x - mean) / sqrt(variance + 1e-5) weight + bias} along the last axis (Ba, Kiros and
 * Hinton 2016), named as PyTorch's {@code nn.LayerNorm}.
 */
public final class LayerNorm implements Layer {
    private static final float EPSILON = 1e-5f;

    private final Parameter weight;
    private final Parameter bias;

    /** Creates the layer for rows of {@code width} elements, with an initial weight of 1 and bias of 0. */
    public LayerNorm(Weights weights, int width) {
        Weights own = weights.layer("", "LayerNorm", "norm of " + width,
                "y = (x - mean(x)) / sqrt(var(x) + epsilon) w + b");
        weight = own.filled("weight", Shape.of(width), (values, _) -> Arrays.fill(values, 1f));
        bias = own.zeros("bias", Shape.of(width));
    }

    /** Normalizes x, [..., width]. */
    @Override
    public Tensor forward(Tensor x) {
        return Normalization.layer(x, weight, bias, EPSILON);
    }
}
