package scanline.engine.geometry;

import java.util.List;

/** The kinds of recurrent layers, named as PyTorch's modes. Their formulas are in {@code tensor.Recurrence}. */
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
            h = n + z (h' - n)""");

    private final String layer;
    private final String gates; // one letter per gate
    private final boolean hasCellState;
    private final String formula;

    CellKind(String layer, String gates, boolean hasCellState, String formula) {
        this.layer = layer;
        this.gates = gates;
        this.hasCellState = hasCellState;
        this.formula = formula;
    }

    /** The usual name of a layer of this kind, as in {@code lstm.weight_ih_l0}. */
    public String layer() {
        return layer;
    }

    /** The number of blocks of H rows in its weights. */
    public int gates() {
        return gates.length();
    }

    /** The names of these blocks in the formulas; an RNN has no gates, and its only block is the state itself. */
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
