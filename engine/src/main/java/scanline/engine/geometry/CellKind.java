package scanline.engine.geometry;

import java.util.List;

/** The kinds of recurrent layers, the first four named as PyTorch's modes. {@code tensor.Recurrence} has their formulas. */
public enum CellKind {
    /** {@code h = tanh(W x + b + U h' + d)}. */
    RNN_TANH("rnn", "h", false, "h = tanh(W x + b + U h' + d)"),
    /** {@code h = max(0, W x + b + U h' + d)}. */
    RNN_RELU("rnn", "h", false, "h = max(0, W x + b + U h' + d)"),
    /** Long short-term memory. */
    LSTM("lstm", "ifgo", true, """
            i, f, o = sigmoid(W x + b + U h' + d)      g = tanh(W x + b + U h' + d)
            c = f c' + i g                             h = o tanh(c)"""),
    /** Gated recurrent unit. */
    GRU("gru", "rzn", false, """
            r, z = sigmoid(W x + b + U h' + d)         n = tanh(W x + b + r (U h' + d))
            h = n + z (h' - n)"""),
    /**
     * Long expressive memory (Rusch et al. 2022), whose y and z are h and c here. The blocks have the order of the
     * authors' program.
     */
    LEM("lem", "rsvu", "rsu", true, """
            r, s = dt sigmoid(W x + b + U h' + d)      u = tanh(W x + b + U h' + d)
            c = c' + s (u - c')
            v = tanh(W x + b + V c + e)                h = h' + r (v - h')"""),
    /** The LSTM whose forget gate is initialized uniformly, refined by a gate r, and tied to the input (Gu et al. 2020). */
    UR_LSTM("ur_lstm", "frgo", true, """
            f = sigmoid(W x + b + U h' + d + e)        r = sigmoid(W x + b + U h' + d - e)
            g = tanh(W x + b + U h' + d)               o = sigmoid(W x + b + U h' + d)
            k = f^2 + 2 r (f - f^2)                    c = g + k (c' - g)       h = o tanh(c)""");

    private final String layer;
    private final String gates; // one letter per gate
    private final String stateGates; // those that read the previous state
    private final boolean hasCellState;
    private final String formula;

    CellKind(String layer, String gates, boolean hasCellState, String formula) {
        this(layer, gates, gates, hasCellState, formula);
    }

    CellKind(String layer, String gates, String stateGates, boolean hasCellState, String formula) {
        this.layer = layer;
        this.gates = gates;
        this.stateGates = stateGates;
        this.hasCellState = hasCellState;
        this.formula = formula;
    }

    /** The usual name of a layer of this kind, as in {@code lstm.weight_ih_l0}. */
    public String layer() {
        return layer;
    }

    /** The number of blocks of H rows in the weights of the input. */
    public int gates() {
        return gates.length();
    }

    /** The number of blocks of H rows in the weights of the previous state. */
    public int stateGates() {
        return stateGates.length();
    }

    /** The names of the blocks of the input in the formulas; an RNN has no gates, and its only block is the state itself. */
    public List<String> gateNames() {
        return gates.chars().mapToObj(Character::toString).toList();
    }

    /** Returns whether it has a cell state c in addition to the hidden state h. */
    public boolean hasCellState() {
        return hasCellState;
    }

    /** The formula of a step, one line or more. */
    public String formula() {
        return formula;
    }
}
