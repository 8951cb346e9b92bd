package scanline.engine.nn;

import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * The feed-forward part of a transformer, {@code linear2(dropout(f(linear1(x))))} for every step alone (Vaswani et al.
 * 2017, section 3.3).
 */
public final class FeedForward {
    private final Linear linear1;
    private final Linear linear2;
    private final Nonlinearity nonlinearity;
    private final Dropout dropout;

    /** From {@code width} to {@code hidden} and back; the names are those of PyTorch's {@code TransformerEncoderLayer}. */
    public FeedForward(Weights weights, int width, int hidden, Nonlinearity nonlinearity, float dropout,
            FirstValues first) {
        linear1 = new Linear(weights.scope("linear1"), width, hidden, first);
        linear2 = new Linear(weights.scope("linear2"), hidden, width, first);
        this.nonlinearity = nonlinearity;
        this.dropout = new Dropout(dropout);
    }

    /** For x of shape [..., width]. */
    public Tensor forward(Tensor x) {
        return linear2.forward(dropout.forward(nonlinearity.of(linear1.forward(x))));
    }
}
