package scanline.engine.nn;

import java.util.Locale;
import java.util.function.Function;
import scanline.engine.tensor.Gating;
import scanline.engine.tensor.Noise;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A residual block around a layer that mixes the steps of a sequence, as deep state-space models have it (Gu, Goel and
 * Ré 2022; Smith, Warrington and Linderman 2023): normalization, the layer, GELU and a gate that mixes the channels.
 *
 * <pre>
 * v = dropout(gelu(layer(norm(x))))         y = x + dropout(gate(v))
 * </pre>
 *
 * Dropout draws once for all steps of a sequence. The parts are named as in the code of S5: {@code norm}, {@code seq},
 * {@code out1} and {@code out2}; the joint map of a gate is {@code output_linear}, as in that of S4D.
 */
public final class SequenceBlock implements SequenceLayer {
    /** The normalization of a block. */
    public enum Norm {
        /** By channel, over the steps of all sequences of a batch. */
        BATCH,
        /** Of each step by itself. */
        LAYER
    }

    /** The nonlinearity after the layer. */
    public enum Gelu {
        /** The exact one, PyTorch's default. */
        ERF,
        /** Its approximation by tanh, the default of JAX. */
        TANH
    }

    /** The gate after the nonlinearity, with v its input and W and V maps with a bias. */
    public enum Gate {
        /** {@code v sigmoid(W v)}, S5's {@code half_glu1}: a single map, {@code out2}. */
        HALF,
        /** {@code (V v) sigmoid(W v)}, the {@code full_glu} of S5 and LRU: two maps, {@code out1} and {@code out2}. */
        FULL,
        /** As {@link #FULL}, but one map to twice as many channels: {@code output_linear}. */
        JOINT
    }

    /**
     * The settings of a block.
     *
     * @param norm
     *            the normalization
     * @param normFirst
     *            whether the input of the layer is normalized, instead of the sum
     * @param momentum
     *            the momentum of a batch normalization, as PyTorch counts it
     * @param gelu
     *            the nonlinearity
     * @param gate
     *            the gate
     * @param dropout
     *            the dropout rate while training, in [0, 1)
     * @param initializer
     *            the initializer of the gate's maps
     */
    public record Options(Norm norm, boolean normFirst, float momentum, Gelu gelu, Gate gate, float dropout,
            Initializer initializer) {
        /** The block of S5 for images. */
        public static final Options S5 = new Options(Norm.BATCH, true, 0.05f, Gelu.TANH, Gate.HALF, 0.1f,
                Initializer.LECUN);

        /** The block of minimal-LRU (Orvieto et al. 2023). */
        public static final Options LRU = new Options(Norm.BATCH, true, 0.01f, Gelu.TANH, Gate.FULL, 0.1f,
                Initializer.LECUN);

        /** The block of S4D's example. */
        public static final Options S4D = new Options(Norm.LAYER, false, 0.1f, Gelu.ERF, Gate.JOINT, 0.1f,
                Initializer.UNIFORM);

        /** Returns these settings with another dropout rate. */
        public Options withDropout(float rate) {
            return new Options(norm, normFirst, momentum, gelu, gate, rate, initializer);
        }
    }

    private final Options options;
    private final Layer norm;
    private final SequenceLayer layer;
    private final Layer gate;

    /**
     * Creates a block.
     *
     * @param channels
     *            H
     * @param layer
     *            creates the layer that mixes the steps, of H values each
     * @throws IllegalArgumentException
     *             if the dropout rate is not in [0, 1)
     */
    public SequenceBlock(Weights weights, int channels, Function<Weights, ? extends SequenceLayer> layer,
            Options options) {
        Dropout.requireRate(options.dropout());
        this.options = options;
        norm = options.norm() == Norm.BATCH
                ? new BatchNorm1d(weights.scope("norm"), channels, options.momentum())
                : new LayerNorm(weights.scope("norm"), channels);
        this.layer = layer.apply(weights.scope("seq"));
        String name = options.gate().name().toLowerCase(Locale.ROOT);
        gate = gate(weights.layer("gate", "Gate", name + " gate of " + channels, "v = gelu(x)      " + switch (options
                .gate()) {
            case HALF -> "y = v sigmoid(W v + b)";
            case FULL, JOINT -> "y = (V v + c) sigmoid(W v + b)";
        }), channels, options);
    }

    private static Layer gate(Weights weights, int channels, Options options) {
        return switch (options.gate()) {
            case HALF -> {
                Linear out2 = new Linear(weights.scope("out2"), channels, channels, options.initializer());
                yield v -> Gating.gate(v, out2.forward(v));
            }
            case FULL -> {
                Linear out1 = new Linear(weights.scope("out1"), channels, channels, options.initializer());
                Linear out2 = new Linear(weights.scope("out2"), channels, channels, options.initializer());
                yield v -> Gating.gate(out1.forward(v), out2.forward(v));
            }
            case JOINT -> {
                Linear both = new Linear(weights.scope("output_linear"), channels, 2 * channels,
                        options.initializer());
                yield v -> Gating.glu(both.forward(v));
            }
        };
    }

    /** The layer that mixes the steps. */
    public SequenceLayer layer() {
        return layer;
    }

    /** Returns what the layer that mixes the steps reads when the block reads x. */
    Tensor layerInput(Tensor x) {
        return options.normFirst() ? norm.forward(x) : x;
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, layer.forward(layerInput(x)));
    }

    /** Returns the output of the block from its input and what the layer that mixes the steps returns for it. */
    Tensor forward(Tensor x, Tensor mixed) {
        return sum(x, dropout(gate.forward(dropout(gelu(mixed)))));
    }

    @Override
    public int stateSize() {
        return layer.stateSize();
    }

    @Override
    public float[] initialState() {
        return layer.initialState();
    }

    /** {@inheritDoc} Dropout is not applied: it is for inference. */
    @Override
    public Step step(Tensor x, Tensor state) {
        Step step = layer.step(layerInput(x), state);
        return new Step(sum(x, gate.forward(gelu(step.output()))), step.state());
    }

    private Tensor gelu(Tensor x) {
        return options.gelu() == Gelu.TANH ? x.tanhGelu() : x.gelu();
    }

    private Tensor dropout(Tensor x) {
        return Noise.dropoutOfSteps(x, options.dropout());
    }

    private Tensor sum(Tensor x, Tensor v) {
        Tensor y = x.add(v);
        return options.normFirst() ? y : norm.forward(y);
    }
}
