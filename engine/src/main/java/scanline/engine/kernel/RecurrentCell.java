package scanline.engine.kernel;

import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.Span;

/**
 * The part of a {@link RecurrentForward} that depends on the kind of layer: the number of its sums, and the computation
 * of the next state from them, forward and backward.
 *
 * <p>
 * A gate is H rows of the weights W[G, F] and U[G, H]. Most gates need {@code W x + b + U h' + d} in one sum. A split
 * gate needs {@code W x + b} and {@code U h' + d} separately. The sums of an example are therefore stored in {@link
 * #blocks} blocks of H: first the input's part of the split gates, then the other gates, then the state's part of the
 * split gates. One gate may read the new cell state in place of the previous hidden state: the {@link #innerBlock}.
 *
 * <p>
 * Letters are those of {@link RecurrentForward}. Rows of sums and of saved values are blocks x H apart, others H apart.
 */
public sealed interface RecurrentCell permits RnnCell, LstmCell, GruCell, LemCell, UrLstmCell {
    /** The value of {@link #innerBlock} of a cell that has none. */
    int NONE = -1;

    /** Returns what computes a cell. */
    static RecurrentCell of(Cell cell) {
        return switch (cell.kind()) {
            case RNN_TANH, RNN_RELU -> new RnnCell(cell.kind());
            case LSTM -> new LstmCell();
            case GRU -> new GruCell();
            case LEM -> new LemCell((float) cell.dt());
            case UR_LSTM -> new UrLstmCell();
        };
    }

    /** The kind of this cell. */
    CellKind kind();

    /** The number of blocks of H rows in W. */
    default int gates() {
        return kind().gates();
    }

    /** The number of split gates, which are the last ones. */
    int split();

    /** The number of blocks of sums, and of gradients of sums. */
    default int blocks() {
        return gates() + split();
    }

    /** The gate to which block b belongs, by its rows of W. */
    default int gate(int b) {
        return (b + gates() - split()) % gates();
    }

    /** The same by its rows of U. */
    default int stateGate(int b) {
        return gate(b);
    }

    /** Returns whether the sums of block b have a part of the input. */
    default boolean readsInput(int b) {
        return b < gates();
    }

    /** Returns whether they have a part of the previous hidden state. */
    default boolean readsState(int b) {
        return b >= split() && b != innerBlock();
    }

    /**
     * The block whose sums have a part of the new cell state, {@code V c + e}; {@link #NONE} if no block has one. The
     * hidden state then needs a second product in each step, before {@link #finish}.
     */
    default int innerBlock() {
        return NONE;
    }

    /** The factor by which the cell's own bias enters the sums of block b: 1, -1, or 0 if it does not. */
    default int ownBias(int b) {
        return b == innerBlock() ? 1 : 0;
    }

    /** The number of values that a gradient of the sums is multiplied with: x, 1, h' and, if it is read, c. */
    default int operands(Span span) {
        return span.depth() + 1 + (innerBlock() == NONE ? 0 : span.hidden());
    }

    /** The number of floats per unit and step that are saved for the backward pass, in addition to the states. */
    int saved();

    /**
     * Computes the next state from the sums, for n units of some rows; with an {@link #innerBlock} only the cell state.
     *
     * @param sums
     *            the sums, in blocks H apart; overwritten
     */
    void forward(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden);

    /** Computes the next hidden state, after the sums of the {@link #innerBlock} have been completed. */
    default void finish(CellStep at, float[] sums, int sumsAt, int rows, int n, int hidden) {
        throw new IllegalStateException(kind() + " has no inner block");
    }

    /**
     * Computes the gradients of the sums of some rows, and those of the previous states as far as they need no product.
     */
    void backward(CellStep at, CellStepGradients d, int rows, int hidden);

    /**
     * Computes what {@link #finish} left to {@link #backward}, which runs before: the gradients of the sums behind the
     * cell state, whose gradient now has the part that came through the {@link #innerBlock}.
     */
    default void finishBackward(CellStep at, CellStepGradients d, int rows, int hidden) {
        throw new IllegalStateException(kind() + " has no inner block");
    }

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
