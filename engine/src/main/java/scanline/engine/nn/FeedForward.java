package scanline.engine.nn;

import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The feed-forward layer of a transformer, {@code linear2(dropout(f(linear1(x))))} for each step separately (Vaswani et
 * al. 2017, section 3.3), named as in PyTorch's {@code nn.TransformerEncoderLayer}.
 */
public final class FeedForward implements Layer {
    private final FeedForwardWeights<Tensor> layers;
    private final Nonlinearity nonlinearity;
    private final float dropout;

    /**
     * Creates a layer from {@code width} to {@code hidden} features and back.
     *
     * @throws IllegalArgumentException
     *             if the dropout rate is not in [0, 1)
     */
    public FeedForward(Weights weights, int width, int hidden, Nonlinearity nonlinearity, float dropout,
            Initializer initializer) {
        Weights own = weights.layer("", "FeedForward", nonlinearity.label() + " " + hidden,
                "y = W2 " + nonlinearity.function() + "(W1 x + b1) + b2");
        layers = new FeedForwardWeights<>(initializer.weight(own, "linear1.weight", Shape.of(hidden, width)),
                initializer.bias(own, "linear1.bias", hidden, width),
                initializer.weight(own, "linear2.weight", Shape.of(width, hidden)),
                initializer.bias(own, "linear2.bias", width, hidden));
        this.nonlinearity = nonlinearity;
        this.dropout = Dropout.requireRate(dropout);
    }

    /** Applies the layer to x, [..., width]. */
    @Override
    public Tensor forward(Tensor x) {
        return Products.feedForward(x, layers, nonlinearity, dropout);
    }
}
