package scanline.engine.geometry;

import java.util.List;

/** The kinds of recurrent layers, named as PyTorch's modes. Their formulas are in {@code tensor.Recurrence}. */
public enum CellKind {
    /** {@code h = tanh(W x + b + U h' + d)}. */
    RNN_TANH("rnn", "h", false),
    /** {@code h = max(0, W x + b + U h' + d)}. */
    RNN_RELU("rnn", "h", false),
    /** Long short-term memory. */
    LSTM("lstm", "ifgo", true),
    /** Gated recurrent unit. */
    GRU("gru", "rzn", false);

    private final String layer;
    private final String gates; // one letter per gate
    private final boolean hasCellState;

    CellKind(String layer, String gates, boolean hasCellState) {
        this.layer = layer;
        this.gates = gates;
        this.hasCellState = hasCellState;
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
}
