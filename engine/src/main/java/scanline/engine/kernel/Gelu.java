package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Gaussian error linear unit, {@code x Phi(x)} with the exact {@code Phi(x) = (1 + erf(x / sqrt(2))) / 2}
 * (Hendrycks and Gimpel 2016), and the error function on which it is based.
 *
 * <p>
 * erf is {@code z P(z^2)} up to 0.95 and {@code 1 - exp(-|z| Q(|z|))}, with the sign of z, beyond; P of degree 6 and Q
 * of degree 7 are Chebyshev fits of {@code erf(z) / z} and {@code -log(1 - erf(z)) / z}. The result is within 3 ulp.
 * The elements are processed in chunks, so that the exponentials of a chunk are a separate loop; the scalar tails
 * perform the same operations in the same order as the vector code.
 *
 * <p>
 * Its approximation by tanh, {@code x (1 + tanh(u)) / 2} with {@code u = sqrt(2 / pi) (x + 0.044715 x^3)}, is
 * {@code x sigmoid(2 u)}, and its slope is {@code s + x s (1 - s) (2 u)'} with the sigmoid s.
 */
public final class Gelu {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int CHUNK = 512;
    private static final ThreadLocal<float[]> WORK = ThreadLocal.withInitial(() -> new float[2 * CHUNK]);

    private static final float ROOT_HALF = 0.70710677f;
    private static final float DENSITY = 0.3989423f; // 1 / sqrt(2 pi)
    private static final float BORDER = 0.95f;
    private static final float LARGEST = 4f; // erf is 1 from 3.92 on
    private static final float P0 = 1.1283792f;
    private static final float P1 = -0.37612632f;
    private static final float P2 = 0.11283671f;
    private static final float P3 = -0.026858032f;
    private static final float P4 = 0.0051976424f;
    private static final float P5 = -0.0008104442f;
    private static final float P6 = 8.209797e-05f;
    private static final float Q0 = 1.1289005f;
    private static final float Q1 = 0.6341617f;
    private static final float Q2 = 0.107828915f;
    private static final float Q3 = -0.025114229f;
    private static final float Q4 = 0.004290769f;
    private static final float Q5 = -0.0004950981f;
    private static final float Q6 = 3.3830085e-05f;
    private static final float Q7 = -1.0119172e-06f;

    // 2 u = x (TANH0 + TANH1 x^2); beyond the limit, the sigmoid is 1 or the least that there is.
    private static final float TANH0 = 1.5957692f; // 2 sqrt(2 / pi)
    private static final float TANH1 = 0.071354814f; // 0.044715 of it
    private static final float TANH_LIMIT = 16f;

    private Gelu() {}

    /** {@code y[i] = erf(x[i])} within 3 ulp. */
    public static void erf(float[] y, int yAt, float[] x, int xAt, int n) {
        float[] work = WORK.get();
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            tailArgument(work, x, xAt + done, 1f, chunk);
            Activations.exp(work, 0, work, 0, chunk);
            erfOf(work, x, xAt + done, 1f, chunk);
            System.arraycopy(work, 0, y, yAt + done, chunk);
        }
    }

    /** {@code y[i] = x[i] Phi(x[i])}. */
    public static void gelu(float[] y, int yAt, float[] x, int xAt, int n) {
        float[] work = WORK.get();
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            tailArgument(work, x, xAt + done, ROOT_HALF, chunk);
            Activations.exp(work, 0, work, 0, chunk);
            erfOf(work, x, xAt + done, ROOT_HALF, chunk);
            combine(y, yAt + done, x, xAt + done, work, chunk);
        }
    }

    /** {@code dx[i] += dy[i] (Phi(x[i]) + x[i] phi(x[i]))} with {@code phi(x) = exp(-x^2 / 2) / sqrt(2 pi)}. */
    public static void gradient(float[] dx, int dxAt, float[] dy, int dyAt, float[] x, int xAt, int n) {
        float[] work = WORK.get();
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            tailArgument(work, x, xAt + done, ROOT_HALF, chunk);
            densityArgument(work, x, xAt + done, chunk);
            Activations.exp(work, 0, work, 0, chunk);
            Activations.exp(work, CHUNK, work, CHUNK, chunk);
            erfOf(work, x, xAt + done, ROOT_HALF, chunk);
            combineGradient(dx, dxAt + done, dy, dyAt + done, x, xAt + done, work, chunk);
        }
    }

    /** {@code y[i] = x[i] (1 + tanh(u)) / 2}, the approximation. */
    public static void tanhGelu(float[] y, int yAt, float[] x, int xAt, int n) {
        float[] work = WORK.get();
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            sigmoidArgument(work, x, xAt + done, chunk);
            Activations.sigmoid(work, 0, work, 0, chunk);
            multiplySigmoid(y, yAt + done, x, xAt + done, work, chunk);
        }
    }

    /**
     * {@code dx[i] += dy[i] (s + x[i] s (1 - s) (TANH0 + 3 TANH1 x[i]^2))}, the gradient of {@link #tanhGelu}. With
     * {@code e = exp(-|2 u|)}, s is {@code 1 / (1 + e)} or e times as much, and {@code s (1 - s)} is
     * {@code e / (1 + e)^2}, without a difference of numbers that are nearly equal.
     */
    public static void tanhGradient(float[] dx, int dxAt, float[] dy, int dyAt, float[] x, int xAt, int n) {
        float[] work = WORK.get();
        for (int done = 0; done < n; done += CHUNK) {
            int chunk = Math.min(CHUNK, n - done);
            sigmoidArgument(work, x, xAt + done, chunk);
            negateSize(work, chunk);
            Activations.exp(work, 0, work, 0, chunk);
            addSlope(dx, dxAt + done, dy, dyAt + done, x, xAt + done, work, chunk);
        }
    }

    private static void negateSize(float[] work, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, work, i).abs().neg().intoArray(work, i);
        }
        for (; i < n; i++) {
            work[i] = -Math.abs(work[i]);
        }
    }

    private static void sigmoidArgument(float[] work, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector all = FloatVector.fromArray(S, x, at + i);
            FloatVector above = all.blend(-TANH_LIMIT, all.compare(VectorOperators.LT, -TANH_LIMIT));
            FloatVector t = above.blend(TANH_LIMIT, above.compare(VectorOperators.GT, TANH_LIMIT));
            t.mul(t).fma(FloatVector.broadcast(S, TANH1), FloatVector.broadcast(S, TANH0)).mul(t).intoArray(work, i);
        }
        for (; i < n; i++) {
            float t = limited(x[at + i]);
            work[i] = Math.fma(t * t, TANH1, TANH0) * t;
        }
    }

    private static float limited(float x) {
        return x < -TANH_LIMIT ? -TANH_LIMIT : x > TANH_LIMIT ? TANH_LIMIT : x;
    }

    private static void multiplySigmoid(float[] y, int yAt, float[] x, int xAt, float[] work, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector all = FloatVector.fromArray(S, x, xAt + i);
            all.blend(-TANH_LIMIT, all.compare(VectorOperators.LT, -TANH_LIMIT))
                    .mul(FloatVector.fromArray(S, work, i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            float all = x[xAt + i];
            y[yAt + i] = (all < -TANH_LIMIT ? -TANH_LIMIT : all) * work[i];
        }
    }

    private static void addSlope(float[] dx, int dxAt, float[] dy, int dyAt, float[] x, int xAt, float[] work, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector all = FloatVector.fromArray(S, x, xAt + i);
            FloatVector above = all.blend(-TANH_LIMIT, all.compare(VectorOperators.LT, -TANH_LIMIT));
            FloatVector t = above.blend(TANH_LIMIT, above.compare(VectorOperators.GT, TANH_LIMIT));
            FloatVector e = FloatVector.fromArray(S, work, i);
            FloatVector r = FloatVector.broadcast(S, 1f).div(e.add(1f));
            FloatVector s = r.blend(e.mul(r), t.compare(VectorOperators.LT, 0f));
            FloatVector inner = t.mul(t).fma(FloatVector.broadcast(S, 3 * TANH1), FloatVector.broadcast(S, TANH0));
            FloatVector slope = e.mul(r).mul(r).mul(t).fma(inner, s);
            FloatVector.fromArray(S, dy, dyAt + i).fma(slope, FloatVector.fromArray(S, dx, dxAt + i))
                    .intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            float t = limited(x[xAt + i]);
            float e = work[i];
            float r = 1f / (e + 1f);
            float s = t < 0f ? e * r : r;
            float slope = Math.fma(e * r * r * t, Math.fma(t * t, 3 * TANH1, TANH0), s);
            dx[dxAt + i] = Math.fma(dy[dyAt + i], slope, dx[dxAt + i]);
        }
    }

    /** {@code -|z| Q(|z|)} with {@code z = factor x}. */
    private static void tailArgument(float[] work, float[] x, int at, float factor, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector all = FloatVector.fromArray(S, x, at + i).mul(factor).abs();
            FloatVector t = all.blend(LARGEST, all.compare(VectorOperators.GT, LARGEST));
            FloatVector q = FloatVector.broadcast(S, Q7).fma(t, FloatVector.broadcast(S, Q6))
                    .fma(t, FloatVector.broadcast(S, Q5)).fma(t, FloatVector.broadcast(S, Q4))
                    .fma(t, FloatVector.broadcast(S, Q3)).fma(t, FloatVector.broadcast(S, Q2))
                    .fma(t, FloatVector.broadcast(S, Q1)).fma(t, FloatVector.broadcast(S, Q0));
            q.mul(t).neg().intoArray(work, i);
        }
        for (; i < n; i++) {
            float all = Math.abs(x[at + i] * factor);
            float t = all > LARGEST ? LARGEST : all;
            float q = Math.fma(Math.fma(Math.fma(Q7, t, Q6), t, Q5), t, Q4);
            q = Math.fma(Math.fma(Math.fma(Math.fma(q, t, Q3), t, Q2), t, Q1), t, Q0);
            work[i] = -(q * t);
        }
    }

    private static void densityArgument(float[] work, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            v.mul(v).mul(-0.5f).intoArray(work, CHUNK + i);
        }
        for (; i < n; i++) {
            work[CHUNK + i] = x[at + i] * x[at + i] * -0.5f;
        }
    }

    /** Replaces the exponentials in {@code work} with {@code erf(factor x)}. */
    private static void erfOf(float[] work, float[] x, int at, float factor, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector z = FloatVector.fromArray(S, x, at + i).mul(factor);
            FloatVector s = z.mul(z);
            FloatVector p = FloatVector.broadcast(S, P6).fma(s, FloatVector.broadcast(S, P5))
                    .fma(s, FloatVector.broadcast(S, P4)).fma(s, FloatVector.broadcast(S, P3))
                    .fma(s, FloatVector.broadcast(S, P2)).fma(s, FloatVector.broadcast(S, P1))
                    .fma(s, FloatVector.broadcast(S, P0));
            FloatVector tail = FloatVector.broadcast(S, 1f).sub(FloatVector.fromArray(S, work, i));
            FloatVector signed = tail.blend(tail.neg(), z.compare(VectorOperators.LT, 0f));
            VectorMask<Float> large = z.abs().compare(VectorOperators.GT, BORDER);
            p.mul(z).blend(signed, large).intoArray(work, i);
        }
        for (; i < n; i++) {
            float z = x[at + i] * factor;
            float s = z * z;
            float p = Math.fma(Math.fma(Math.fma(P6, s, P5), s, P4), s, P3);
            p = Math.fma(Math.fma(Math.fma(p, s, P2), s, P1), s, P0);
            float tail = 1f - work[i];
            work[i] = Math.abs(z) > BORDER ? z < 0f ? -tail : tail : p * z;
        }
    }

    private static void combine(float[] y, int yAt, float[] x, int xAt, float[] work, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector half = FloatVector.fromArray(S, x, xAt + i).mul(0.5f);
            half.fma(FloatVector.fromArray(S, work, i), half).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            float half = x[xAt + i] * 0.5f;
            y[yAt + i] = Math.fma(half, work[i], half);
        }
    }

    private static void combineGradient(float[] dx, int dxAt, float[] dy, int dyAt, float[] x, int xAt, float[] work,
            int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector half = FloatVector.broadcast(S, 0.5f);
            FloatVector distribution = FloatVector.fromArray(S, work, i).fma(half, half);
            FloatVector density = FloatVector.fromArray(S, work, CHUNK + i).mul(DENSITY);
            FloatVector slope = FloatVector.fromArray(S, x, xAt + i).fma(density, distribution);
            FloatVector.fromArray(S, dy, dyAt + i).fma(slope, FloatVector.fromArray(S, dx, dxAt + i))
                    .intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            float distribution = Math.fma(work[i], 0.5f, 0.5f);
            float slope = Math.fma(x[xAt + i], work[CHUNK + i] * DENSITY, distribution);
            dx[dxAt + i] = Math.fma(dy[dyAt + i], slope, dx[dxAt + i]);
        }
    }
}
