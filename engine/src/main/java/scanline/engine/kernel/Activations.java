package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponential, logistic sigmoid and hyperbolic tangent, as polynomials of our own: the JDK's versions may return other
 * bits in the interpreter than after compilation.
 *
 * <p>
 * All three rest on {@code exp(z) - 1}. With {@code n = round(z / ln 2)} and {@code r = z - n ln 2}, so that
 * {@code |r| <= ln(2) / 2}: {@code exp(z) = 2^n exp(r)} and {@code exp(r) - 1 = r + r^2 P(r)}, where P of degree 4 is
 * the Chebyshev fit of {@code (exp(r) - 1 - r) / r^2} (error 6.5e-8, which is 8e-9 of the result). Rounding is the
 * addition of 1.5 * 2^23, whose low mantissa bits then hold n. The scalar methods do the same operations in the same
 * order as the vectors, so that a tail has the same bits as a lane.
 */
public final class Activations {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private static final float LOG2_E = 1.442695f;
    private static final float ROUNDER = 12582912f;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    // ln 2 in two parts: the first is short enough for n * LN2_HIGH to be exact.
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final float P0 = 0.5f;
    private static final float P1 = 0.16666576f;
    private static final float P2 = 0.041666556f;
    private static final float P3 = 0.008363203f;
    private static final float P4 = 0.0013926213f;
    // Beyond these the result has been reached: 2^n stays a normal number, and exp(20) / (exp(20) + 2) is 1.
    private static final float EXP_LOW = -87.33654f;
    private static final float EXP_HIGH = 88f;
    private static final float TANH_BOUND = 20f;

    private Activations() {}

    /** {@code y[i] = exp(x[i])} within 2 ulp; below -87.34 the smallest normal number, above 88 exp(88). */
    public static void exp(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            exp(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = exp(x[xAt + i]);
        }
    }

    /** {@code y[i] = 1 / (1 + exp(-x[i]))} within 3 ulp. */
    public static void sigmoid(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector e = exp(FloatVector.fromArray(S, x, xAt + i).neg());
            FloatVector.broadcast(S, 1f).div(e.add(1f)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = sigmoid(x[xAt + i]);
        }
    }

    /** {@code y[i] = tanh(x[i])} within 3 ulp. */
    public static void tanh(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            tanh(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = tanh(x[xAt + i]);
        }
    }

    /** As {@link #exp(float[], int, float[], int, int)}, for one number. */
    public static float exp(float x) {
        float z = clamp(x, EXP_LOW, EXP_HIGH);
        float t = Math.fma(z, LOG2_E, ROUNDER);
        return Math.fma(expMinusOne(z, t - ROUNDER), powerOfTwo(t), powerOfTwo(t));
    }

    /** As {@link #sigmoid(float[], int, float[], int, int)}, for one number. */
    public static float sigmoid(float x) {
        return 1f / (exp(-x) + 1f);
    }

    /** As {@link #tanh(float[], int, float[], int, int)}, for one number. */
    public static float tanh(float x) {
        float z = clamp(x + x, -TANH_BOUND, TANH_BOUND);
        float t = Math.fma(z, LOG2_E, ROUNDER);
        float scale = powerOfTwo(t);
        float e = Math.fma(expMinusOne(z, t - ROUNDER), scale, scale - 1f);
        return e / (e + 2f);
    }

    private static FloatVector exp(FloatVector x) {
        FloatVector z = clamp(x, EXP_LOW, EXP_HIGH);
        FloatVector t = z.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUNDER));
        FloatVector scale = powerOfTwo(t);
        return expMinusOne(z, t.sub(ROUNDER)).fma(scale, scale);
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector z = clamp(x.add(x), -TANH_BOUND, TANH_BOUND);
        FloatVector t = z.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUNDER));
        FloatVector scale = powerOfTwo(t);
        // exp(z) - 1 without cancellation: for small z the scale is 1 and the polynomial alone remains.
        FloatVector e = expMinusOne(z, t.sub(ROUNDER)).fma(scale, scale.sub(1f));
        return e.div(e.add(2f));
    }

    /** {@code exp(z - n ln 2) - 1}. */
    private static float expMinusOne(float z, float n) {
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, z));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(P4, r, P3), r, P2), r, P1), r, P0);
        return Math.fma(r * r, p, r);
    }

    private static FloatVector expMinusOne(FloatVector z, FloatVector n) {
        FloatVector r = n.fma(FloatVector.broadcast(S, -LN2_LOW), n.fma(FloatVector.broadcast(S, -LN2_HIGH), z));
        FloatVector p = FloatVector.broadcast(S, P4).fma(r, FloatVector.broadcast(S, P3))
                .fma(r, FloatVector.broadcast(S, P2)).fma(r, FloatVector.broadcast(S, P1))
                .fma(r, FloatVector.broadcast(S, P0));
        return r.mul(r).fma(p, r);
    }

    /** 2^n of the n in the low bits of {@code t}. */
    private static float powerOfTwo(float t) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(t) - ROUNDER_BITS + 127) << 23);
    }

    private static FloatVector powerOfTwo(FloatVector t) {
        IntVector n = t.reinterpretAsInts().add(127 - ROUNDER_BITS);
        return n.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    // Comparisons instead of min and max, which in Java carry rules for NaN and zeros that cost several instructions.
    // A NaN passes both and stays one.
    private static float clamp(float x, float low, float high) {
        float above = x < low ? low : x;
        return above > high ? high : above;
    }

    private static FloatVector clamp(FloatVector x, float low, float high) {
        FloatVector above = x.blend(low, x.compare(VectorOperators.LT, low));
        return above.blend(high, above.compare(VectorOperators.GT, high));
    }
}
