package scanline.engine.tensor;

import static scanline.engine.tensor.Activation.relu;
import static scanline.engine.tensor.Activation.sigmoid;
import static scanline.engine.tensor.Activation.tanh;
import static scanline.engine.tensor.Arithmetic.add;
import static scanline.engine.tensor.Arithmetic.multiply;
import static scanline.engine.tensor.Arithmetic.scale;
import static scanline.engine.tensor.Arithmetic.subtract;
import static scanline.engine.tensor.Products.linear;
import static scanline.engine.tensor.Shaping.columns;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.CellWeights;

/**
 * The formulas of one step of the recurrent layers, composed of basic operations. They are meant to be read, and are
 * the reference implementation that the fused kernels are tested against. A step computes the gates, and from them the
 * next state.
 *
 * <ul>
 * <li>{@code RNN_TANH}: {@code h = tanh(W x + b + U h' + d)} (Elman 1990, "Finding structure in time").
 * <li>{@code RNN_RELU}: {@code h = max(0, W x + b + U h' + d)} (Le, Jaitly and Hinton 2015).
 * <li>{@code LSTM}: long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), gates in
 * the order i, f, g, o.
 * <li>{@code GRU}: the gated recurrent unit (Cho et al. 2014), gates in the order r, z, n; the reset gate is applied
 * after the product with U, as in PyTorch.
 * <li>{@code LEM}: long expressive memory (Rusch, Mishra, Erichson and Mahoney 2022, "Long expressive memory for sequence
 * modeling", equation 3), gates in the order of the authors' program: both time steps, the candidate of h, that of c. The
 * paper's y and z are h and c.
 * <li>{@code UR_LSTM}: the LSTM with uniform initialization and refine gates (Gu et al. 2020, "Improving the gating
 * mechanism of recurrent neural networks"), gates in the order f, r, g, o.
 * </ul>
 */
public final class Recurrence {
    private Recurrence() {}

    /** {@code i, f, o = sigmoid(W x + b + U h' + d), g = tanh(W x + b + U h' + d)}. */
    private static List<Tensor> lstmGates(Tensor x, State s, RecurrentWeights w) {
        int n = w.hidden();
        Tensor a = add(w.ofInput(x), w.ofState(s.h()));
        Tensor i = sigmoid(columns(a, 0, n));
        Tensor f = sigmoid(columns(a, n, 2 * n));
        Tensor g = tanh(columns(a, 2 * n, 3 * n));
        Tensor o = sigmoid(columns(a, 3 * n, 4 * n));
        return List.of(i, f, g, o);
    }

    /** {@code c = f c' + i g, h = o tanh(c)}. */
    private static State lstm(List<Tensor> gates, State s) {
        Tensor i = gates.get(0);
        Tensor f = gates.get(1);
        Tensor g = gates.get(2);
        Tensor o = gates.get(3);
        Tensor c = add(multiply(f, s.cell()), multiply(i, g));
        return new State(multiply(o, tanh(c)), c);
    }

    /** {@code r, z = sigmoid(W x + b + U h' + d), n = tanh(W x + b + r (U h' + d))}. */
    private static List<Tensor> gruGates(Tensor x, State s, RecurrentWeights w) {
        int m = w.hidden();
        Tensor a = w.ofInput(x);
        Tensor u = w.ofState(s.h());
        Tensor r = sigmoid(add(columns(a, 0, m), columns(u, 0, m)));
        Tensor z = sigmoid(add(columns(a, m, 2 * m), columns(u, m, 2 * m)));
        Tensor n = tanh(add(columns(a, 2 * m, 3 * m), multiply(r, columns(u, 2 * m, 3 * m))));
        return List.of(r, z, n);
    }

    /** {@code h = n + z (h' - n)}. */
    private static State gru(List<Tensor> gates, State s) {
        Tensor z = gates.get(1);
        Tensor n = gates.get(2);
        return new State(add(n, multiply(z, subtract(s.h(), n))), null);
    }

    /** {@code r, s = dt sigmoid(W x + b + U h' + d), u = tanh(W x + b + U h' + d), v = tanh(W x + b + V c + e)}. */
    private static List<Tensor> lemGates(Tensor x, State s, RecurrentWeights w) {
        int n = w.hidden();
        Tensor a = w.ofInput(x);
        Tensor b = w.ofState(s.h());
        Tensor r = scale(sigmoid(add(columns(a, 0, n), columns(b, 0, n))), (float) w.cell().dt());
        Tensor dc = scale(sigmoid(add(columns(a, n, 2 * n), columns(b, n, 2 * n))), (float) w.cell().dt());
        Tensor u = tanh(add(columns(a, 3 * n, 4 * n), columns(b, 2 * n, 3 * n)));
        Tensor v = tanh(add(columns(a, 2 * n, 3 * n), w.ofCell(toward(u, s.cell(), dc))));
        return List.of(r, dc, v, u);
    }

    /** {@code c = c' + s (u - c'), h = h' + r (v - h')}. */
    private static State lem(List<Tensor> gates, State s) {
        Tensor r = gates.get(0);
        Tensor dc = gates.get(1);
        Tensor v = gates.get(2);
        Tensor u = gates.get(3);
        return new State(toward(v, s.h(), r), toward(u, s.cell(), dc));
    }

    /** {@code f = sigmoid(a + e), r = sigmoid(a - e), g = tanh(a), o = sigmoid(a), where a = W x + b + U h' + d}. */
    private static List<Tensor> urLstmGates(Tensor x, State s, RecurrentWeights w) {
        int n = w.hidden();
        Tensor a = add(w.ofInput(x), w.ofState(s.h()));
        Tensor e = Objects.requireNonNull(w.cellBias());
        Tensor f = sigmoid(add(columns(a, 0, n), e));
        Tensor r = sigmoid(subtract(columns(a, n, 2 * n), e));
        Tensor g = tanh(columns(a, 2 * n, 3 * n));
        Tensor o = sigmoid(columns(a, 3 * n, 4 * n));
        return List.of(f, r, g, o);
    }

    /** {@code k = f^2 + 2 r (f - f^2), c = g + k (c' - g), h = o tanh(c)}. */
    private static State urLstm(List<Tensor> gates, State s) {
        Tensor f = gates.get(0);
        Tensor r = gates.get(1);
        Tensor g = gates.get(2);
        Tensor o = gates.get(3);
        Tensor square = multiply(f, f);
        Tensor k = add(square, multiply(scale(r, 2), subtract(f, square)));
        Tensor c = add(g, multiply(k, subtract(s.cell(), g)));
        return new State(multiply(o, tanh(c)), c);
    }

    /** {@code y' + share (candidate - y')}. */
    private static Tensor toward(Tensor candidate, Tensor before, Tensor share) {
        return add(before, multiply(share, subtract(candidate, before)));
    }

    /**
     * The state of a layer.
     *
     * @param h
     *            the hidden state, [B, H]
     * @param c
     *            the cell state, [B, H]; null if there is none
     */
    public record State(Tensor h, @Nullable Tensor c) {
        Tensor cell() {
            if (c == null) {
                throw new IllegalArgumentException("this kind of layer needs an initial cell state");
            }
            return c;
        }
    }

    /**
     * The parameters of one layer, where G is gates x H. A LEM has one gate fewer in U and d.
     *
     * @param inputHidden
     *            W, [G, F]
     * @param hiddenHidden
     *            U, [G, H]
     * @param inputBias
     *            b, [G]
     * @param hiddenBias
     *            d, [G]
     * @param cellHidden
     *            V of a LEM, [H, H]; null for other kinds
     * @param cellBias
     *            e of a LEM or a UR_LSTM, [H]; null for other kinds
     */
    public record RecurrentWeights(Cell cell, Tensor inputHidden, Tensor hiddenHidden, Tensor inputBias,
            Tensor hiddenBias, @Nullable Tensor cellHidden, @Nullable Tensor cellBias) {
        /**
         * Checks the shapes.
         *
         * @throws IllegalArgumentException
         *             if they do not match each other
         */
        public RecurrentWeights {
            int hidden = hiddenHidden.shape().requireAxes("a hidden weight", 2).size(1);
            int features = inputHidden.shape().requireAxes("an input weight", 2).size(1);
            CellKind kind = cell.kind();
            int rows = kind.gates() * hidden;
            int stateRows = kind.stateGates() * hidden;
            hiddenHidden.shape().require("the hidden weight of " + kind, Shape.of(stateRows, hidden));
            inputHidden.shape().require("the input weight of " + kind, Shape.of(rows, features));
            inputBias.shape().require("the input bias of " + kind, Shape.of(rows));
            hiddenBias.shape().require("the hidden bias of " + kind, Shape.of(stateRows));
            boolean isLem = kind == CellKind.LEM;
            require(kind, "cell weight", cellHidden, isLem ? Shape.of(hidden, hidden) : null);
            require(kind, "cell bias", cellBias, isLem || kind == CellKind.UR_LSTM ? Shape.of(hidden) : null);
        }

        private static void require(CellKind kind, String what, @Nullable Tensor own, @Nullable Shape shape) {
            if ((own == null) != (shape == null)) {
                throw new IllegalArgumentException(kind + (own == null ? " needs a " : " has no ") + what);
            }
            if (own != null && shape != null) {
                own.shape().require("the " + what + " of " + kind, shape);
            }
        }

        /**
         * Creates the parameters of a kind that has no others.
         *
         * @throws IllegalArgumentException
         *             if the shapes do not match each other, or the kind needs more
         */
        public RecurrentWeights(CellKind kind, Tensor inputHidden, Tensor hiddenHidden, Tensor inputBias,
                Tensor hiddenBias) {
            this(Cell.of(kind), inputHidden, hiddenHidden, inputBias, hiddenBias, null, null);
        }

        /** The kind of layer. */
        public CellKind kind() {
            return cell.kind();
        }

        /** The size of the hidden state. */
        public int hidden() {
            return hiddenHidden.shape().size(1);
        }

        /**
         * Computes the gates of one step from its input, [B, F], and the previous state.
         *
         * @return [B, H] each, in the order of {@link CellKind#gateNames}
         */
        public List<Tensor> gates(Tensor x, State s) {
            return switch (kind()) {
                case RNN_TANH -> List.of(tanh(add(ofInput(x), ofState(s.h()))));
                case RNN_RELU -> List.of(relu(add(ofInput(x), ofState(s.h()))));
                case LSTM -> lstmGates(x, s, this);
                case GRU -> gruGates(x, s, this);
                case LEM -> lemGates(x, s, this);
                case UR_LSTM -> urLstmGates(x, s, this);
            };
        }

        /** Computes the next state from the gates and the previous state. */
        public State next(List<Tensor> gates, State s) {
            return switch (kind()) {
                case RNN_TANH, RNN_RELU -> new State(gates.getFirst(), null);
                case LSTM -> lstm(gates, s);
                case GRU -> gru(gates, s);
                case LEM -> lem(gates, s);
                case UR_LSTM -> urLstm(gates, s);
            };
        }

        /**
         * Computes the next state from the input of one step. In an inference pass it has the bits of
         * {@link Sequences#recurrent} for the whole sequence up to this step.
         *
         * @param x
         *            [B, F]
         * @param before
         *            the state before the step, [B, H]
         */
        public State step(Tensor x, State before) {
            return Sequences.nextState(x, this, before);
        }

        /** Returns the initial state of a layer that does not learn it, all zeros, for a sequence [T, B, F]. */
        public State zeros(Tensor x) {
            Shape shape = Shape.of(x.shape().size(1), hidden());
            Tape tape = Tape.of(x);
            Tensor zeros = new Tensor(tape, shape, tape.zeros(shape.elements()), false, null);
            return new State(zeros, kind().hasCellState() ? zeros : null);
        }

        CellWeights<Tensor> blocks() {
            return new CellWeights<>(inputHidden, hiddenHidden, inputBias, hiddenBias, cellHidden, cellBias);
        }

        private Tensor ofInput(Tensor x) {
            return linear(x, inputHidden, inputBias);
        }

        private Tensor ofState(Tensor h) {
            return linear(h, hiddenHidden, hiddenBias);
        }

        private Tensor ofCell(Tensor c) {
            return linear(c, Objects.requireNonNull(cellHidden), cellBias);
        }
    }
}
