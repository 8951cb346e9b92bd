package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link GemmTile} for a left operand that is stored transposed: the element of row i and column p of A is at
 * {@code aAt + p * lda + i}. The rows of a tile are then neighbors, and one index serves all of them: a tile of six rows
 * takes two thirds of the instructions around its multiply-adds, and a tenth to a fifth less time.
 */
@SuppressWarnings("UnusedVariable") // the distance between rows, in tiles of one row
final class TransposedTile {
    // Written by TileGenerator, a class of the tests: change that, and run ./build tiles.
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    private static final int PANEL = Gemm.PANEL;

    private TransposedTile() {}

    /** The product with the first so many vectors of a panel. */
    static void multiply(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k, int vectors) {
        int v = 0;
        for (; v + 4 <= vectors; v += 4) {
            strip4(c, cAt + v * W, ldc, s, sAt + v * W, lds, a, aAt, lda, b, bAt + v * W, m, k);
        }
        for (; v + 2 <= vectors; v += 2) {
            strip2(c, cAt + v * W, ldc, s, sAt + v * W, lds, a, aAt, lda, b, bAt + v * W, m, k);
        }
        for (; v + 1 <= vectors; v += 1) {
            strip1(c, cAt + v * W, ldc, s, sAt + v * W, lds, a, aAt, lda, b, bAt + v * W, m, k);
        }
    }

    private static void strip4(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k) {
        int fives = 5 * Gemm.fives(m);
        int i = 0;
        for (; i < fives && !Gemm.FEW_REGISTERS; i += 5) {
            tile5x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 6 <= m && !Gemm.FEW_REGISTERS; i += 6) {
            tile6x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
    }

    private static void tile5x4(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c02 = FloatVector.fromArray(S, s, sAt + 2 * W);
        FloatVector c03 = FloatVector.fromArray(S, s, sAt + 3 * W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        FloatVector c12 = FloatVector.fromArray(S, s, sAt + lds + 2 * W);
        FloatVector c13 = FloatVector.fromArray(S, s, sAt + lds + 3 * W);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c21 = FloatVector.fromArray(S, s, sAt + 2 * lds + W);
        FloatVector c22 = FloatVector.fromArray(S, s, sAt + 2 * lds + 2 * W);
        FloatVector c23 = FloatVector.fromArray(S, s, sAt + 2 * lds + 3 * W);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c31 = FloatVector.fromArray(S, s, sAt + 3 * lds + W);
        FloatVector c32 = FloatVector.fromArray(S, s, sAt + 3 * lds + 2 * W);
        FloatVector c33 = FloatVector.fromArray(S, s, sAt + 3 * lds + 3 * W);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c41 = FloatVector.fromArray(S, s, sAt + 4 * lds + W);
        FloatVector c42 = FloatVector.fromArray(S, s, sAt + 4 * lds + 2 * W);
        FloatVector c43 = FloatVector.fromArray(S, s, sAt + 4 * lds + 3 * W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c02.intoArray(c, cAt + 2 * W);
        c03.intoArray(c, cAt + 3 * W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
        c12.intoArray(c, cAt + ldc + 2 * W);
        c13.intoArray(c, cAt + ldc + 3 * W);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + W);
        c22.intoArray(c, cAt + 2 * ldc + 2 * W);
        c23.intoArray(c, cAt + 2 * ldc + 3 * W);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + W);
        c32.intoArray(c, cAt + 3 * ldc + 2 * W);
        c33.intoArray(c, cAt + 3 * ldc + 3 * W);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + W);
        c42.intoArray(c, cAt + 4 * ldc + 2 * W);
        c43.intoArray(c, cAt + 4 * ldc + 3 * W);
    }

    private static void tile6x4(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c02 = FloatVector.fromArray(S, s, sAt + 2 * W);
        FloatVector c03 = FloatVector.fromArray(S, s, sAt + 3 * W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        FloatVector c12 = FloatVector.fromArray(S, s, sAt + lds + 2 * W);
        FloatVector c13 = FloatVector.fromArray(S, s, sAt + lds + 3 * W);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c21 = FloatVector.fromArray(S, s, sAt + 2 * lds + W);
        FloatVector c22 = FloatVector.fromArray(S, s, sAt + 2 * lds + 2 * W);
        FloatVector c23 = FloatVector.fromArray(S, s, sAt + 2 * lds + 3 * W);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c31 = FloatVector.fromArray(S, s, sAt + 3 * lds + W);
        FloatVector c32 = FloatVector.fromArray(S, s, sAt + 3 * lds + 2 * W);
        FloatVector c33 = FloatVector.fromArray(S, s, sAt + 3 * lds + 3 * W);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c41 = FloatVector.fromArray(S, s, sAt + 4 * lds + W);
        FloatVector c42 = FloatVector.fromArray(S, s, sAt + 4 * lds + 2 * W);
        FloatVector c43 = FloatVector.fromArray(S, s, sAt + 4 * lds + 3 * W);
        FloatVector c50 = FloatVector.fromArray(S, s, sAt + 5 * lds);
        FloatVector c51 = FloatVector.fromArray(S, s, sAt + 5 * lds + W);
        FloatVector c52 = FloatVector.fromArray(S, s, sAt + 5 * lds + 2 * W);
        FloatVector c53 = FloatVector.fromArray(S, s, sAt + 5 * lds + 3 * W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(S, a[q + 5]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c02.intoArray(c, cAt + 2 * W);
        c03.intoArray(c, cAt + 3 * W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
        c12.intoArray(c, cAt + ldc + 2 * W);
        c13.intoArray(c, cAt + ldc + 3 * W);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + W);
        c22.intoArray(c, cAt + 2 * ldc + 2 * W);
        c23.intoArray(c, cAt + 2 * ldc + 3 * W);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + W);
        c32.intoArray(c, cAt + 3 * ldc + 2 * W);
        c33.intoArray(c, cAt + 3 * ldc + 3 * W);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + W);
        c42.intoArray(c, cAt + 4 * ldc + 2 * W);
        c43.intoArray(c, cAt + 4 * ldc + 3 * W);
        c50.intoArray(c, cAt + 5 * ldc);
        c51.intoArray(c, cAt + 5 * ldc + W);
        c52.intoArray(c, cAt + 5 * ldc + 2 * W);
        c53.intoArray(c, cAt + 5 * ldc + 3 * W);
    }

    private static void tile2x4(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c02 = FloatVector.fromArray(S, s, sAt + 2 * W);
        FloatVector c03 = FloatVector.fromArray(S, s, sAt + 3 * W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        FloatVector c12 = FloatVector.fromArray(S, s, sAt + lds + 2 * W);
        FloatVector c13 = FloatVector.fromArray(S, s, sAt + lds + 3 * W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c02.intoArray(c, cAt + 2 * W);
        c03.intoArray(c, cAt + 3 * W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
        c12.intoArray(c, cAt + ldc + 2 * W);
        c13.intoArray(c, cAt + ldc + 3 * W);
    }

    private static void tile1x4(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c02 = FloatVector.fromArray(S, s, sAt + 2 * W);
        FloatVector c03 = FloatVector.fromArray(S, s, sAt + 3 * W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c02.intoArray(c, cAt + 2 * W);
        c03.intoArray(c, cAt + 3 * W);
    }

    private static void strip2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k) {
        int fives = 5 * Gemm.fives(m);
        int i = 0;
        for (; i < fives; i += 5) {
            tile5x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            tile6x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
    }

    private static void tile5x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c21 = FloatVector.fromArray(S, s, sAt + 2 * lds + W);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c31 = FloatVector.fromArray(S, s, sAt + 3 * lds + W);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c41 = FloatVector.fromArray(S, s, sAt + 4 * lds + W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + W);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + W);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + W);
    }

    private static void tile6x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c21 = FloatVector.fromArray(S, s, sAt + 2 * lds + W);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c31 = FloatVector.fromArray(S, s, sAt + 3 * lds + W);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c41 = FloatVector.fromArray(S, s, sAt + 4 * lds + W);
        FloatVector c50 = FloatVector.fromArray(S, s, sAt + 5 * lds);
        FloatVector c51 = FloatVector.fromArray(S, s, sAt + 5 * lds + W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            FloatVector x5 = FloatVector.broadcast(S, a[q + 5]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + W);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + W);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + W);
        c50.intoArray(c, cAt + 5 * ldc);
        c51.intoArray(c, cAt + 5 * ldc + W);
    }

    private static void tile2x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
    }

    private static void tile1x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
    }

    private static void strip1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int m, int k) {
        int fives = 5 * Gemm.fives(m);
        int i = 0;
        for (; i < fives; i += 5) {
            tile5x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            tile6x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i, lda, b, bAt, k);
        }
    }

    private static void tile5x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + ldc);
        c20.intoArray(c, cAt + 2 * ldc);
        c30.intoArray(c, cAt + 3 * ldc);
        c40.intoArray(c, cAt + 4 * ldc);
    }

    private static void tile6x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c50 = FloatVector.fromArray(S, s, sAt + 5 * lds);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[q + 2]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[q + 3]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[q + 4]);
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(S, a[q + 5]);
            c50 = x5.fma(b0, c50);
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + ldc);
        c20.intoArray(c, cAt + 2 * ldc);
        c30.intoArray(c, cAt + 3 * ldc);
        c40.intoArray(c, cAt + 4 * ldc);
        c50.intoArray(c, cAt + 5 * ldc);
    }

    private static void tile2x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + ldc);
    }

    private static void tile1x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        for (int p = 0, q = aAt; p < k; p++, q += lda) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
        }
        c00.intoArray(c, cAt);
    }
}
