package scanline.engine.nn;

import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * An encoder block of a transformer, named as PyTorch's {@code nn.TransformerEncoderLayer}: self-attention, then a
 * feed-forward layer, each with a residual connection. Normalization follows each sum, as in Vaswani et al. 2017, or
 * precedes each part, so that the sums themselves are never rescaled (Xiong et al. 2020).
 */
public final class EncoderBlock {
    /**
     * The settings of a block.
     *
     * @param attention
     *            the attention, whose dropout rate applies to the whole block
     * @param hidden
     *            features between the two maps of the feed-forward layer
     * @param nonlinearity
     *            the function between these maps
     * @param normFirst
     *            whether each part's input is normalized, instead of each sum
     * @param first
     *            the initializer of the feed-forward layer
     */
    public record Options(MultiHeadAttention.Options attention, int hidden, Nonlinearity nonlinearity,
            boolean normFirst, Initializer first) {
        private String description() {
            return attention.description() + ", " + nonlinearity.label() + " " + hidden;
        }

        private String formula() {
            String f = nonlinearity.function();
            return "attention(x) = softmax(Q K^T / sqrt(d)) V, head by head\n" + (normFirst
                    ? "y = x + attention(norm(x))                 z = y + W2 " + f + "(W1 norm(y))"
                    : "y = norm(x + attention(x))                 z = norm(y + W2 " + f + "(W1 y))");
        }
    }

    private final MultiHeadAttention attention;
    private final LayerNorm norm1;
    private final FeedForward feedForward;
    private final LayerNorm norm2;
    private final Dropout dropout;
    private final boolean normFirst;

    /** Creates the block. */
    public EncoderBlock(Weights weights, Options options) {
        Weights own = weights.layer("", "EncoderBlock", options.description(), options.formula());
        int width = options.attention().width();
        float rate = options.attention().dropout();
        attention = new MultiHeadAttention(own.scope("self_attn"), options.attention());
        feedForward = new FeedForward(own, width, options.hidden(), options.nonlinearity(), rate, options.first());
        norm1 = new LayerNorm(own.scope("norm1"), width);
        norm2 = new LayerNorm(own.scope("norm2"), width);
        dropout = new Dropout(rate);
        normFirst = options.normFirst();
    }

    /**
     * Runs the block on sequences x, [T, B, width], and returns the same shape; the mask limits which steps a step
     * sees.
     */
    public Tensor forward(Tensor x, Mask mask) {
        if (normFirst) {
            Tensor y = x.add(dropout.forward(attention.self(norm1.forward(x), mask)));
            return y.add(dropout.forward(feedForward.forward(norm2.forward(y))));
        }
        Tensor y = norm1.forward(x.add(dropout.forward(attention.self(x, mask))));
        return norm2.forward(y.add(dropout.forward(feedForward.forward(y))));
    }

    /** Computes the attention weights of the block, as {@link MultiHeadAttention#weights}. */
    public Tensor weights(Tensor x, Mask mask) {
        return attention.weights(normFirst ? norm1.forward(x) : x, mask);
    }
}
