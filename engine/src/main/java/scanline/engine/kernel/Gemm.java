package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in float32 over row-major blocks. Every element of the result is one chain of fused multiply-adds
 * over increasing k that starts from the value already in C, whatever the number of threads, the width of the vectors
 * or the shape of the tiles.
 *
 * <p>
 * The right operand is packed first: its columns are cut into panels as wide as the widest tile (4 vectors), each panel
 * is stored row after row, and the last panel is filled up with zeros. The product then processes k in blocks that keep
 * a piece of a panel in the first-level cache (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
 * multiplication").
 */
public final class Gemm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();

    /** The number of columns of a packed panel on this machine. */
    public static final int PANEL = 4 * W;

    // A piece of a panel of 160 rows is 40 KB with 512-bit vectors, and leaves room in a first-level cache of 48 KB.
    private static final int MOST_DEPTH = 160;

    // Rows of a panel that are packed at a time; they stay in the first-level cache until all their columns are
    // written.
    private static final int PACKED_ROWS = 64;

    // Machines with 256-bit vectors have 16 registers: a tile of 6 x 4 would spill, one of 2 x 4 does not.
    static final boolean FEW_REGISTERS = Lanes.count() == 8;

    // Receives a tile's results for the last panel, whose unused columns do not exist in C.
    private static final ThreadLocal<float[]> EDGE = ThreadLocal.withInitial(() -> new float[6 * PANEL]);

    private Gemm() {}

    /** The number of panels for {@code n} columns. */
    public static int panels(int n) {
        return (n + PANEL - 1) / PANEL;
    }

    /** The size of the packed form of B[k, n], in floats. */
    public static int packedLength(int k, int n) {
        return panels(n) * k * PANEL;
    }

    /**
     * Packs panels {@code from..to} of B[k, n], whose rows are {@code ldb} apart, to {@code packed} from {@code at} on.
     */
    public static void pack(float[] packed, int at, float[] b, int bAt, int ldb, int k, int n, int from, int to) {
        for (int panel = from; panel < to; panel++) {
            int column = panel * PANEL;
            int width = Math.min(PANEL, n - column);
            int start = at + (panel - from) * k * PANEL;
            if (width == PANEL) {
                packPanel(packed, start, b, bAt + column, ldb, k);
                continue;
            }
            for (int p = 0; p < k; p++) {
                int row = start + p * PANEL;
                System.arraycopy(b, bAt + p * ldb + column, packed, row, width);
                Arrays.fill(packed, row + width, row + PANEL, 0f);
            }
        }
    }

    /** Copies k rows of a full panel; a call of arraycopy for each would take several times as long. */
    private static void packPanel(float[] packed, int at, float[] b, int bAt, int ldb, int k) {
        for (int p = 0; p < k; p++) {
            int row = at + p * PANEL;
            int from = bAt + p * ldb;
            FloatVector v0 = FloatVector.fromArray(S, b, from);
            FloatVector v1 = FloatVector.fromArray(S, b, from + W);
            FloatVector v2 = FloatVector.fromArray(S, b, from + 2 * W);
            FloatVector v3 = FloatVector.fromArray(S, b, from + 3 * W);
            v0.intoArray(packed, row);
            v1.intoArray(packed, row + W);
            v2.intoArray(packed, row + 2 * W);
            v3.intoArray(packed, row + 3 * W);
        }
    }

    /** Packs panels {@code from..to} of the transpose of B[n, k], whose rows are {@code ldb} apart. */
    public static void packTransposed(float[] packed, int at, float[] b, int bAt, int ldb, int k, int n, int from,
            int to) {
        packTransposedRows(packed, at, k, 0, b, bAt, ldb, k, n, from, to);
    }

    /**
     * As {@link #packTransposed}, but B[n, rows] becomes the rows from {@code first} on of a packed matrix of k rows.
     */
    public static void packTransposedRows(float[] packed, int at, int k, int first, float[] b, int bAt, int ldb,
            int rows, int n, int from, int to) {
        for (int panel = from; panel < to; panel++) {
            int column = panel * PANEL;
            int width = Math.min(PANEL, n - column);
            int start = at + ((panel - from) * k + first) * PANEL;
            for (int p = 0; p < rows; p += PACKED_ROWS) {
                Transposition.transpose(packed, start + p * PANEL, PANEL, b, bAt + column * ldb + p, ldb, width,
                        Math.min(PACKED_ROWS, rows - p));
            }
            for (int p = 0; p < rows && width < PANEL; p++) {
                Arrays.fill(packed, start + p * PANEL + width, start + (p + 1) * PANEL, 0f);
            }
        }
    }

    /**
     * {@code C[m, n] = S[m, n] + A[m, k] B[k, n]}, with B packed from {@code bAt} on. Rows of C, S and A are ldc, lds
     * and lda apart; S may be C itself, or, with lds 0, one row for all.
     */
    public static void multiply(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k, int n) {
        int block = blockDepth(k);
        for (int p = 0; p < k; p += block) {
            int depth = Math.min(block, k - p);
            float[] start = p == 0 ? s : c;
            int startAt = p == 0 ? sAt : cAt;
            int startLd = p == 0 ? lds : ldc;
            for (int column = 0; column < n; column += PANEL) {
                int piece = bAt + column * k + p * PANEL;
                int width = Math.min(PANEL, n - column);
                if (width % W == 0) {
                    GemmTile.multiply(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p, lda, b,
                            piece, m, depth, width / W);
                } else {
                    edgeRows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p, lda, b, piece, m,
                            depth, width);
                }
            }
        }
    }

    /**
     * As {@link #multiply}, for an A that is stored transposed: the element of row i and column p is at {@code aAt + p
     * * lda + i}. It is about an eighth faster for most shapes, and needs no copy if the data at hand is the transpose
     * of A.
     */
    public static void multiplyTransposed(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int lda, float[] b, int bAt, int m, int k, int n) {
        int block = blockDepth(k);
        for (int p = 0; p < k; p += block) {
            int depth = Math.min(block, k - p);
            float[] start = p == 0 ? s : c;
            int startAt = p == 0 ? sAt : cAt;
            int startLd = p == 0 ? lds : ldc;
            for (int column = 0; column < n; column += PANEL) {
                int piece = bAt + column * k + p * PANEL;
                int width = Math.min(PANEL, n - column);
                if (width % W == 0) {
                    TransposedTile.multiply(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p * lda,
                            lda, b,
                            piece, m, depth,
                            width / W);
                } else {
                    transposedEdgeRows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p * lda, lda, b,
                            piece, m,
                            depth, width);
                }
            }
        }
    }

    /**
     * Returns the depth of equal blocks of k, so that no small last block loads and stores all of C for little work.
     */
    private static int blockDepth(int k) {
        int blocks = (k + MOST_DEPTH - 1) / MOST_DEPTH;
        return (k + blocks - 1) / Math.max(1, blocks);
    }

    /**
     * The number of tiles of four rows for m rows. Fewer than 20 rows may need them to be cut into tiles of nearly equal
     * height, such as 8 rows into 4 and 4: each tile reads all of B, which takes a low tile longer than its multiply-adds.
     */
    static int fours(int m) {
        int tiles = Math.max(1, (m + 5) / 6);
        return m / tiles == 4 ? tiles - m % tiles : 0;
    }

    /** The number of tiles of five rows for m rows such that six divides the rest; few rows may leave a remainder. */
    static int fives(int m) {
        return Math.min((6 - m % 6) % 6, m / 5);
    }

    private static void edgeRows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k, int width) {
        float[] edge = EDGE.get();
        for (int i = 0; i < m; i += 6) {
            int rows = Math.min(6, m - i);
            copy(edge, 0, PANEL, s, sAt + i * lds, lds, rows, width);
            GemmTile.multiply(edge, 0, PANEL, edge, 0, PANEL, a, aAt + i * lda, lda, b, bAt, rows, k,
                    (width + W - 1) / W);
            copy(c, cAt + i * ldc, ldc, edge, 0, PANEL, rows, width);
        }
    }

    private static void transposedEdgeRows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int lda, float[] b, int bAt, int m, int k, int width) {
        float[] edge = EDGE.get();
        for (int i = 0; i < m; i += 6) {
            int rows = Math.min(6, m - i);
            copy(edge, 0, PANEL, s, sAt + i * lds, lds, rows, width);
            TransposedTile.multiply(edge, 0, PANEL, edge, 0, PANEL, a, aAt + i, lda, b, bAt, rows, k,
                    (width + W - 1) / W);
            copy(c, cAt + i * ldc, ldc, edge, 0, PANEL, rows, width);
        }
    }

    private static void copy(float[] to, int toAt, int ldTo, float[] from, int fromAt, int ldFrom, int rows,
            int width) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, fromAt + i * ldFrom, to, toAt + i * ldTo, width);
        }
    }
}
