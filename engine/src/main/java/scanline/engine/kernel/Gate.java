package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.GateShape;

/**
 * The product with a gate, {@code y = v sigmoid(w)} (Dauphin et al. 2017). The sigmoids of a chunk stay in the
 * first-level cache; the backward pass computes them again, so that none is stored.
 */
public final class Gate {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int CHUNK = 512;
    private static final ThreadLocal<float[]> WORK = ThreadLocal.withInitial(() -> new float[CHUNK]);

    private Gate() {}

    /** Sets the elements {@code from} to {@code end} of y, counted row by row. */
    public static void gate(float[] y, float[] v, float[] w, GateShape shape, int from, int end) {
        for (int at = from; at < end;) {
            int place = at / shape.n() * shape.stride() + at % shape.n();
            int n = Math.min(CHUNK, Math.min(end - at, shape.n() - at % shape.n()));
            Activations.sigmoid(y, at, w, shape.gatesAt() + place, n);
            Elementwise.multiply(y, at, y, at, v, shape.valuesAt() + place, n);
            at += n;
        }
    }

    /** Adds to the gradients for the elements {@code from} to {@code end} of y; one that is null is not computed. */
    public static void gradient(float @Nullable [] dv, float @Nullable [] dw, float[] dy, float[] v, float[] w,
            GateShape shape, int from, int end) {
        float[] gates = WORK.get();
        for (int at = from; at < end;) {
            int place = at / shape.n() * shape.stride() + at % shape.n();
            int n = Math.min(CHUNK, Math.min(end - at, shape.n() - at % shape.n()));
            Activations.sigmoid(gates, 0, w, shape.gatesAt() + place, n);
            if (dv != null) {
                valueGradient(dv, shape.valuesAt() + place, dy, at, gates, n);
            }
            if (dw != null) {
                gateGradient(dw, shape.gatesAt() + place, dy, at, v, shape.valuesAt() + place, gates, n);
            }
            at += n;
        }
    }

    /** {@code dv += dy s}. */
    private static void valueGradient(float[] dv, int dvAt, float[] dy, int dyAt, float[] s, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, dy, dyAt + i)
                    .fma(FloatVector.fromArray(S, s, i), FloatVector.fromArray(S, dv, dvAt + i))
                    .intoArray(dv, dvAt + i);
        }
        for (; i < n; i++) {
            dv[dvAt + i] = Math.fma(dy[dyAt + i], s[i], dv[dvAt + i]);
        }
    }

    /** {@code dw += dy v s (1 - s)}. */
    private static void gateGradient(float[] dw, int dwAt, float[] dy, int dyAt, float[] v, int vAt, float[] s, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector gate = FloatVector.fromArray(S, s, i);
            FloatVector.fromArray(S, dy, dyAt + i).mul(FloatVector.fromArray(S, v, vAt + i))
                    .fma(gate.sub(gate.mul(gate)), FloatVector.fromArray(S, dw, dwAt + i)).intoArray(dw, dwAt + i);
        }
        for (; i < n; i++) {
            dw[dwAt + i] = Math.fma(dy[dyAt + i] * v[vAt + i], s[i] - s[i] * s[i], dw[dwAt + i]);
        }
    }
}
