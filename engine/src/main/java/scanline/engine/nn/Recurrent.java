package scanline.engine.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Recurrence;
import scanline.engine.tensor.Recurrence.RecurrentWeights;
import scanline.engine.tensor.Recurrence.State;
import scanline.engine.tensor.Sequences;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A stack of recurrent layers of one kind, named and shaped as PyTorch's {@code nn.RNN}, {@code nn.LSTM} and
 * {@code nn.GRU}; {@link Recurrence} has the formulas of a step. The parameters of a LEM have the names and shapes of the
 * authors' program, after the name of the layer: {@code l0.inp2hid.weight}, {@code l0.hid2hid.weight},
 * {@code l0.transform_z2y.weight}, and their biases. A UR_LSTM has those of an LSTM, and the offset of its gates,
 * {@code forget_bias_l0}, which is not learned but saved with the weights.
 */
public final class Recurrent implements StepModel {
    /**
     * The settings of a stack of layers.
     *
     * @param dropout
     *            the dropout rate of the output of every layer but the last while training, in [0, 1)
     * @param bidirectional
     *            whether each layer also reads its input from the end, with separate weights; the output then has 2 H
     *            features (Schuster and Paliwal 1997)
     * @param learnInitialState
     *            whether the initial state of a layer is learned, as {@code h0_l0} and {@code c0_l0}, both [H];
     *            otherwise it is zero
     * @param recompute
     *            whether the backward pass recomputes what it needs instead of saving it: the same bits in less memory
     * @param initializer
     *            the initializer of the weights and biases
     */
    public record Options(float dropout, boolean bidirectional, boolean learnInitialState, boolean recompute,
            RecurrentInitializer initializer) {
        /** One direction, no dropout, a zero initial state, PyTorch's initializer. */
        public static final Options DEFAULT = new Options(0, false, false, false, RecurrentInitializer.DEFAULT);

        /** Returns these settings with another dropout rate. */
        public Options withDropout(float rate) {
            return new Options(rate, bidirectional, learnInitialState, recompute, initializer);
        }
    }

    /** A layer in one direction; {@code h0} and {@code c0} are null unless learned. */
    private record Direction(RecurrentWeights weights, @Nullable Parameter h0, @Nullable Parameter c0) {
        Tensor forward(Tensor x, Output output, boolean recompute) {
            return Sequences.recurrent(x, weights, initial(x), output, recompute);
        }

        /** Computes what {@link #forward} does, step by step, from basic operations. */
        Trace trace(Tensor x) {
            State learned = initial(x);
            State state = learned == null ? weights.zeros(x) : learned;
            List<State> states = new ArrayList<>();
            List<List<Tensor>> gates = new ArrayList<>();
            for (int t = 0; t < x.shape().size(0); t++) {
                gates.add(weights.gates(x.step(t), state));
                state = weights.next(gates.getLast(), state);
                states.add(state);
            }
            return new Trace(Shaping.stack(states.stream().map(State::h).toList()),
                    weights.kind().hasCellState() ? Shaping.stack(states.stream().map(State::c).toList()) : null,
                    IntStream.range(0, weights.kind().gates())
                            .mapToObj(gate -> Shaping.stack(gates.stream().map(step -> step.get(gate)).toList()))
                            .toList());
        }

        int stateSize() {
            return weights.kind().hasCellState() ? 2 * weights.hidden() : weights.hidden();
        }

        private @Nullable State initial(Tensor x) {
            int batch = x.shape().requireAxes("the input of a recurrent layer", 3).size(1);
            return h0 == null
                    ? null
                    : new State(Shaping.repeat(h0, batch, x), c0 == null ? null : Shaping.repeat(c0, batch, x));
        }
    }

    private final List<Direction> forwards = new ArrayList<>();
    private final List<Direction> backwards = new ArrayList<>();
    private final Dropout dropout;
    private final boolean recompute;

    /** Creates a stack of layers as {@link #Recurrent(Weights, Cell, int, int, int, Options)} does, of a kind. */
    public Recurrent(Weights weights, CellKind kind, int inputs, int hidden, int layers, Options options) {
        this(weights, Cell.of(kind), inputs, hidden, layers, options);
    }

    /**
     * Creates a stack of layers.
     *
     * @throws IllegalArgumentException
     *             if there is no layer, the dropout rate is not in [0, 1), or the kind lacks a gate that the
     *             initializer needs
     */
    public Recurrent(Weights weights, Cell cell, int inputs, int hidden, int layers, Options options) {
        if (layers < 1) {
            throw new IllegalArgumentException("a recurrent network needs at least 1 layer, not " + layers);
        }
        options.initializer().requireFor(cell.kind(), "");
        dropout = new Dropout(options.dropout());
        recompute = options.recompute();
        for (int l = 0; l < layers; l++) {
            int features = l == 0 ? inputs : options.bidirectional() ? 2 * hidden : hidden;
            forwards.add(direction(weights, cell, "l" + l, features, hidden, options));
            if (options.bidirectional()) {
                backwards.add(direction(weights, cell, "l" + l + "_reverse", features, hidden, options));
            }
        }
    }

    /** Creates one LSTM layer as PyTorch's {@code nn.LSTM(inputs, hidden)}. */
    public static Recurrent lstm(Weights weights, int inputs, int hidden) {
        return new Recurrent(weights, CellKind.LSTM, inputs, hidden, 1, Options.DEFAULT);
    }

    /** Creates one GRU layer as PyTorch's {@code nn.GRU(inputs, hidden)}. */
    public static Recurrent gru(Weights weights, int inputs, int hidden) {
        return new Recurrent(weights, CellKind.GRU, inputs, hidden, 1, Options.DEFAULT);
    }

    /** Creates one RNN layer with tanh as PyTorch's {@code nn.RNN(inputs, hidden)}. */
    public static Recurrent rnn(Weights weights, int inputs, int hidden) {
        return new Recurrent(weights, CellKind.RNN_TANH, inputs, hidden, 1, Options.DEFAULT);
    }

    private static Direction direction(Weights weights, Cell cell, String name, int features, int hidden,
            Options options) {
        CellKind kind = cell.kind();
        Weights own = weights.layer(name.replace("_reverse", ""), "Recurrent",
                kind.name().toLowerCase(Locale.ROOT) + " " + features + " to " + hidden, kind.formula());
        RecurrentWeights w = kind == CellKind.LEM
                ? lem(own.scope(name), cell, features, hidden, options.initializer())
                : parameters(own, cell, name, features, hidden, options.initializer());
        boolean learned = options.learnInitialState();
        return new Direction(w, learned ? own.zeros("h0_" + name, Shape.of(hidden)) : null,
                learned && kind.hasCellState() ? own.zeros("c0_" + name, Shape.of(hidden)) : null);
    }

    private static RecurrentWeights parameters(Weights weights, Cell cell, String name, int features, int hidden,
            RecurrentInitializer initializer) {
        CellKind kind = cell.kind();
        return new RecurrentWeights(cell, initializer.inputWeight(weights, "weight_ih_" + name, kind, features, hidden),
                initializer.hiddenWeight(weights, "weight_hh_" + name, kind, hidden),
                initializer.inputBias(weights, "bias_ih_" + name, kind, hidden),
                initializer.hiddenBias(weights, "bias_hh_" + name, kind, hidden), null,
                kind == CellKind.UR_LSTM
                        ? initializer.gateOffset(weights, "forget_bias_" + name, hidden).tensor()
                        : null);
    }

    private static RecurrentWeights lem(Weights weights, Cell cell, int features, int hidden,
            RecurrentInitializer initializer) {
        CellKind kind = cell.kind();
        return new RecurrentWeights(cell, initializer.inputWeight(weights, "inp2hid.weight", kind, features, hidden),
                initializer.hiddenWeight(weights, "hid2hid.weight", kind, hidden),
                initializer.inputBias(weights, "inp2hid.bias", kind, hidden),
                initializer.hiddenBias(weights, "hid2hid.bias", kind, hidden),
                initializer.cellWeight(weights, "transform_z2y.weight", hidden),
                initializer.cellBias(weights, "transform_z2y.bias", hidden));
    }

    /**
     * Runs the layers over a sequence.
     *
     * @param x
     *            [T, B, inputs]
     * @return the hidden states of the last layer: of every step, [T, B, H], or the last of each direction, [B, H];
     *         with two directions 2 H features, the forward direction first
     */
    public Tensor forward(Tensor x, Output output) {
        Tensor y = x;
        int last = forwards.size() - 1;
        for (int l = 0; l < last; l++) {
            y = dropout.forward(layer(l, y, Output.ALL_STEPS));
        }
        return layer(last, y, output);
    }

    /**
     * {@inheritDoc} They are h and, if the kind has one, c of each layer in turn.
     *
     * @throws IllegalStateException
     *             if the layers also read from the end, so that they need the whole sequence
     */
    @Override
    public int stateSize() {
        if (!backwards.isEmpty()) {
            throw new IllegalStateException(
                    "a bidirectional layer needs the whole sequence, so it cannot read step by step");
        }
        return forwards.stream().mapToInt(Direction::stateSize).sum();
    }

    @Override
    public float[] initialState() {
        float[] state = new float[stateSize()];
        int at = 0;
        for (Direction layer : forwards) {
            for (Parameter learned : new Parameter[] {layer.h0, layer.c0}) {
                if (learned != null) {
                    System.arraycopy(learned.values(), 0, state, at, layer.weights.hidden());
                    at += layer.weights.hidden();
                }
            }
            if (layer.h0 == null) {
                at += layer.stateSize();
            }
        }
        return state;
    }

    /**
     * {@inheritDoc} The output is the hidden state of the last layer. Dropout is not applied: it is for inference.
     */
    @Override
    public Step step(Tensor x, Tensor state) {
        Tensor y = x;
        List<Tensor> states = new ArrayList<>();
        int at = 0;
        for (Direction layer : forwards) {
            int hidden = layer.weights.hidden();
            int end = at + layer.stateSize();
            State before = new State(state.columns(at, at + hidden),
                    layer.weights.kind().hasCellState() ? state.columns(at + hidden, end) : null);
            State after = layer.weights.step(y, before);
            y = after.h();
            states.add(after.h());
            if (after.c() != null) {
                states.add(after.c());
            }
            at = end;
        }
        return new Step(y, states.size() == 1 ? y : Shaping.concat(states, 1));
    }

    /**
     * Returns these layers as one that replaces each step by the hidden state after it, for a {@link SequenceBlock}.
     *
     * @throws IllegalStateException
     *             if they also read from the end
     */
    public SequenceLayer asSequenceLayer() {
        int size = stateSize();
        return new SequenceLayer() {
            @Override
            public Tensor forward(Tensor x) {
                return Recurrent.this.forward(x, Output.ALL_STEPS);
            }

            @Override
            public int stateSize() {
                return size;
            }

            @Override
            public float[] initialState() {
                return Recurrent.this.initialState();
            }

            @Override
            public Step step(Tensor x, Tensor state) {
                return Recurrent.this.step(x, state);
            }
        };
    }

    /**
     * The states and gates of one layer and direction at every step, for inspection.
     *
     * @param h
     *            the hidden states, [T, B, H]
     * @param c
     *            the cell states, [T, B, H]; null if the kind has none
     * @param gates
     *            in the order of {@link CellKind#gateNames}, [T, B, H] each
     */
    public record Trace(Tensor h, @Nullable Tensor c, List<Tensor> gates) {}

    /**
     * The trace of one layer in one direction.
     *
     * @param name
     *            the suffix of its parameters: l0, or l0_reverse for one that reads from the end
     * @param reverse
     *            whether it reads from the end; the trace is in the order in which it reads
     */
    public record Layer(String name, CellKind kind, boolean reverse, Trace trace) {}

    /** Runs the layers over a sequence, [T, B, inputs], without dropout, and returns the trace of each. */
    public List<Layer> trace(Tensor x) {
        List<Layer> layers = new ArrayList<>();
        Tensor y = x;
        for (int l = 0; l < forwards.size(); l++) {
            layers.add(new Layer("l" + l, forwards.get(l).weights.kind(), false, forwards.get(l).trace(y)));
            if (!backwards.isEmpty()) {
                layers.add(new Layer("l" + l + "_reverse", backwards.get(l).weights.kind(), true,
                        backwards.get(l).trace(Shaping.reverse(y))));
            }
            y = layer(l, y, Output.ALL_STEPS);
        }
        return layers;
    }

    private Tensor layer(int l, Tensor x, Output output) {
        Tensor y = forwards.get(l).forward(x, output, recompute);
        if (backwards.isEmpty()) {
            return y;
        }
        Tensor back = backwards.get(l).forward(Shaping.reverse(x), output, recompute);
        return Shaping.concat(y, output == Output.ALL_STEPS ? Shaping.reverse(back) : back);
    }
}
