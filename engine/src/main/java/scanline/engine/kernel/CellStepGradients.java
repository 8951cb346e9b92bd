package scanline.engine.kernel;

/** The locations of a step's gradients. A thread has one instance, which moves from step to step. */
public final class CellStepGradients {
    private final float[] work;
    private final float[] dh;
    private final float[] dc;
    private int sums;
    private int panels;
    private int depth;
    private int scratch;
    private int at;

    /**
     * Creates the locations, without a step.
     *
     * @param dh
     *            the gradient of the hidden state after the step; replaced by the part that reaches the previous state
     *            without a product
     * @param dc
     *            the gradient of the cell state, likewise
     */
    CellStepGradients(float[] work, float[] dh, float[] dc) {
        this.work = work;
        this.dh = dh;
        this.dc = dc;
    }

    /**
     * Moves to a step.
     *
     * @param sums
     *            where the gradients of the sums are written as rows, for the products
     * @param panels
     *            where they are written in the layout of {@link Gemm#pack}, each block in its own panels, {@code depth}
     *            rows long
     * @param scratch
     *            the start of rows x H floats for temporary use
     * @param at
     *            the start of the gradients of the states
     */
    void move(int sums, int panels, int depth, int scratch, int at) {
        this.sums = sums;
        this.panels = panels;
        this.depth = depth;
        this.scratch = scratch;
        this.at = at;
    }

    float[] work() {
        return work;
    }

    int sums() {
        return sums;
    }

    int panels() {
        return panels;
    }

    int depth() {
        return depth;
    }

    int scratch() {
        return scratch;
    }

    float[] dh() {
        return dh;
    }

    float[] dc() {
        return dc;
    }

    /** Where the gradients of the states start in {@link #dh} and {@link #dc}. */
    int at() {
        return at;
    }
}
