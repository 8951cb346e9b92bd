package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponential, logistic sigmoid and hyperbolic tangent. They are implemented here, with polynomials, because the JDK's
 * versions may return different bits in the interpreter than after compilation.
 *
 * <p>
 * All are based on {@code exp(z) - 1}. With {@code n = round(z / ln 2)} and {@code r = z - n ln 2}, so that
 * {@code |r| <= ln(2) / 2}: {@code exp(z) = 2^n exp(r)} and {@code exp(r) - 1 = r + r^2 P(r)}, where P of degree 4 is
 * the Chebyshev fit of {@code (exp(r) - 1 - r) / r^2} (error 6.5e-8, which is 8e-9 of the result). Rounding is done by
 * adding 1.5 * 2^23; the low mantissa bits then contain n. The scalar methods perform the same operations in the same
 * order as the vector code, so a tail has the same bits as a lane.
 */
public final class Activations {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private static final float LOG2_E = 1.442695f;
    private static final float ROUNDER = 12582912f;
    private static final int POWER_BIAS = 127 - Float.floatToRawIntBits(ROUNDER);
    // ln 2 in two parts: the first is short enough for n * LN2_HIGH to be exact.
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final float P0 = 0.5f;
    private static final float P1 = 0.16666576f;
    private static final float P2 = 0.041666556f;
    private static final float P3 = 0.008363203f;
    private static final float P4 = 0.0013926213f;
    // Within these bounds 2^n is a normal number; beyond them sigmoid and tanh have reached their limits.
    private static final float LOW = -87.33654f;
    private static final float HIGH = 88f;

    private Activations() {}

    /** {@code y[i] = exp(x[i])} within 2 ulp; below -87.34 the smallest normal number, above 88 exp(88). */
    public static void exp(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector wide = FloatVector.fromArray(S, x, xAt + i);
            FloatVector above = wide.blend(LOW, wide.compare(VectorOperators.LT, LOW));
            FloatVector z = above.blend(HIGH, above.compare(VectorOperators.GT, HIGH));
            FloatVector t = z.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUNDER));
            FloatVector k = t.sub(ROUNDER);
            FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_LOW), k.fma(FloatVector.broadcast(S, -LN2_HIGH), z));
            FloatVector p = FloatVector.broadcast(S, P4).fma(r, FloatVector.broadcast(S, P3))
                    .fma(r, FloatVector.broadcast(S, P2)).fma(r, FloatVector.broadcast(S, P1))
                    .fma(r, FloatVector.broadcast(S, P0));
            FloatVector scale = t.reinterpretAsInts().add(POWER_BIAS).lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            r.mul(r).fma(p, r).fma(scale, scale).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = exp(x[xAt + i]);
        }
    }

    /** {@code y[i] = 1 / (1 + exp(-x[i]))} within 3 ulp; below -88 sigmoid(-88), which is 6e-39. */
    public static void sigmoid(float[] y, int yAt, float[] x, int xAt, int n) {
        quotient(y, yAt, x, xAt, n, -1f, 0f, 1f);
    }

    /** {@code y[i] = tanh(x[i])} within 3 ulp. */
    public static void tanh(float[] y, int yAt, float[] x, int xAt, int n) {
        quotient(y, yAt, x, xAt, n, 2f, 1f, 0f);
    }

    /** {@link #exp(float[], int, float[], int, int)} for one number. */
    public static float exp(float x) {
        float z = clamp(x);
        float t = Math.fma(z, LOG2_E, ROUNDER);
        float scale = powerOfTwo(t);
        return Math.fma(expMinusOne(z, t), scale, scale);
    }

    /** {@link #sigmoid(float[], int, float[], int, int)} for one number. */
    public static float sigmoid(float x) {
        return quotient(x, -1f, 0f, 1f);
    }

    /** {@link #tanh(float[], int, float[], int, int)} for one number. */
    public static float tanh(float x) {
        return quotient(x, 2f, 1f, 0f);
    }

    /**
     * {@code y = (own e + one) / (e + 2)} with {@code e = exp(factor x) - 1}, which is the sigmoid for (-1, 0, 1) and
     * tanh for (2, 1, 0). There is no cancellation, because e is small where x is small.
     *
     * <p>
     * Both functions share one body that calls no method of this class: C2 does not inline a method that it has already
     * compiled separately, and a call in this loop would allocate every vector on the heap.
     */
    private static void quotient(float[] y, int yAt, float[] x, int xAt, int n, float factor, float own, float one) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector wide = FloatVector.fromArray(S, x, xAt + i).mul(factor);
            // Comparisons instead of min and max, whose rules for NaN and signed zeros cost several instructions in
            // Java. A NaN passes both comparisons unchanged.
            FloatVector above = wide.blend(LOW, wide.compare(VectorOperators.LT, LOW));
            FloatVector z = above.blend(HIGH, above.compare(VectorOperators.GT, HIGH));
            FloatVector t = z.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUNDER));
            FloatVector k = t.sub(ROUNDER);
            FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_LOW), k.fma(FloatVector.broadcast(S, -LN2_HIGH), z));
            FloatVector p = FloatVector.broadcast(S, P4).fma(r, FloatVector.broadcast(S, P3))
                    .fma(r, FloatVector.broadcast(S, P2)).fma(r, FloatVector.broadcast(S, P1))
                    .fma(r, FloatVector.broadcast(S, P0));
            FloatVector scale = t.reinterpretAsInts().add(POWER_BIAS).lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector e = r.mul(r).fma(p, r).fma(scale, scale.sub(1f));
            e.fma(FloatVector.broadcast(S, own), FloatVector.broadcast(S, one)).div(e.add(2f)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = quotient(x[xAt + i], factor, own, one);
        }
    }

    private static float quotient(float x, float factor, float own, float one) {
        float z = clamp(x * factor);
        float t = Math.fma(z, LOG2_E, ROUNDER);
        float scale = powerOfTwo(t);
        float e = Math.fma(expMinusOne(z, t), scale, scale - 1f);
        return Math.fma(e, own, one) / (e + 2f);
    }

    /** {@code exp(r) - 1} with {@code r = z - (t - ROUNDER) ln 2}. */
    private static float expMinusOne(float z, float t) {
        float k = t - ROUNDER;
        float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, z));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(P4, r, P3), r, P2), r, P1), r, P0);
        return Math.fma(r * r, p, r);
    }

    /** 2^n, where n is in the low bits of {@code t}. */
    private static float powerOfTwo(float t) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(t) + POWER_BIAS) << 23);
    }

    private static float clamp(float x) {
        float above = x < LOW ? LOW : x;
        return above > HIGH ? HIGH : above;
    }
}
