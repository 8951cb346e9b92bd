package scanline.engine.nn;

import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * An embedding of image patches as steps of a transformer, {@code norm2(linear(norm1(x)))}, as in vit-pytorch. It
 * expects one patch per step, as a patch scan order provides.
 */
public final class PatchEmbedding implements Layer {
    private final LayerNorm norm1;
    private final Linear linear;
    private final LayerNorm norm2;

    /** Creates the layer, from the pixels of a patch to {@code width} features. */
    public PatchEmbedding(Weights weights, int pixels, int width) {
        Weights own = weights.layer("", "PatchEmbedding", "norm, Linear " + pixels + " to " + width + ", norm",
                "y = norm(W norm(x) + b)");
        norm1 = new LayerNorm(own.scope("norm1"), pixels);
        linear = new Linear(own.scope("linear"), pixels, width);
        norm2 = new LayerNorm(own.scope("norm2"), width);
    }

    /** Embeds patches: [T, B, pixels] to [T, B, width]. */
    @Override
    public Tensor forward(Tensor x) {
        return norm2.forward(linear.forward(norm1.forward(x)));
    }
}
