package scanline.engine.kernel;

/**
 * The gradient of a linear map's weight, {@code dW[outputs, inputs] += dY^T X}, the sums running over the rows.
 *
 * <p>
 * The wider operand is packed, a block of rows at a time while they are in the cache, by the thread that owns its panels;
 * the narrower one is the left operand, turned as it lies. If that is X, what is computed is the transpose of dW. Each sum
 * is the same chain either way.
 */
public final class WeightGradient {
    // As deep as a product goes at once: a thread's panels of a block stay in the second-level cache.
    private static final int BLOCK = 160;

    private final int rows;
    private final int narrow;
    private final int wide;
    private final boolean turned;
    private final int threads;

    /** For X[rows, inputs] and dY[rows, outputs], by a team of at most so many threads. */
    public WeightGradient(int rows, int inputs, int outputs, int threads) {
        this.rows = rows;
        this.threads = threads;
        turned = inputs < outputs;
        narrow = Math.min(inputs, outputs);
        wide = Math.max(inputs, outputs);
    }

    /** Floats of work space. */
    public int work() {
        return threads * space();
    }

    /** A thread's panels of a block, and the piece of the transpose of dW that belongs to them. */
    private int space() {
        int columns = (Gemm.panels(wide) + threads - 1) / threads * Gemm.PANEL;
        return Lanes.lines(columns * (BLOCK + (turned ? narrow : 0)));
    }

    /** Adds to the columns of the wider operand that belong to a part. */
    public void add(float[] dw, float[] work, int workAt, float[] dy, float[] x, int part, int parts) {
        int panels = Gemm.panels(wide);
        int panel = Parallel.from(part, parts, panels);
        int end = Parallel.from(part + 1, parts, panels);
        int column = panel * Gemm.PANEL;
        int columns = Math.min(wide, end * Gemm.PANEL) - column;
        if (columns <= 0) {
            return;
        }
        int packed = workAt + part * space();
        int turnedAt = packed + (end - panel) * Gemm.PANEL * BLOCK;
        float[] sums = turned ? work : dw;
        int sumsAt = turned ? turnedAt : column;
        int ld = turned ? columns : wide;
        if (turned) {
            Transposition.transpose(work, turnedAt, columns, dw, column * narrow, narrow, columns, narrow);
        }
        for (int row = 0; row < rows; row += BLOCK) {
            int depth = Math.min(BLOCK, rows - row);
            Gemm.pack(work, packed, turned ? dy : x, row * wide, wide, depth, wide, panel, end);
            Gemm.multiplyTransposed(sums, sumsAt, ld, sums, sumsAt, ld, turned ? x : dy, row * narrow, narrow, work,
                    packed,
                    narrow, depth, columns);
        }
        if (turned) {
            Transposition.transpose(dw, column * narrow, narrow, work, turnedAt, columns, narrow, columns);
        }
    }
}
