package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost products: {@code C[m, n] = S[m, n] + A[m, k] B[k, n]}, where n is the width of one to four vectors and B a
 * panel of {@link Gemm#pack packed} columns. S is where the sums start: C itself, or one row for all, with its stride
 * {@code lds} 0.
 *
 * <p>
 * Why each size of a tile is written out: C2 keeps vectors in registers only when they are local variables of a small
 * method. Six rows of four vectors are 24 sums, which with 4 vectors of B and one broadcast of A fill 29 of the 32
 * registers of AVX-512 and Neon. 24 independent sums hide the latency of the fused multiply-add (4 cycles, 2 a cycle),
 * and each vector of B serves six of them. AVX2 has 16 registers, for two rows of four vectors; six rows of two would
 * fill 15, but are slower by a third. The last panel of a matrix may have one vector or two, as attention heads and
 * classes have: a tile of four would multiply zeros for half its time or more. Every sum runs over increasing k, so all
 * tiles, and a range of k cut in pieces, give the same bits.
 */
@SuppressWarnings("UnusedVariable") // the distance between rows, in tiles of one row
final class GemmTile {
    // Written by TileGenerator, a class of the tests: change that, and run ./build tiles.
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    private static final int PANEL = Gemm.PANEL;

    private GemmTile() {}

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
            tile5x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m && !Gemm.FEW_REGISTERS; i += 6) {
            tile6x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x4(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + p]);
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
        int a1 = aAt + lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
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
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bp + 2 * W);
            FloatVector b3 = FloatVector.fromArray(S, b, bp + 3 * W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
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
            tile5x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            tile6x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x2(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + p]);
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
        int a1 = aAt + lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
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
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
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
            tile5x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 6 <= m; i += 6) {
            tile6x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 2 <= m; i += 2) {
            tile2x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
        for (; i + 1 <= m; i += 1) {
            tile1x1(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + i * lda, lda, b, bAt, k);
        }
    }

    private static void tile5x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c20 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c30 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c40 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + p]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + p]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + p]);
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + p]);
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
        int a1 = aAt + lda;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + p]);
            c10 = x1.fma(b0, c10);
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + ldc);
    }

    private static void tile1x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector x0 = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x0.fma(b0, c00);
        }
        c00.intoArray(c, cAt);
    }
}
