package scanline.engine.kernel;

import scanline.engine.geometry.CellKind;

/**
 * The part of a {@link RecurrentForward} that depends on the kind of layer: the number of its sums, and the computation
 * of the next state from them, forward and backward.
 *
 * <p>
 * A gate is H rows of the weights W[G, F] and U[G, H]. Most gates need {@code W x + b + U h' + d} in one sum. A split
 * gate needs {@code W x + b} and {@code U h' + d} separately. The sums of an example are therefore stored in {@link
 * #blocks} blocks of H: first the input's part of the split gates, then the other gates, then the state's part of the
 * split gates.
 *
 * <p>
 * Letters are those of {@link RecurrentForward}. Rows of sums and of saved values are blocks x H apart, others H apart.
 */
public sealed interface RecurrentCell permits RnnCell, LstmCell, GruCell {
    /** Returns the cell of a kind. */
    static RecurrentCell of(CellKind kind) {
        return switch (kind) {
            case RNN_TANH, RNN_RELU -> new RnnCell(kind);
            case LSTM -> new LstmCell();
            case GRU -> new GruCell();
        };
    }

    /** The kind of this cell. */
    CellKind kind();

    /** The number of blocks of H rows in W and U. */
    default int gates() {
        return kind().gates();
    }

    /** The number of split gates, which are the last ones. */
    int split();

    /** The number of blocks of sums, and of gradients of sums. */
    default int blocks() {
        return gates() + split();
    }

    /** The gate to which block b belongs. */
    default int gate(int b) {
        return (b + gates() - split()) % gates();
    }

    /** The number of floats per unit and step that are saved for the backward pass, in addition to the states. */
    int saved();

    /**
     * Computes the next state from the sums, for n units of some rows.
     *
     * @param sums
     *            the sums, in blocks H apart; overwritten
     */
    void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden);

    /**
     * Computes the gradients of the sums of some rows, and those of the previous states as far as they need no product.
     */
    void backward(CellStep at, CellStepGradients d, int rows, int hidden);

    /**
     * The bound below which gradients become zero. A gradient that decays over hundreds of steps ends in subnormal
     * numbers, which processors multiply a hundred times more slowly. It also stays there, because the smallest of them
     * times 0.6 rounds to itself. Values below this bound can no longer change a float32 sum of gradients.
     */
    float TINY = 1e-25f;

    /** Returns zero instead of a value below {@link #TINY}. */
    static float flush(float x) {
        return Math.abs(x) < TINY ? 0f : x;
    }

    /** The index of column j of a row that starts at {@code d}, in panels of {@code depth} rows. */
    static int inPanel(int d, int j, int depth) {
        return d + (j & -Gemm.PANEL) * depth + (j & (Gemm.PANEL - 1));
    }
}
