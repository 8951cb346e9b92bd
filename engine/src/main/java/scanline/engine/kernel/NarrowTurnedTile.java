package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link NarrowTile} for a left operand that lies as {@link TurnedTile} takes it. */
final class NarrowTurnedTile {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    private static final int PANEL = 4 * W;

    private NarrowTurnedTile() {}

    static void rows6x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
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
        int q = aAt;
        for (int p = 0; p < k; p++) {
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
            q += step;
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

    static void rows5x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
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
        int q = aAt;
        for (int p = 0; p < k; p++) {
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
            q += step;
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

    static void rows2x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + lds + W);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[q + 1]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            q += step;
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + W);
    }

    static void rows1x2(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            FloatVector b1 = FloatVector.fromArray(S, b, bp + W);
            FloatVector x0 = FloatVector.broadcast(S, a[q]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            q += step;
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
    }

    static void rows6x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c0 = FloatVector.fromArray(S, s, sAt);
        FloatVector c1 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c2 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c3 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c4 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        FloatVector c5 = FloatVector.fromArray(S, s, sAt + 5 * lds);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            c0 = FloatVector.broadcast(S, a[q]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[q + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[q + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[q + 3]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[q + 4]).fma(b0, c4);
            c5 = FloatVector.broadcast(S, a[q + 5]).fma(b0, c5);
            q += step;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ldc);
        c2.intoArray(c, cAt + 2 * ldc);
        c3.intoArray(c, cAt + 3 * ldc);
        c4.intoArray(c, cAt + 4 * ldc);
        c5.intoArray(c, cAt + 5 * ldc);
    }

    static void rows5x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c0 = FloatVector.fromArray(S, s, sAt);
        FloatVector c1 = FloatVector.fromArray(S, s, sAt + lds);
        FloatVector c2 = FloatVector.fromArray(S, s, sAt + 2 * lds);
        FloatVector c3 = FloatVector.fromArray(S, s, sAt + 3 * lds);
        FloatVector c4 = FloatVector.fromArray(S, s, sAt + 4 * lds);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            c0 = FloatVector.broadcast(S, a[q]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[q + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[q + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[q + 3]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[q + 4]).fma(b0, c4);
            q += step;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ldc);
        c2.intoArray(c, cAt + 2 * ldc);
        c3.intoArray(c, cAt + 3 * ldc);
        c4.intoArray(c, cAt + 4 * ldc);
    }

    static void rows2x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c0 = FloatVector.fromArray(S, s, sAt);
        FloatVector c1 = FloatVector.fromArray(S, s, sAt + lds);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            c0 = FloatVector.broadcast(S, a[q]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[q + 1]).fma(b0, c1);
            q += step;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ldc);
    }

    static void rows1x1(float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int step,
            float[] b, int bAt, int k) {
        FloatVector c0 = FloatVector.fromArray(S, s, sAt);
        int q = aAt;
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(S, b, bp);
            c0 = FloatVector.broadcast(S, a[q]).fma(b0, c0);
            q += step;
        }
        c0.intoArray(c, cAt);
    }
}
