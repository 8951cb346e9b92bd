package scanline.engine.kernel;

import scanline.engine.geometry.LinearShape;

/**
 * The gradient of a linear map's weight, {@code dW[outputs, inputs] += dY^T X}, summed over the rows.
 *
 * <p>
 * The wider operand is packed, a block of rows at a time while they are in the cache, by the thread that owns its
 * panels. The narrower one is the left operand; it is read transposed, without a copy. If that is X, the transpose of
 * dW is computed. Each sum is the same chain either way.
 */
final class WeightGradient {
    // The depth of a product: a thread's panels of a block stay in the second-level cache.
    private static final int BLOCK = 160;

    private final int rows;
    private final int narrow;
    private final int wide;
    private final boolean transposed;
    private final int threads;

    /**
     * Creates the gradient for X[rows, inputs] and dY[rows, outputs], for a team of at most {@code threads} threads.
     */
    WeightGradient(LinearShape shape, int threads) {
        this.rows = shape.rows();
        this.threads = threads;
        transposed = shape.inputs() < shape.outputs();
        narrow = Math.min(shape.inputs(), shape.outputs());
        wide = Math.max(shape.inputs(), shape.outputs());
    }

    /** The work space in floats. */
    int work() {
        return threads * space();
    }

    /** The size of a thread's panels of a block and the piece of the transpose of dW that belongs to them. */
    private int space() {
        int columns = (Gemm.panels(wide) + threads - 1) / threads * Gemm.PANEL;
        return Lanes.lines(columns * (BLOCK + (transposed ? narrow : 0)));
    }

    /** Adds the gradient for a part's columns of the wider operand. */
    void add(float[] dw, float[] work, int workAt, float[] dy, float[] x, int part, int parts) {
        int panels = Gemm.panels(wide);
        int panel = Parallel.from(part, parts, panels);
        int end = Parallel.from(part + 1, parts, panels);
        int column = panel * Gemm.PANEL;
        int columns = Math.min(wide, end * Gemm.PANEL) - column;
        if (columns <= 0) {
            return;
        }
        int packed = workAt + part * space();
        int transposedAt = packed + (end - panel) * Gemm.PANEL * BLOCK;
        float[] sums = transposed ? work : dw;
        int sumsAt = transposed ? transposedAt : column;
        int ld = transposed ? columns : wide;
        if (transposed) {
            Transposition.transpose(work, transposedAt, columns, dw, column * narrow, narrow, columns, narrow);
        }
        for (int row = 0; row < rows; row += BLOCK) {
            int depth = Math.min(BLOCK, rows - row);
            Gemm.pack(work, packed, transposed ? dy : x, row * wide, wide, depth, wide, panel, end);
            Gemm.multiplyTransposed(sums, sumsAt, ld, sums, sumsAt, ld, transposed ? x : dy, row * narrow, narrow, work,
                    packed,
                    narrow, depth, columns);
        }
        if (transposed) {
            Transposition.transpose(dw, column * narrow, narrow, work, transposedAt, columns, narrow, columns);
        }
    }
}
