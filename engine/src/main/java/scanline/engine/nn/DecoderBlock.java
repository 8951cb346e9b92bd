package scanline.engine.nn;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Mask;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A decoder block of a transformer, named as PyTorch's {@code nn.TransformerDecoderLayer}: self-attention,
 * cross-attention to an encoder's memory, then a feed-forward layer, each with a residual connection. Normalization
 * follows each sum, as in Vaswani et al. 2017, or precedes each part, as in {@link EncoderBlock}; the memory is not
 * normalized.
 */
public final class DecoderBlock {
    private final MultiHeadAttention own;
    private final MultiHeadAttention cross;
    private final FeedForward feedForward;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout;
    private final boolean normFirst;

    /** Creates the block; the options apply to both attentions. */
    public DecoderBlock(Weights weights, EncoderBlock.Options options) {
        int width = options.attention().width();
        float rate = options.attention().dropout();
        Weights layer = weights.layer("", "DecoderBlock", description(options), formula(options));
        own = new MultiHeadAttention(layer.scope("self_attn"), options.attention());
        cross = new MultiHeadAttention(layer.scope("multihead_attn"), options.attention());
        feedForward = new FeedForward(layer, width, options.hidden(), options.nonlinearity(), rate, options.first());
        norm1 = new LayerNorm(layer.scope("norm1"), width);
        norm2 = new LayerNorm(layer.scope("norm2"), width);
        norm3 = new LayerNorm(layer.scope("norm3"), width);
        dropout = new Dropout(rate);
        normFirst = options.normFirst();
    }

    private static String description(EncoderBlock.Options options) {
        return options.attention().heads() + " + " + options.attention().description() + ", "
                + options.nonlinearity().label() + " " + options.hidden();
    }

    private static String formula(EncoderBlock.Options options) {
        String f = options.nonlinearity().function();
        return options.normFirst()
                ? "y = x + attention(norm(x), words before)   z = y + attention(norm(y), encoder)\nu = z + W2 " + f
                        + "(W1 norm(z))"
                : "y = norm(x + attention(x, words before))   z = norm(y + attention(y, encoder))\nu = norm(z + W2 " + f
                        + "(W1 z))";
    }

    /**
     * Runs the block on whole sequences.
     *
     * @param x
     *            [T, B, width]
     * @param memory
     *            [S, B, width], all of which every step sees
     * @param mask
     *            the steps of its own sequence that a step sees
     * @return [T, B, width]
     */
    public Tensor forward(Tensor x, Tensor memory, Mask mask) {
        Tensor y = afterSelf(x, own.self(beforeSelf(x), mask));
        return afterCross(y, cross.cross(beforeCross(y), memory, Mask.NONE));
    }

    /**
     * The attention weights after the softmax.
     *
     * @param own
     *            of self-attention, [B heads, T, T], with the heads of an example consecutive
     * @param cross
     *            of cross-attention, [B heads, T, S]
     */
    public record Attended(Tensor own, Tensor cross) {}

    /** Computes the weights of both attentions in {@link #forward}. */
    public Attended weights(Tensor x, Tensor memory, Mask mask) {
        Tensor steps = beforeSelf(x);
        Tensor y = afterSelf(x, own.self(steps, mask));
        return new Attended(own.weights(steps, mask), cross.weights(beforeCross(y), memory, Mask.NONE));
    }

    /**
     * Computes the keys and values of the memory, which {@link #next} reads at every step.
     *
     * @param memory
     *            [S, P, width]
     * @return [S, P, 2 inner]
     */
    public Tensor remember(Tensor memory) {
        return cross.keysAndValues(memory);
    }

    /**
     * The result of one more step of P sequences.
     *
     * @param y
     *            the output of the block, [1, P, width]
     * @param keysAndValues
     *            the keys and values of each sequence so far, which the next step needs, [t + 1, P, 2 inner]
     */
    public record Next(Tensor y, Tensor keysAndValues) {}

    /**
     * Runs one more step of P sequences. The result is the last step that {@link #forward} returns for all steps so far
     * under a causal mask, without computing the earlier steps again. Without dropout the two are bit-identical.
     *
     * @param x
     *            the step, [1, P, width]
     * @param before
     *            the keys and values of the t earlier steps, [t, P, 2 inner]; null at the first step
     * @param remembered
     *            the result of {@link #remember} for the memory
     */
    public Next next(Tensor x, @Nullable Tensor before, Tensor remembered) {
        Tensor step = beforeSelf(x);
        Tensor now = own.keysAndValues(step);
        Tensor keysAndValues = before == null ? now : Shaping.append(before, now);
        // All keys are those of earlier steps or of this one, so nothing needs to be masked.
        Tensor y = afterSelf(x, own.attend(step, keysAndValues, Mask.NONE));
        return new Next(afterCross(y, cross.attend(beforeCross(y), remembered, Mask.NONE)), keysAndValues);
    }

    private Tensor beforeSelf(Tensor x) {
        return normFirst ? norm1.forward(x) : x;
    }

    private Tensor afterSelf(Tensor x, Tensor attended) {
        Tensor y = x.add(dropout.forward(attended));
        return normFirst ? y : norm1.forward(y);
    }

    private Tensor beforeCross(Tensor y) {
        return normFirst ? norm2.forward(y) : y;
    }

    /** Computes the rest of the block. */
    private Tensor afterCross(Tensor y, Tensor attended) {
        Tensor z = y.add(dropout.forward(attended));
        if (normFirst) {
            return z.add(dropout.forward(feedForward.forward(norm3.forward(z))));
        }
        z = norm2.forward(z);
        return norm3.forward(z.add(dropout.forward(feedForward.forward(z))));
    }
}
