package scanline.engine.kernel;

import scanline.engine.geometry.CellKind;

/**
 * What sets one kind of recurrent layer apart within a {@link RecurrentForward}: how many sums it needs, and how these
 * become the next state, forward and backward.
 *
 * <p>
 * A gate is H rows of the weights W[G, F] and U[G, H]. Most gates need {@code W x + b + U h' + d} in one sum. A split gate
 * needs {@code W x + b} and {@code U h' + d} apart. So the sums of an example lie in {@link #blocks} blocks of H: first
 * the input's part of the split gates, then the gates in one piece, then the state's part of the split gates.
 *
 * <p>
 * Letters are those of {@link RecurrentForward}. Rows of sums and of saved values are blocks x H apart, others H apart.
 */
public sealed interface RecurrentCell permits RnnCell, LstmCell, GruCell {
    /** The cell of a kind. */
    static RecurrentCell of(CellKind kind) {
        return switch (kind) {
            case RNN_TANH, RNN_RELU -> new RnnCell(kind);
            case LSTM -> new LstmCell();
            case GRU -> new GruCell();
        };
    }

    /** Which kind it computes. */
    CellKind kind();

    /** Blocks of H rows that W and U have. */
    default int gates() {
        return kind().gates();
    }

    /** How many of them, the last ones, are split. */
    int split();

    /** Blocks of sums, and of gradients of sums. */
    default int blocks() {
        return gates() + split();
    }

    /** The gate whose sum, or part of it, block b is. */
    default int gate(int b) {
        return (b + gates() - split()) % gates();
    }

    /** Floats that the backward pass needs of a unit and a step, besides the states. */
    int saved();

    /**
     * From the sums to the next state, for n units of some rows.
     *
     * @param sums
     *            blocks H apart; overwritten
     */
    void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden);

    /** The gradients of the sums of some rows, and of the states before as far as they need no product. */
    void backward(CellStep at, CellStepGradients d, int rows, int hidden);

    /**
     * Gradients below this become zero. One that fades over hundreds of steps ends in subnormal numbers, which processors
     * multiply a hundred times slower, and stays there, since the smallest of them times 0.6 rounds to itself. What is
     * below this bound can no longer change a float32 sum of gradients.
     */
    float TINY = 1e-25f;

    /** Zero instead of what is {@link #TINY}. */
    static float flush(float x) {
        return Math.abs(x) < TINY ? 0f : x;
    }

    /** Where column j of a row that begins at {@code d} lies, in panels of {@code depth} rows. */
    static int inPanel(int d, int j, int depth) {
        return d + (j & -Gemm.PANEL) * depth + (j & (Gemm.PANEL - 1));
    }
}
