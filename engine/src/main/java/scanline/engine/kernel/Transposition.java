package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes of row-major blocks. A square block as wide as a vector takes log2(width) steps: each step exchanges half
 * of the lanes between pairs of rows (Eklundh 1972, "A fast computer method for matrix transposing"). Copying number by
 * number takes several times as long. There is no arithmetic, so no bit can change.
 */
public final class Transposition {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int W = S.length();
    private static final ThreadLocal<float[]> BLOCK = ThreadLocal.withInitial(() -> new float[Lanes.FIRST + W * W]);

    // For each bit, from the highest on, the shuffle to the lane whose number differs in it, and the mask of lanes that
    // have it. Fields are constants to the compiler, array entries would not be. Vectors of fewer than 16 lanes do not
    // use all of them.
    private static final VectorShuffle<Float> ACROSS_0 = across(W / 2);
    private static final VectorShuffle<Float> ACROSS_1 = across(W / 4);
    private static final VectorShuffle<Float> ACROSS_2 = across(2);
    private static final VectorShuffle<Float> ACROSS_3 = across(1);
    private static final VectorMask<Float> UPPER_0 = upper(W / 2);
    private static final VectorMask<Float> UPPER_1 = upper(W / 4);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_3 = upper(1);

    private Transposition() {}

    /** {@code to[j, i] = from[i, j]} for m rows and n columns of {@code from}, whose rows are {@code ldFrom} apart. */
    public static void transpose(float[] to, int toAt, int ldTo, float[] from, int fromAt, int ldFrom, int m, int n) {
        if (m < W || n < W || W < 4) {
            for (int i = 0; i < m; i++) {
                scatter(to, toAt + i, ldTo, from, fromAt + i * ldFrom, n);
            }
            return;
        }
        float[] block = BLOCK.get();
        // The last block of a row or a column starts early enough to be a full one.
        for (int i = 0; i < m; i += W) {
            int row = Math.min(i, m - W);
            for (int j = 0; j < n; j += W) {
                int column = Math.min(j, n - W);
                square(to, toAt + column * ldTo + row, ldTo, from, fromAt + row * ldFrom + column, ldFrom, block);
            }
        }
    }

    private static void square(float[] to, int toAt, int ldTo, float[] from, int fromAt, int ldFrom, float[] block) {
        switch (W) {
            case 16 -> {
                exchangeHighBits(block, Lanes.FIRST, W, from, fromAt, ldFrom);
                exchangeLowBits(to, toAt, ldTo, block);
            }
            case 8 -> {
                exchangeHighBits(block, Lanes.FIRST, W, from, fromAt, ldFrom);
                exchangeLowBit(to, toAt, ldTo, block);
            }
            default -> exchangeHighBits(to, toAt, ldTo, from, fromAt, ldFrom);
        }
    }

    /** Exchanges the lanes of rows whose numbers differ in the two highest bits. */
    private static void exchangeHighBits(float[] to, int toAt, int ldTo, float[] from, int fromAt, int ldFrom) {
        int step = W / 4;
        for (int i = 0; i < step; i++) {
            FloatVector a = FloatVector.fromArray(S, from, fromAt + i * ldFrom);
            FloatVector b = FloatVector.fromArray(S, from, fromAt + (i + step) * ldFrom);
            FloatVector c = FloatVector.fromArray(S, from, fromAt + (i + 2 * step) * ldFrom);
            FloatVector d = FloatVector.fromArray(S, from, fromAt + (i + 3 * step) * ldFrom);
            FloatVector ac = a.blend(c.rearrange(ACROSS_0), UPPER_0);
            FloatVector ca = a.rearrange(ACROSS_0).blend(c, UPPER_0);
            FloatVector bd = b.blend(d.rearrange(ACROSS_0), UPPER_0);
            FloatVector db = b.rearrange(ACROSS_0).blend(d, UPPER_0);
            ac.blend(bd.rearrange(ACROSS_1), UPPER_1).intoArray(to, toAt + i * ldTo);
            ac.rearrange(ACROSS_1).blend(bd, UPPER_1).intoArray(to, toAt + (i + step) * ldTo);
            ca.blend(db.rearrange(ACROSS_1), UPPER_1).intoArray(to, toAt + (i + 2 * step) * ldTo);
            ca.rearrange(ACROSS_1).blend(db, UPPER_1).intoArray(to, toAt + (i + 3 * step) * ldTo);
        }
    }

    /** Exchanges the lanes of rows whose numbers differ in the two lowest bits. */
    private static void exchangeLowBits(float[] to, int toAt, int ldTo, float[] from) {
        for (int i = 0; i < W; i += 4) {
            int row = Lanes.FIRST + i * W;
            FloatVector a = FloatVector.fromArray(S, from, row);
            FloatVector b = FloatVector.fromArray(S, from, row + W);
            FloatVector c = FloatVector.fromArray(S, from, row + 2 * W);
            FloatVector d = FloatVector.fromArray(S, from, row + 3 * W);
            FloatVector ac = a.blend(c.rearrange(ACROSS_2), UPPER_2);
            FloatVector ca = a.rearrange(ACROSS_2).blend(c, UPPER_2);
            FloatVector bd = b.blend(d.rearrange(ACROSS_2), UPPER_2);
            FloatVector db = b.rearrange(ACROSS_2).blend(d, UPPER_2);
            ac.blend(bd.rearrange(ACROSS_3), UPPER_3).intoArray(to, toAt + i * ldTo);
            ac.rearrange(ACROSS_3).blend(bd, UPPER_3).intoArray(to, toAt + (i + 1) * ldTo);
            ca.blend(db.rearrange(ACROSS_3), UPPER_3).intoArray(to, toAt + (i + 2) * ldTo);
            ca.rearrange(ACROSS_3).blend(db, UPPER_3).intoArray(to, toAt + (i + 3) * ldTo);
        }
    }

    /** Exchanges the lanes of rows whose numbers differ in the lowest bit. */
    private static void exchangeLowBit(float[] to, int toAt, int ldTo, float[] from) {
        for (int i = 0; i < W; i += 2) {
            FloatVector a = FloatVector.fromArray(S, from, Lanes.FIRST + i * W);
            FloatVector b = FloatVector.fromArray(S, from, Lanes.FIRST + (i + 1) * W);
            a.blend(b.rearrange(ACROSS_3), UPPER_3).intoArray(to, toAt + i * ldTo);
            a.rearrange(ACROSS_3).blend(b, UPPER_3).intoArray(to, toAt + (i + 1) * ldTo);
        }
    }

    private static VectorShuffle<Float> across(int bit) {
        return VectorShuffle.fromOp(S, lane -> lane ^ bit);
    }

    private static VectorMask<Float> upper(int bit) {
        boolean[] upper = new boolean[W];
        for (int lane = 0; lane < W; lane++) {
            upper[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, upper, 0);
    }

    private static void scatter(float[] to, int at, int stride, float[] from, int fromAt, int n) {
        for (int j = 0; j < n; j++) {
            to[at] = from[fromAt + j];
            at += stride;
        }
    }
}
