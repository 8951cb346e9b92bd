package scanline.engine.nn;

import scanline.engine.geometry.FeedForwardWeights;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The feed-forward part of a transformer, {@code linear2(dropout(f(linear1(x))))} for every step alone (Vaswani et al.
 * 2017, section 3.3), named as in PyTorch's {@code nn.TransformerEncoderLayer}.
 */
public final class FeedForward {
    private final FeedForwardWeights<Tensor> layers;
    private final Nonlinearity nonlinearity;
    private final float dropout;

    /**
     * From {@code width} to {@code hidden} and back.
     *
     * @throws IllegalArgumentException
     *             if the rate of dropout is none
     */
    public FeedForward(Weights weights, int width, int hidden, Nonlinearity nonlinearity, float dropout,
            Initializer first) {
        layers = new FeedForwardWeights<>(first.weight(weights, "linear1.weight", Shape.of(hidden, width)),
                first.bias(weights, "linear1.bias", hidden, width),
                first.weight(weights, "linear2.weight", Shape.of(width, hidden)),
                first.bias(weights, "linear2.bias", width, hidden));
        this.nonlinearity = nonlinearity;
        this.dropout = Dropout.requireRate(dropout);
    }

    /** For x of shape [..., width]. */
    public Tensor forward(Tensor x) {
        return Products.feedForward(x, layers, nonlinearity, dropout);
    }
}
