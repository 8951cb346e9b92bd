package scanline.engine.nn;

import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Patches of an image as steps of a transformer's width: {@code norm2(linear(norm1(x)))}, as in vit-pytorch. That a step is
 * a patch is the order in which the image is read.
 */
public final class PatchEmbedding {
    private final LayerNorm norm1;
    private final Linear linear;
    private final LayerNorm norm2;

    /** From the pixels of a patch to {@code width}. */
    public PatchEmbedding(Weights weights, int pixels, int width) {
        norm1 = new LayerNorm(weights.scope("norm1"), pixels);
        linear = new Linear(weights.scope("linear"), pixels, width);
        norm2 = new LayerNorm(weights.scope("norm2"), width);
    }

    /** For x of shape [T, B, pixels]: [T, B, width]. */
    public Tensor forward(Tensor x) {
        return norm2.forward(linear.forward(norm1.forward(x)));
    }
}
