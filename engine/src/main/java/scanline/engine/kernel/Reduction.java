package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over adjacent elements. Element i belongs to virtual lane {@code i % 16} on every machine. A lane adds its
 * elements in increasing order, and the lanes are added in a fixed tree: 8 apart, then 4, 2, 1.
 */
public final class Reduction {
    /** The number of virtual lanes; no vector has more lanes. */
    public static final int WIDTH = 16;

    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final ThreadLocal<float[]> LANES = ThreadLocal.withInitial(() -> new float[WIDTH]);

    private Reduction() {}

    /** The sum of n floats. */
    static float sum(float[] x, int at, int n) {
        float[] lanes = LANES.get();
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += S.length()) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                sum = FloatVector.fromArray(S, x, at + i).add(sum);
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[at + i];
        }
        return tree(lanes);
    }

    /** The sum of the squares of n floats. */
    public static float sumOfSquares(float[] x, int at, int n) {
        float[] lanes = LANES.get();
        int whole = n / WIDTH * WIDTH;
        for (int lane = 0; lane < WIDTH; lane += S.length()) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = lane; i < whole; i += WIDTH) {
                FloatVector v = FloatVector.fromArray(S, x, at + i);
                sum = v.fma(v, sum);
            }
            sum.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] = Math.fma(x[at + i], x[at + i], lanes[i - whole]);
        }
        return tree(lanes);
    }

    /** The sum of the lanes; they are overwritten. */
    static float tree(float[] lanes) {
        for (int half = WIDTH / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }
}
