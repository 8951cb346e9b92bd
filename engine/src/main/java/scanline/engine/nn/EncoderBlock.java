package scanline.engine.nn;

import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Arithmetic;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A block of a transformer's encoder, named as PyTorch's {@code nn.TransformerEncoderLayer}: attention, then a feed-forward
 * part, around each of which the input is passed on as well. Normalized behind each sum as in Vaswani et al. 2017, or in
 * front of each part, so that the sums themselves are never rescaled (Xiong et al. 2020).
 */
public final class EncoderBlock {
    /**
     * What a block is made of.
     *
     * @param attention
     *            the attention, whose rate of dropout is that of the whole block
     * @param hidden
     *            features between the two maps of the feed-forward part
     * @param nonlinearity
     *            what stands between them
     * @param normFirst
     *            whether each part's input is normalized, instead of each sum
     * @param first
     *            the first values of the feed-forward part
     */
    public record Options(MultiHeadAttention.Options attention, int hidden, Nonlinearity nonlinearity,
            boolean normFirst, Initializer first) {}

    private final MultiHeadAttention attention;
    private final LayerNorm norm1;
    private final FeedForward feedForward;
    private final LayerNorm norm2;
    private final Dropout dropout;
    private final boolean normFirst;

    /** A block with weights of its own. */
    public EncoderBlock(Weights weights, Options options) {
        int width = options.attention().width();
        float rate = options.attention().dropout();
        attention = new MultiHeadAttention(weights.scope("self_attn"), options.attention());
        feedForward = new FeedForward(weights, width, options.hidden(), options.nonlinearity(), rate, options.first());
        norm1 = new LayerNorm(weights.scope("norm1"), width);
        norm2 = new LayerNorm(weights.scope("norm2"), width);
        dropout = new Dropout(rate);
        normFirst = options.normFirst();
    }

    /** For sequences x, [T, B, width], whose steps see each other as the mask lets them. */
    public Tensor forward(Tensor x, Mask mask) {
        if (normFirst) {
            Tensor y = Arithmetic.add(x, dropout.forward(attention.self(norm1.forward(x), mask)));
            return Arithmetic.add(y, dropout.forward(feedForward.forward(norm2.forward(y))));
        }
        Tensor y = norm1.forward(Arithmetic.add(x, dropout.forward(attention.self(x, mask))));
        return norm2.forward(Arithmetic.add(y, dropout.forward(feedForward.forward(y))));
    }

    /** How much each step takes of each other: the attention's {@link MultiHeadAttention#weights}. */
    public Tensor weights(Tensor x, Mask mask) {
        return attention.weights(normFirst ? norm1.forward(x) : x, mask);
    }
}
