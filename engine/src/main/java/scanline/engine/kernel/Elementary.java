package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponential, natural logarithm, sine, cosine and powers, each over the whole range of float32, infinities included.
 *
 * <p>
 * The logarithm is that of {@code x = 2^k (1 + f)} with {@code sqrt(1/2) <= 1 + f < sqrt(2)}:
 * {@code k ln 2 + f - f^2 / 2 + f^3 P(f)}, where P of degree 8 is the Chebyshev fit of
 * {@code (log(1 + f) - f + f^2 / 2) / f^3} (error 2.9e-8, which is 4e-9 of the result). The scalar tail performs the
 * same operations in the same order as the vector code.
 */
public final class Elementary {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Within these bounds Activations.exp is exact to 2 ulp; beyond them it is constant.
    private static final float LOW = -87.33654f;
    private static final float HIGH = 88f;

    private static final int ROOT_HALF = 0x3F3504F3; // the bits of sqrt(1/2)
    private static final int FRACTION = 0x7FFFFF;
    // The float whose bits are those of ROUNDER plus k is ROUNDER + k, for small whole k.
    private static final float ROUNDER = 12582912f;
    private static final int ROUNDER_BITS = 0x4B400000;
    // Subnormal numbers are made normal by this factor, 2^23.
    private static final float NORMALIZER = 8388608f;
    private static final float NORMALIZER_LOG2 = 23f;
    // ln 2 in two parts: the first is short enough for k * LN2_HIGH to be exact.
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final float P0 = 0.3333333f;
    private static final float P1 = -0.2499999f;
    private static final float P2 = 0.20000708f;
    private static final float P3 = -0.1666848f;
    private static final float P4 = 0.14249937f;
    private static final float P5 = -0.124110505f;
    private static final float P6 = 0.11661511f;
    private static final float P7 = -0.11571201f;
    private static final float P8 = 0.07149754f;

    // Angles below it are reduced exactly enough.
    private static final float LARGEST_ANGLE = 1e8f;

    // Whole exponents up to this size are computed by multiplication, which takes a tenth of the time of pow.
    private static final int MOST_FACTORS = 64;

    private Elementary() {}

    /** {@code y[i] = exp(x[i])} within 2 ulp from -87.34 to 88, and within 6 ulp elsewhere; y is not x. */
    public static void exp(float[] y, int yAt, float[] x, int xAt, int n) {
        Activations.exp(y, yAt, x, xAt, n);
        for (int i = 0; i < n; i++) {
            float v = x[xAt + i];
            if (v < LOW || v > HIGH) {
                float root = Activations.exp(v * 0.5f);
                y[yAt + i] = root * root;
            }
        }
    }

    /** {@code y[i] = log(x[i])} within 2 ulp; -infinity at 0, NaN below. */
    public static void log(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, xAt + i);
            VectorMask<Float> subnormal = v.compare(VectorOperators.LT, Float.MIN_NORMAL);
            IntVector bits = v.blend(v.mul(NORMALIZER), subnormal).reinterpretAsInts().sub(ROOT_HALF);
            FloatVector exponent = bits.lanewise(VectorOperators.ASHR, 23).add(ROUNDER_BITS).reinterpretAsFloats()
                    .sub(ROUNDER);
            FloatVector k = exponent.blend(exponent.sub(NORMALIZER_LOG2), subnormal);
            FloatVector f = bits.and(FRACTION).add(ROOT_HALF).reinterpretAsFloats().sub(1f);
            FloatVector p = FloatVector.broadcast(S, P8).fma(f, FloatVector.broadcast(S, P7))
                    .fma(f, FloatVector.broadcast(S, P6)).fma(f, FloatVector.broadcast(S, P5))
                    .fma(f, FloatVector.broadcast(S, P4)).fma(f, FloatVector.broadcast(S, P3))
                    .fma(f, FloatVector.broadcast(S, P2)).fma(f, FloatVector.broadcast(S, P1))
                    .fma(f, FloatVector.broadcast(S, P0));
            FloatVector square = f.mul(f);
            FloatVector small = k.fma(FloatVector.broadcast(S, LN2_LOW), p.mul(f).mul(square));
            FloatVector rest = square.fma(FloatVector.broadcast(S, -0.5f), small).add(f);
            FloatVector positive = k.fma(FloatVector.broadcast(S, LN2_HIGH), rest);
            // An infinity or NaN is its own logarithm.
            FloatVector finite = v.blend(positive, v.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
            finite.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f))
                    .blend(Float.NaN, v.compare(VectorOperators.LT, 0f)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = log(x[xAt + i]);
        }
    }

    /** {@link #log(float[], int, float[], int, int)} for one number. */
    public static float log(float x) {
        if (x < 0f) {
            return Float.NaN;
        }
        if (x == 0f) {
            return Float.NEGATIVE_INFINITY;
        }
        if (!(x < Float.POSITIVE_INFINITY)) {
            return x;
        }
        boolean subnormal = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(subnormal ? x * NORMALIZER : x) - ROOT_HALF;
        float exponent = Float.intBitsToFloat((bits >> 23) + ROUNDER_BITS) - ROUNDER;
        float k = subnormal ? exponent - NORMALIZER_LOG2 : exponent;
        float f = Float.intBitsToFloat((bits & FRACTION) + ROOT_HALF) - 1f;
        float p = Math.fma(Math.fma(Math.fma(Math.fma(P8, f, P7), f, P6), f, P5), f, P4);
        p = Math.fma(Math.fma(Math.fma(Math.fma(p, f, P3), f, P2), f, P1), f, P0);
        float square = f * f;
        float small = Math.fma(k, LN2_LOW, p * f * square);
        float rest = Math.fma(square, -0.5f, small) + f;
        return Math.fma(k, LN2_HIGH, rest);
    }

    /** {@code y = sin(x)}, rounded from double precision. */
    public static void sin(float[] y, float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            y[i] = (float) (Math.abs(x[i]) < LARGEST_ANGLE ? Trigonometry.sin(x[i]) : StrictMath.sin(x[i]));
        }
    }

    /** {@code y = cos(x)}, rounded from double precision. */
    public static void cos(float[] y, float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            y[i] = (float) (Math.abs(x[i]) < LARGEST_ANGLE ? Trigonometry.cos(x[i]) : StrictMath.cos(x[i]));
        }
    }

    /** {@code y = x^exponent}, computed in double precision. */
    public static void power(float[] y, float[] x, float exponent, int at, int n) {
        if (exponent == 2f) { // the same bits, as a product of two floats is exact in double precision
            Elementwise.multiply(y, at, x, at, x, at, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            y[at + i] = (float) power(x[at + i], exponent);
        }
    }

    /** {@code dx += dy exponent x^(exponent - 1)}; an exponent of 0 has no gradient, even where x is 0. */
    public static void powerGradient(float[] dx, float[] dy, float[] x, float exponent, int at, int n) {
        if (exponent == 2f) {
            Elementwise.squareGradient(dx, dy, x, at, n);
            return;
        }
        if (exponent == 0f) {
            return;
        }
        double lower = exponent - 1.0;
        for (int i = 0; i < n; i++) {
            dx[at + i] = Math.fma(dy[at + i], (float) (exponent * power(x[at + i], lower)), dx[at + i]);
        }
    }

    private static double power(double base, double exponent) {
        double size = Math.abs(exponent);
        if (size > MOST_FACTORS || size != (int) size) {
            return StrictMath.pow(base, exponent);
        }
        double product = 1;
        double factor = base;
        for (int rest = (int) size; rest > 0; rest >>= 1) {
            product = (rest & 1) == 1 ? product * factor : product;
            factor *= factor;
        }
        return exponent < 0 ? 1 / product : product;
    }
}
