package scanline.engine.nn;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.AttentionWeights;
import scanline.engine.geometry.Mask;
import scanline.engine.tensor.Attention;
import scanline.engine.tensor.Attention.Heads;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Products;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Multi-head attention, {@code out_proj([head_1 ... head_h])} with {@code head_i = softmax(Q_i K_i^T / sqrt(d)) V_i}
 * (Vaswani et al. 2017, section 3.2.2), named as PyTorch's {@code nn.MultiheadAttention}: {@code in_proj} computes the
 * queries, keys and values of all heads, in this order. The heads may have any width.
 */
public final class MultiHeadAttention {
    /**
     * The settings of an attention layer.
     *
     * @param width
     *            features of a step, in and out
     * @param heads
     *            the number of heads
     * @param headWidth
     *            d, features of a head
     * @param bias
     *            whether {@code in_proj} has a bias
     * @param dropout
     *            the dropout rate of the attention weights while training, in [0, 1)
     * @param in
     *            the initializer of {@code in_proj} and of both biases
     * @param out
     *            the initializer of {@code out_proj}
     */
    public record Options(int width, int heads, int headWidth, boolean bias, float dropout, Initializer in,
            Initializer out) {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException
         *             if a size is less than 1, or the dropout rate is not in [0, 1)
         */
        public Options {
            if (width < 1 || heads < 1 || headWidth < 1) {
                throw new IllegalArgumentException("attention needs a width, a number of heads and a head width of at "
                        + "least 1, not " + width + ", " + heads + " and " + headWidth);
            }
            Dropout.requireRate(dropout);
        }

        /**
         * Returns the settings of PyTorch's layer: the heads divide the width among them, and both projections have a
         * bias.
         *
         * @param initializer
         *            the initializer; {@code UNIFORM} initializes as PyTorch's layer does, with {@code XAVIER} for
         *            {@code in_proj}
         * @throws IllegalArgumentException
         *             if the width is not divisible by the number of heads
         */
        public static Options shared(int width, int heads, float dropout, Initializer initializer) {
            if (heads < 1 || width % heads != 0) {
                throw new IllegalArgumentException("a width of " + width + " is not divisible by " + heads + " heads");
            }
            return new Options(width, heads, width / heads, true, dropout,
                    initializer == Initializer.UNIFORM ? Initializer.XAVIER : initializer, initializer);
        }

        int inner() {
            return heads * headWidth;
        }

        String description() {
            return heads + " heads of " + headWidth;
        }
    }

    private final Options options;
    private final Parameter inWeight;
    private final @Nullable Parameter inBias;
    private final Parameter outWeight;
    private final Parameter outBias;

    /** Creates the layer. */
    public MultiHeadAttention(Weights weights, Options options) {
        this.options = options;
        int inner = options.inner();
        Weights own = weights.layer("", "MultiHeadAttention", options.description(),
                "attention(x) = softmax(Q K^T / sqrt(d)) V, head by head");
        Initializer in = options.in();
        inWeight = in.weight(own, "in_proj_weight", Shape.of(3 * inner, options.width()));
        inBias = options.bias() ? in.bias(own, "in_proj_bias", 3 * inner, options.width()) : null;
        outWeight = options.out().weight(own, "out_proj.weight", Shape.of(options.width(), inner));
        outBias = in.bias(own, "out_proj.bias", options.width(), inner);
    }

    /**
     * Computes self-attention: every step attends to the steps of its own sequence.
     *
     * @param x
     *            [T, B, width]
     * @return [T, B, width]
     */
    public Tensor self(Tensor x, Mask mask) {
        return Attention.self(x, new AttentionWeights<>(inWeight, inBias, outWeight, outBias), options.heads(),
                options.headWidth(), mask, options.dropout());
    }

    /**
     * Computes cross-attention: every step attends to the steps of another sequence.
     *
     * @param x
     *            the source of the queries, [T_q, B, width]
     * @param memory
     *            the source of the keys and values, [T_k, B, width]
     * @return [T_q, B, width]
     */
    public Tensor cross(Tensor x, Tensor memory, Mask mask) {
        return attend(x, keysAndValues(memory), mask);
    }

    /**
     * Computes the keys and values of a sequence once, to be used in several calls of {@link #attend}.
     *
     * @param memory
     *            [T, B, width]
     * @return the keys of all heads followed by their values, [T, B, 2 inner], where inner is the width of all heads
     */
    public Tensor keysAndValues(Tensor memory) {
        return project(memory, options.inner(), 3 * options.inner());
    }

    /**
     * Attends to steps given by their keys and values; with those of x itself this is {@link #self}.
     *
     * @param x
     *            the source of the queries, [T_q, B, width]
     * @param keysAndValues
     *            the result of {@link #keysAndValues}, [T_k, B, 2 inner]
     * @return [T_q, B, width]
     */
    public Tensor attend(Tensor x, Tensor keysAndValues, Mask mask) {
        int inner = options.inner();
        Tensor y = Attention.attend(new Heads(project(x, 0, inner), 0), new Heads(keysAndValues, 0),
                new Heads(keysAndValues, inner), options.heads(), options.headWidth(), mask, options.dropout());
        return Products.linear(y, outWeight, outBias);
    }

    /**
     * Computes the attention weights of {@link #self}, after the softmax.
     *
     * @return [B heads, T, T], with the heads of an example consecutive
     */
    public Tensor weights(Tensor x, Mask mask) {
        return weights(x, x, mask);
    }

    /** Computes the attention weights of {@link #cross}, [B heads, T_q, T_k], as {@link #weights(Tensor, Mask)}. */
    public Tensor weights(Tensor x, Tensor memory, Mask mask) {
        int inner = options.inner();
        return Attention.weights(new Heads(project(x, 0, inner), 0), new Heads(project(memory, inner, 2 * inner), 0),
                options.heads(), options.headWidth(), mask);
    }

    /** Applies some rows of {@code in_proj}. */
    private Tensor project(Tensor x, int from, int to) {
        return Products.linear(x, Shaping.rows(inWeight, from, to, x),
                inBias == null ? null : Shaping.rows(inBias, from, to, x));
    }
}
