package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** An affine map, {@code y = x W^T + b}, named and initialized as PyTorch's {@code nn.Linear}. */
public final class Linear implements Layer {
    private final Parameter weight;
    private final Parameter bias;

    /** Creates the layer with PyTorch's initializer. */
    public Linear(Weights weights, int inputs, int outputs) {
        this(weights, inputs, outputs, Initializer.UNIFORM);
    }

    /** Creates the layer with this initializer. */
    public Linear(Weights weights, int inputs, int outputs, Initializer initializer) {
        Weights own = weights.layer("", "Linear", "Linear " + inputs + " to " + outputs, "y = W x + b");
        weight = initializer.weight(own, "weight", Shape.of(outputs, inputs));
        bias = initializer.bias(own, "bias", outputs, inputs);
    }

    /**
     * Maps every row.
     *
     * @param x
     *            [..., inputs]
     * @return [..., outputs]
     */
    @Override
    public Tensor forward(Tensor x) {
        return Products.linear(x, weight, bias);
    }
}
