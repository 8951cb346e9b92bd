package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise operations over blocks of n floats that start at given positions. */
public final class Elementwise {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private Elementwise() {}

    /** {@code y = a + b}. */
    public static void add(float[] y, float[] a, float[] b, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, a, at + i).add(FloatVector.fromArray(S, b, at + i)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = a[at + i] + b[at + i];
        }
    }

    /** {@code y = a - b}. */
    public static void subtract(float[] y, float[] a, float[] b, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, a, at + i).sub(FloatVector.fromArray(S, b, at + i)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = a[at + i] - b[at + i];
        }
    }

    /** {@code y += x}. */
    public static void accumulate(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, yAt + i).add(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] += x[xAt + i];
        }
    }

    /** {@code y += weight (x - y)}. */
    public static void interpolate(float[] y, float[] x, float weight, int at, int n) {
        int end = at + S.loopBound(n);
        FloatVector weights = FloatVector.broadcast(S, weight);
        int i = at;
        for (; i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, y, i);
            FloatVector.fromArray(S, x, i).sub(v).fma(weights, v).intoArray(y, i);
        }
        for (; i < at + n; i++) {
            y[i] = Math.fma(weight, x[i] - y[i], y[i]);
        }
    }

    /** {@code y = a b}. */
    public static void multiply(float[] y, int yAt, float[] a, int aAt, float[] b, int bAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, a, aAt + i).mul(FloatVector.fromArray(S, b, bAt + i)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    /** {@code y += a b}. */
    public static void multiplyAdd(float[] y, float[] a, float[] b, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, a, at + i)
                    .fma(FloatVector.fromArray(S, b, at + i), FloatVector.fromArray(S, y, at + i)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = Math.fma(a[at + i], b[at + i], y[at + i]);
        }
    }

    /** {@code y = a / b}. */
    public static void divide(float[] y, float[] a, float[] b, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, a, at + i).div(FloatVector.fromArray(S, b, at + i)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = a[at + i] / b[at + i];
        }
    }

    /** {@code y += a / b}. */
    public static void divideAdd(float[] y, float[] a, float[] b, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, at + i)
                    .add(FloatVector.fromArray(S, a, at + i).div(FloatVector.fromArray(S, b, at + i)))
                    .intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] += a[at + i] / b[at + i];
        }
    }

    /** {@code db -= dy y / b}, the gradient of the divisor of {@code y = a / b}. */
    public static void divisorGradient(float[] db, float[] dy, float[] b, float[] y, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector slope = FloatVector.fromArray(S, y, at + i).div(FloatVector.fromArray(S, b, at + i)).neg();
            FloatVector.fromArray(S, dy, at + i).fma(slope, FloatVector.fromArray(S, db, at + i))
                    .intoArray(db, at + i);
        }
        for (; i < n; i++) {
            db[at + i] = Math.fma(dy[at + i], -(y[at + i] / b[at + i]), db[at + i]);
        }
    }

    /** {@code y = sqrt(x)}. */
    public static void sqrt(float[] y, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, x, at + i).sqrt().intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = (float) Math.sqrt(x[at + i]);
        }
    }

    /** {@code dx += dy / (2 y)}. */
    public static void sqrtGradient(float[] dx, float[] dy, float[] y, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector.fromArray(S, dx, at + i).add(FloatVector.fromArray(S, dy, at + i).div(v.add(v)))
                    .intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            dx[at + i] += dy[at + i] / (y[at + i] + y[at + i]);
        }
    }

    /** {@code y = |x|}. */
    public static void abs(float[] y, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, x, at + i).abs().intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] = Math.abs(x[at + i]);
        }
    }

    /** {@code dx += dy} where x is positive, {@code dx -= dy} where it is negative. */
    public static void absGradient(float[] dx, float[] dy, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector g = FloatVector.fromArray(S, dy, at + i);
            FloatVector signed = g.blend(g.neg(), v.compare(VectorOperators.LT, 0f));
            FloatVector.fromArray(S, dx, at + i).add(signed.blend(0f, v.compare(VectorOperators.EQ, 0f)))
                    .intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            float v = x[at + i];
            float signed = v < 0f ? -dy[at + i] : dy[at + i];
            dx[at + i] += v == 0f ? 0f : signed;
        }
    }

    /** {@code dx += 2 dy x}. */
    public static void squareGradient(float[] dx, float[] dy, float[] x, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector.fromArray(S, dy, at + i).fma(v.add(v), FloatVector.fromArray(S, dx, at + i))
                    .intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            dx[at + i] = Math.fma(dy[at + i], x[at + i] + x[at + i], dx[at + i]);
        }
    }

    /** {@code y += factor x}, with the product rounded before it is added. */
    public static void addScaled(float[] y, int yAt, float[] x, int xAt, float factor, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, yAt + i).add(FloatVector.fromArray(S, x, xAt + i).mul(factor))
                    .intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] += x[xAt + i] * factor;
        }
    }

    /** {@code y += value}. */
    public static void addConstant(float[] y, float value, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, at + i).add(value).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] += value;
        }
    }

    /** {@code y *= factor}. */
    public static void scale(float[] y, float factor, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, y, at + i).mul(factor).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] *= factor;
        }
    }

    /** Limits y to the range from -bound to bound; NaN is preserved. */
    public static void clamp(float[] y, float bound, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector above = v.blend(-bound, v.compare(VectorOperators.LT, -bound));
            above.blend(bound, above.compare(VectorOperators.GT, bound)).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            float v = y[at + i];
            y[at + i] = v < -bound ? -bound : v > bound ? bound : v;
        }
    }

    /** {@code y = x} where x is positive, else 0; NaN is preserved. */
    public static void relu(float[] y, int yAt, float[] x, int xAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, xAt + i);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            float v = x[xAt + i];
            y[yAt + i] = v <= 0f ? 0f : v;
        }
    }

    /** {@code dx += dy} where y is positive. */
    public static void reluGradient(float[] dx, int dxAt, float[] dy, int dyAt, float[] y, int yAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector g = FloatVector.fromArray(S, dy, dyAt + i);
            FloatVector.fromArray(S, dx, dxAt + i)
                    .add(g.blend(0f, FloatVector.fromArray(S, y, yAt + i).compare(VectorOperators.LE, 0f)))
                    .intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            dx[dxAt + i] += y[yAt + i] <= 0f ? 0f : dy[dyAt + i];
        }
    }

    /** {@code dx += dy y (1 - y)}. */
    public static void sigmoidGradient(float[] dx, float[] dy, float[] y, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector.fromArray(S, dy, at + i).fma(v.sub(v.mul(v)), FloatVector.fromArray(S, dx, at + i))
                    .intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            float v = y[at + i];
            dx[at + i] = Math.fma(dy[at + i], v - v * v, dx[at + i]);
        }
    }

    /** {@code dx += dy (1 - y^2)}. */
    public static void tanhGradient(float[] dx, float[] dy, float[] y, int at, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector.fromArray(S, dy, at + i)
                    .fma(FloatVector.broadcast(S, 1f).sub(v.mul(v)), FloatVector.fromArray(S, dx, at + i))
                    .intoArray(dx, at + i);
        }
        for (; i < n; i++) {
            float v = y[at + i];
            dx[at + i] = Math.fma(dy[at + i], 1f - v * v, dx[at + i]);
        }
    }
}
