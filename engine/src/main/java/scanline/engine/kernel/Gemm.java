package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in float32 over row-major blocks. Every element of the result is one chain of fused multiply-adds over
 * increasing k that starts from the value already in C, whatever the number of threads, the width of the vectors or the
 * shape of the tiles.
 *
 * <p>
 * The right operand is packed first: its columns are cut into panels as wide as a tile (4 vectors), each panel lies in
 * memory row after row, and the last panel is filled up with zeros. The product then goes over k in blocks that keep a
 * piece of a panel in the first-level cache (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
 * multiplication").
 */
public final class Gemm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();

    /** Columns of a packed panel on this machine. */
    public static final int PANEL = 4 * W;

    // A piece of a panel of 160 rows is 40 KB with 512-bit vectors, and leaves room in a first-level cache of 48 KB.
    private static final int MOST_DEPTH = 160;

    // Rows of a panel that are packed at a time: they stay in the first-level cache until all their columns are written.
    private static final int PACKED_ROWS = 64;

    // Machines with 256-bit vectors have 16 registers: a tile of 6 x 4 would spill, one of 2 x 4 does not.
    private static final boolean FEW_REGISTERS = Lanes.count() == 8;

    // Where a tile puts results of the last panel, whose unused columns do not exist in C.
    private static final ThreadLocal<float[]> EDGE = ThreadLocal.withInitial(() -> new float[6 * PANEL]);

    private Gemm() {}

    /** How many panels {@code n} columns fill. */
    public static int panels(int n) {
        return (n + PANEL - 1) / PANEL;
    }

    /** How many floats the packed form of B[k, n] takes. */
    public static int packedLength(int k, int n) {
        return panels(n) * k * PANEL;
    }

    /** Packs panels {@code from..to} of B[k, n], whose rows are {@code ldb} apart, to {@code packed} from {@code at} on. */
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

    /** Copies k rows of a whole panel; a call of arraycopy for each would take several times as long. */
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

    /** As {@link #packTransposed}, for a B[n, rows] that becomes the rows from {@code first} on of k in all. */
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
     * {@code C[m, n] = S[m, n] + A[m, k] B[k, n]}, with B packed from {@code bAt} on. Rows of C, S and A are ldc, lds and
     * lda apart; S may be C itself, or, with lds 0, one row for all.
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
                    rows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p, lda, b, piece, m, depth,
                            width / W);
                } else {
                    edgeRows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p, lda, b, piece, m,
                            depth, width);
                }
            }
        }
    }

    /**
     * As {@link #multiply}, for an A that lies transposed: the number of row i and column p at {@code aAt + p step + i}. It is
     * faster for most shapes by about an eighth, and takes A as it lies where A is the transpose of what there is.
     */
    public static void multiplyTransposed(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step,
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
                    transposedRows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p * step, step, b,
                            piece, m, depth,
                            width / W);
                } else {
                    transposedEdgeRows(c, cAt + column, ldc, start, startAt + column, startLd, a, aAt + p * step, step,
                            b,
                            piece, m,
                            depth, width);
                }
            }
        }
    }

    /** Cuts k into equal blocks, so that none is left with a few rows that load and store all of C for little. */
    private static int blockDepth(int k) {
        int blocks = (k + MOST_DEPTH - 1) / MOST_DEPTH;
        return (k + blocks - 1) / Math.max(1, blocks);
    }

    /** How many of m rows go into tiles of five, so that the rest divides by six; few rows may leave a remainder. */
    private static int fives(int m) {
        return Math.min((6 - m % 6) % 6, m / 5);
    }

    /** The product with the first so many vectors of a panel. */
    private static void rows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k, int vectors) {
        switch (vectors) {
            case 1 -> rowsOfOne(c, cAt, ldc, s, sAt, lds, a, aAt, lda, b, bAt, m, k);
            case 2 -> rowsOfTwo(c, cAt, ldc, s, sAt, lds, a, aAt, lda, b, bAt, m, k);
            case 3 -> {
                rowsOfTwo(c, cAt, ldc, s, sAt, lds, a, aAt, lda, b, bAt, m, k);
                rowsOfOne(c, cAt + 2 * W, ldc, s, sAt + 2 * W, lds, a, aAt, lda, b, bAt + 2 * W, m, k);
            }
            default -> rowsOfFour(c, cAt, ldc, s, sAt, lds, a, aAt, lda, b, bAt, m, k);
        }
    }

    private static void rowsOfFour(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int lda, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = FEW_REGISTERS ? 0 : 5 * fives(m); i < end; i += 5) {
            GemmTile.rows5(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m && !FEW_REGISTERS; i += 6) {
            GemmTile.rows6(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            GemmTile.rows2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i < m; i++) {
            GemmTile.rows1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
    }

    private static void rowsOfTwo(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int lda, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = 5 * fives(m); i < end; i += 5) {
            NarrowTile.rows5x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            NarrowTile.rows6x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            NarrowTile.rows2x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i < m; i++) {
            NarrowTile.rows1x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
    }

    private static void rowsOfOne(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int lda, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = 5 * fives(m); i < end; i += 5) {
            NarrowTile.rows5x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            NarrowTile.rows6x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            NarrowTile.rows2x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i < m; i++) {
            NarrowTile.rows1x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
    }

    private static void edgeRows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k, int width) {
        float[] edge = EDGE.get();
        for (int i = 0; i < m; i += 6) {
            int rows = Math.min(6, m - i);
            copy(edge, 0, PANEL, s, sAt + i * lds, lds, rows, width);
            rows(edge, 0, PANEL, edge, 0, PANEL, a, aAt + i * lda, lda, b, bAt, rows, k, (width + W - 1) / W);
            copy(c, cAt + i * ldc, ldc, edge, 0, PANEL, rows, width);
        }
    }

    private static void transposedRows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step,
            float[] b, int bAt, int m, int k, int vectors) {
        switch (vectors) {
            case 1 -> transposedOfOne(c, cAt, ldc, s, sAt, lds, a, aAt, step, b, bAt, m, k);
            case 2 -> transposedOfTwo(c, cAt, ldc, s, sAt, lds, a, aAt, step, b, bAt, m, k);
            case 3 -> {
                transposedOfTwo(c, cAt, ldc, s, sAt, lds, a, aAt, step, b, bAt, m, k);
                transposedOfOne(c, cAt + 2 * W, ldc, s, sAt + 2 * W, lds, a, aAt, step, b, bAt + 2 * W, m, k);
            }
            default -> transposedOfFour(c, cAt, ldc, s, sAt, lds, a, aAt, step, b, bAt, m, k);
        }
    }

    private static void transposedOfFour(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = FEW_REGISTERS ? 0 : 5 * fives(m); i < end; i += 5) {
            TurnedTile.rows5(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 6 <= m && !FEW_REGISTERS; i += 6) {
            TurnedTile.rows6(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            TurnedTile.rows2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i < m; i++) {
            TurnedTile.rows1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
    }

    private static void transposedOfTwo(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = 5 * fives(m); i < end; i += 5) {
            NarrowTurnedTile.rows5x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            NarrowTurnedTile.rows6x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            NarrowTurnedTile.rows2x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i < m; i++) {
            NarrowTurnedTile.rows1x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
    }

    private static void transposedOfOne(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step, float[] b, int bAt, int m, int k) {
        int i = 0;
        for (int end = 5 * fives(m); i < end; i += 5) {
            NarrowTurnedTile.rows5x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            NarrowTurnedTile.rows6x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            NarrowTurnedTile.rows2x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
        for (; i < m; i++) {
            NarrowTurnedTile.rows1x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, step, b, bAt, k);
        }
    }

    private static void transposedEdgeRows(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt,
            int step,
            float[] b, int bAt, int m, int k, int width) {
        float[] edge = EDGE.get();
        for (int i = 0; i < m; i += 6) {
            int rows = Math.min(6, m - i);
            copy(edge, 0, PANEL, s, sAt + i * lds, lds, rows, width);
            transposedRows(edge, 0, PANEL, edge, 0, PANEL, a, aAt + i, step, b, bAt, rows, k, (width + W - 1) / W);
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
