package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a single row with packed panels, two panels at a time. One panel makes four chains of dependent
 * multiply-adds, fewer than a processor can have in flight; two make eight. The sums are those of {@link Gemm}.
 */
final class RowTile {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();

    private RowTile() {}

    /**
     * Multiplies a row of k numbers by whole panels. The sums of panel i are at {@code cAt + i * step}, and start from the
     * values at {@code sAt + i * step}; its weights start at {@code bAt + i * distance}.
     */
    static void multiply(float[] c, int cAt, int step, float[] s, int sAt, float[] a, int aAt, float[] b, int bAt,
            int distance, int panels, int k) {
        int i = 0;
        for (; i + 1 < panels; i += 2) {
            pair(c, cAt + i * step, step, s, sAt + i * step, a, aAt, b, bAt + i * distance, distance, k);
        }
        if (i < panels) {
            GemmTile.multiply(c, cAt + i * step, 0, s, sAt + i * step, 0, a, aAt, 0, b, bAt + i * distance, 1, k, 4);
        }
    }

    private static void pair(float[] c, int cAt, int step, float[] s, int sAt, float[] a, int aAt, float[] b, int bAt,
            int distance, int k) {
        FloatVector c00 = FloatVector.fromArray(S, s, sAt);
        FloatVector c01 = FloatVector.fromArray(S, s, sAt + W);
        FloatVector c02 = FloatVector.fromArray(S, s, sAt + 2 * W);
        FloatVector c03 = FloatVector.fromArray(S, s, sAt + 3 * W);
        FloatVector c10 = FloatVector.fromArray(S, s, sAt + step);
        FloatVector c11 = FloatVector.fromArray(S, s, sAt + step + W);
        FloatVector c12 = FloatVector.fromArray(S, s, sAt + step + 2 * W);
        FloatVector c13 = FloatVector.fromArray(S, s, sAt + step + 3 * W);
        for (int p = 0; p < k; p++) {
            int bp = bAt + p * Gemm.PANEL;
            int bq = bp + distance;
            FloatVector x = FloatVector.broadcast(S, a[aAt + p]);
            c00 = x.fma(FloatVector.fromArray(S, b, bp), c00);
            c01 = x.fma(FloatVector.fromArray(S, b, bp + W), c01);
            c02 = x.fma(FloatVector.fromArray(S, b, bp + 2 * W), c02);
            c03 = x.fma(FloatVector.fromArray(S, b, bp + 3 * W), c03);
            c10 = x.fma(FloatVector.fromArray(S, b, bq), c10);
            c11 = x.fma(FloatVector.fromArray(S, b, bq + W), c11);
            c12 = x.fma(FloatVector.fromArray(S, b, bq + 2 * W), c12);
            c13 = x.fma(FloatVector.fromArray(S, b, bq + 3 * W), c13);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + W);
        c02.intoArray(c, cAt + 2 * W);
        c03.intoArray(c, cAt + 3 * W);
        c10.intoArray(c, cAt + step);
        c11.intoArray(c, cAt + step + W);
        c12.intoArray(c, cAt + step + 2 * W);
        c13.intoArray(c, cAt + step + 3 * W);
    }
}
