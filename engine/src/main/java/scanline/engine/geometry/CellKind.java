package scanline.engine.geometry;

import java.util.List;

/** The kinds of recurrent layers, named as PyTorch's modes; {@code tensor.Recurrence} has their formulas. */
public enum CellKind {
    /** {@code h = tanh(W x + b + U h' + d)}. */
    RNN_TANH("rnn", "h", false),
    /** {@code h = max(0, W x + b + U h' + d)}. */
    RNN_RELU("rnn", "h", false),
    /** Long short-term memory. */
    LSTM("lstm", "ifgo", true),
    /** The gated recurrent unit. */
    GRU("gru", "rzn", false);

    private final String layer;
    private final String gates; // a letter each
    private final boolean hasCellState;

    CellKind(String layer, String gates, boolean hasCellState) {
        this.layer = layer;
        this.gates = gates;
        this.hasCellState = hasCellState;
    }

    /** What a layer of this kind is usually called, as in {@code lstm.weight_ih_l0}. */
    public String layer() {
        return layer;
    }

    /** How many blocks of H rows its weights have. */
    public int gates() {
        return gates.length();
    }

    /** What each of these is called in the formulas; an RNN has no gate, its one block is of the state itself. */
    public List<String> gateNames() {
        return gates.chars().mapToObj(Character::toString).toList();
    }

    /** Whether it has a cell state c beside the hidden state h. */
    public boolean hasCellState() {
        return hasCellState;
    }
}
