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
 * (Vaswani et al. 2017, section 3.2.2), named as PyTorch's {@code nn.MultiheadAttention}: {@code in_proj} makes queries,
 * keys and values of all heads, in this order. The heads may be of any width.
 */
public final class MultiHeadAttention {
    /**
     * What an attention is made of.
     *
     * @param width
     *            features of a step, in and out
     * @param heads
     *            how many
     * @param headWidth
     *            d, features of a head
     * @param bias
     *            whether {@code in_proj} has one
     * @param dropout
     *            rate at which attention weights are dropped while training, in [0, 1)
     * @param in
     *            the first values of {@code in_proj}, and of both biases
     * @param out
     *            the first values of {@code out_proj}
     */
    public record Options(int width, int heads, int headWidth, boolean bias, float dropout, Initializer in,
            Initializer out) {
        /** Checks the sizes. */
        public Options {
            if (width < 1 || heads < 1 || headWidth < 1) {
                throw new IllegalArgumentException("an attention needs a width, heads and a width of the heads of at "
                        + "least 1, not " + width + ", " + heads + " and " + headWidth);
            }
            Dropout.requireRate(dropout);
        }

        /**
         * PyTorch's layer: the heads share the width among them, and everything has a bias.
         *
         * @param first
         *            the first values; with {@code UNIFORM} those of PyTorch's layer: {@code in_proj} begins by {@code XAVIER}
         * @throws IllegalArgumentException
         *             if the heads do not divide the width
         */
        public static Options shared(int width, int heads, float dropout, Initializer first) {
            if (heads < 1 || width % heads != 0) {
                throw new IllegalArgumentException(heads + " heads do not divide a width of " + width);
            }
            return new Options(width, heads, width / heads, true, dropout,
                    first == Initializer.UNIFORM ? Initializer.XAVIER : first, first);
        }

        int inner() {
            return heads * headWidth;
        }
    }

    private final Options options;
    private final Parameter inWeight;
    private final @Nullable Parameter inBias;
    private final Parameter outWeight;
    private final Parameter outBias;

    /** An attention with weights of its own. */
    public MultiHeadAttention(Weights weights, Options options) {
        this.options = options;
        int inner = options.inner();
        Initializer in = options.in();
        inWeight = in.weight(weights, "in_proj_weight", Shape.of(3 * inner, options.width()));
        inBias = options.bias() ? in.bias(weights, "in_proj_bias", 3 * inner, options.width()) : null;
        outWeight = options.out().weight(weights, "out_proj.weight", Shape.of(options.width(), inner));
        outBias = in.bias(weights, "out_proj.bias", options.width(), inner);
    }

    /**
     * Every step attends to the steps of its own sequence.
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
     * Every step attends to the steps of another sequence.
     *
     * @param x
     *            [T_q, B, width], what the queries are made of
     * @param memory
     *            [T_k, B, width], what keys and values are made of
     * @return [T_q, B, width]
     */
    public Tensor cross(Tensor x, Tensor memory, Mask mask) {
        return attend(x, keysAndValues(memory), mask);
    }

    /**
     * What {@link #attend} reads of a sequence, to be made once and used again.
     *
     * @param memory
     *            [T, B, width]
     * @return the keys of all heads, and beside them the values: [T, B, 2 inner], inner being all heads' width
     */
    public Tensor keysAndValues(Tensor memory) {
        return project(memory, options.inner(), 3 * options.inner());
    }

    /**
     * Every step attends to the steps whose keys and values these are; with those of x itself it is {@link #self}.
     *
     * @param x
     *            [T_q, B, width], what the queries are made of
     * @param keysAndValues
     *            [T_k, B, 2 inner]
     * @return [T_q, B, width]
     */
    public Tensor attend(Tensor x, Tensor keysAndValues, Mask mask) {
        int inner = options.inner();
        Tensor y = Attention.attend(new Heads(project(x, 0, inner), 0), new Heads(keysAndValues, 0),
                new Heads(keysAndValues, inner), options.heads(), options.headWidth(), mask, options.dropout());
        return Products.linear(y, outWeight, outBias);
    }

    /**
     * How much each step takes of each other in {@link #self}: the weights after the softmax.
     *
     * @return [B heads, T, T], the heads of an example behind each other
     */
    public Tensor weights(Tensor x, Mask mask) {
        return weights(x, x, mask);
    }

    /** As {@link #weights(Tensor, Mask)}, in {@link #cross}: [B heads, T_q, T_k]. */
    public Tensor weights(Tensor x, Tensor memory, Mask mask) {
        int inner = options.inner();
        return Attention.weights(new Heads(project(x, 0, inner), 0), new Heads(project(memory, inner, 2 * inner), 0),
                options.heads(), options.headWidth(), mask);
    }

    /** Some rows of {@code in_proj}. */
    private Tensor project(Tensor x, int from, int to) {
        return Products.linear(x, Shaping.rows(inWeight, from, to, x),
                inBias == null ? null : Shaping.rows(inBias, from, to, x));
    }
}
