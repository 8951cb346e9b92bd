package scanline.engine.nn;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Mask;
import scanline.engine.tensor.Arithmetic;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A block of a transformer's decoder, named as PyTorch's {@code nn.TransformerDecoderLayer}: attention of a sequence to its
 * own steps, attention to an encoder's memory, then a feed-forward part, around each of which the input is passed on as
 * well. Normalized behind each sum as in Vaswani et al. 2017, or in front of each part, but for the memory, as
 * {@link EncoderBlock} is.
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

    /** A block with weights of its own, both of whose attentions are as the options have it. */
    public DecoderBlock(Weights weights, EncoderBlock.Options options) {
        int width = options.attention().width();
        float rate = options.attention().dropout();
        own = new MultiHeadAttention(weights.scope("self_attn"), options.attention());
        cross = new MultiHeadAttention(weights.scope("multihead_attn"), options.attention());
        feedForward = new FeedForward(weights, width, options.hidden(), options.nonlinearity(), rate, options.first());
        norm1 = new LayerNorm(weights.scope("norm1"), width);
        norm2 = new LayerNorm(weights.scope("norm2"), width);
        norm3 = new LayerNorm(weights.scope("norm3"), width);
        dropout = new Dropout(rate);
        normFirst = options.normFirst();
    }

    /**
     * The block for whole sequences.
     *
     * @param x
     *            [T, B, width]
     * @param memory
     *            [S, B, width], all of which every step sees
     * @param mask
     *            which steps of its own sequence a step sees
     * @return [T, B, width]
     */
    public Tensor forward(Tensor x, Tensor memory, Mask mask) {
        Tensor y = behindOwn(x, own.self(beforeOwn(x), mask));
        return behindCross(y, cross.cross(beforeCross(y), memory, Mask.NONE));
    }

    /**
     * How much each step takes of each other, after the softmax.
     *
     * @param own
     *            of the steps of its own sequence, [B heads, T, T], the heads of an example behind each other
     * @param cross
     *            of those of the memory, [B heads, T, S]
     */
    public record Attended(Tensor own, Tensor cross) {}

    /** The weights of both attentions in {@link #forward}. */
    public Attended weights(Tensor x, Tensor memory, Mask mask) {
        Tensor steps = beforeOwn(x);
        Tensor y = behindOwn(x, own.self(steps, mask));
        return new Attended(own.weights(steps, mask), cross.weights(beforeCross(y), memory, Mask.NONE));
    }

    /**
     * What {@link #next} reads of the memory, the same at every step.
     *
     * @param memory
     *            [S, P, width]
     * @return its keys and values, [S, P, 2 inner]
     */
    public Tensor remember(Tensor memory) {
        return cross.keysAndValues(memory);
    }

    /**
     * A further step of some sequences.
     *
     * @param y
     *            what the block gives, [1, P, width]
     * @param keysAndValues
     *            what the step behind this one needs: the keys and values of its own sequence up to here, [t + 1, P, 2 inner]
     */
    public record Next(Tensor y, Tensor keysAndValues) {}

    /**
     * One more step of P sequences: the last step of what {@link #forward} gives for all steps up to here under a causal mask,
     * without computing those before it again. In a pass that drops nothing the bits are the same.
     *
     * @param x
     *            the step, [1, P, width]
     * @param before
     *            the keys and values of the t steps before it, [t, P, 2 inner]; null at the first
     * @param remembered
     *            what {@link #remember} made of the memory
     */
    public Next next(Tensor x, @Nullable Tensor before, Tensor remembered) {
        Tensor step = beforeOwn(x);
        Tensor now = own.keysAndValues(step);
        Tensor keysAndValues = before == null ? now : Shaping.append(before, now);
        // No key lies behind this step, so that there is nothing to hide.
        Tensor y = behindOwn(x, own.attend(step, keysAndValues, Mask.NONE));
        return new Next(behindCross(y, cross.attend(beforeCross(y), remembered, Mask.NONE)), keysAndValues);
    }

    private Tensor beforeOwn(Tensor x) {
        return normFirst ? norm1.forward(x) : x;
    }

    private Tensor behindOwn(Tensor x, Tensor attended) {
        Tensor y = Arithmetic.add(x, dropout.forward(attended));
        return normFirst ? y : norm1.forward(y);
    }

    private Tensor beforeCross(Tensor y) {
        return normFirst ? norm2.forward(y) : y;
    }

    /** The rest of the block. */
    private Tensor behindCross(Tensor y, Tensor attended) {
        Tensor z = Arithmetic.add(y, dropout.forward(attended));
        if (normFirst) {
            return Arithmetic.add(z, dropout.forward(feedForward.forward(norm3.forward(z))));
        }
        z = norm2.forward(z);
        return norm3.forward(Arithmetic.add(z, dropout.forward(feedForward.forward(z))));
    }
}
