package scanline.engine.kernel;

/**
 * What sets one kind of recurrent layer apart within a {@link RecurrentSequence}: how many sums it needs, and how these
 * become the next state, forward and backward.
 *
 * <p>
 * A gate is H rows of the weights W[G, F] and U[G, H]. Most gates need {@code W x + b + U h' + d} in one sum. A split gate
 * needs {@code W x + b} and {@code U h' + d} apart. So the sums of an example lie in {@link #blocks} blocks of H: first
 * the input's part of the split gates, then the gates in one piece, then the state's part of the split gates.
 *
 * <p>
 * Letters are those of {@link RecurrentSequence}. Rows of sums and of kept values are blocks x H apart, others H apart.
 */
public sealed interface RecurrentCell permits RnnCell, LstmCell, GruCell {
    /** Blocks of H rows that W and U have. */
    int gates();

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
    int kept();

    /** Whether there is a cell state c beside the hidden state h. */
    boolean hasCellState();

    /**
     * From the sums to the next state, for n units of some rows.
     *
     * @param h
     *            the next hidden state, {@code before} the one that it follows; they may be one place
     * @param c
     *            the next cell state, {@code cellBefore} the one that it follows; they may be one place
     * @param kept
     *            what the backward pass needs, blocks H apart
     * @param sums
     *            blocks H apart; overwritten
     */
    void forward(float[] h, int hAt, float[] before, int beforeAt, float[] c, int cAt, float[] cellBefore,
            int cellBeforeAt, float[] kept, int keptAt, float[] sums, int sumAt, int rows, int n, int hidden);

    /**
     * The gradients of the sums of some rows, from those of the states after a step. What of those reaches the states
     * before without a product takes their place.
     *
     * @param work
     *            gets the gradients twice: from {@code d} on as rows, for the products, and from {@code panels} on as
     *            {@link Gemm#pack} would pack them, each block into panels of its own, {@code depth} rows long
     * @param scratch
     *            rows x H floats of {@code work} to use
     * @param dh
     *            from {@code at} on, as {@code dc}
     */
    void backward(float[] work, int d, int panels, int depth, int scratch, float[] dh, float[] dc, int at, float[] h,
            int hAt, float[] before, int beforeAt, float[] c, int cAt, float[] cellBefore, int cellBeforeAt,
            float[] kept, int keptAt, int rows, int hidden);

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
