package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Optimizer steps for n weights w from position {@code at} on, with gradient g, by PyTorch's update rules. */
public final class Updates {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private Updates() {}

    /**
     * Stochastic gradient descent with momentum (Sutskever et al. 2013): {@code g += decay w; v = momentum v + g;
     * w -= rate v}, or with Nesterov's {@code w -= rate (g + momentum v)}: both are
     * {@code w -= rate (own g + ahead v)} with (own, ahead) = (0, 1) or (1, momentum).
     */
    public static void sgd(float[] w, float[] g, float[] v, float rate, float momentum, float own, float ahead,
            float decay, int at, int n) {
        int i = at;
        for (int end = at + S.loopBound(n); i < end; i += S.length()) {
            FloatVector wi = FloatVector.fromArray(S, w, i);
            FloatVector gi = wi.fma(FloatVector.broadcast(S, decay), FloatVector.fromArray(S, g, i));
            FloatVector vi = FloatVector.fromArray(S, v, i).fma(FloatVector.broadcast(S, momentum), gi);
            FloatVector step = vi.fma(FloatVector.broadcast(S, ahead), gi.mul(own));
            step.fma(FloatVector.broadcast(S, -rate), wi).intoArray(w, i);
            vi.intoArray(v, i);
        }
        for (; i < at + n; i++) {
            float gi = Math.fma(w[i], decay, g[i]);
            float vi = Math.fma(v[i], momentum, gi);
            w[i] = Math.fma(Math.fma(vi, ahead, gi * own), -rate, w[i]);
            v[i] = vi;
        }
    }

    /**
     * RMSProp (Tieleman and Hinton 2012): {@code g += decay w; s = alpha s + (1 - alpha) g^2;
     * v = momentum v + g / (sqrt(s) + epsilon); w -= rate v}.
     *
     * @param rest
     *            {@code 1 - alpha}, which would be inexact if computed in float32
     */
    public static void rmsProp(float[] w, float[] g, float[] s, float[] v, float rate, float alpha, float rest,
            float epsilon, float momentum, float decay, int at, int n) {
        int i = at;
        for (int end = at + S.loopBound(n); i < end; i += S.length()) {
            FloatVector wi = FloatVector.fromArray(S, w, i);
            FloatVector gi = wi.fma(FloatVector.broadcast(S, decay), FloatVector.fromArray(S, g, i));
            FloatVector si = gi.mul(gi).mul(rest).add(FloatVector.fromArray(S, s, i).mul(alpha));
            FloatVector vi = FloatVector.fromArray(S, v, i).fma(FloatVector.broadcast(S, momentum),
                    gi.div(si.sqrt().add(epsilon)));
            vi.fma(FloatVector.broadcast(S, -rate), wi).intoArray(w, i);
            si.intoArray(s, i);
            vi.intoArray(v, i);
        }
        for (; i < at + n; i++) {
            float gi = Math.fma(w[i], decay, g[i]);
            float si = gi * gi * rest + s[i] * alpha;
            float vi = Math.fma(v[i], momentum, gi / ((float) Math.sqrt(si) + epsilon));
            w[i] = Math.fma(vi, -rate, w[i]);
            s[i] = si;
            v[i] = vi;
        }
    }

    /**
     * Adam (Kingma and Ba 2015) and, with {@code shrink} below 1, AdamW (Loshchilov and Hutter 2019):
     * {@code w *= shrink; g += decay w; m += (1 - beta1) (g - m); s = beta2 s + (1 - beta2) g^2;
     * w -= stepSize m / (sqrt(s) / correction + epsilon)}.
     *
     * @param rest1
     *            {@code 1 - beta1}, which, like {@code rest2}, would be inexact if computed in float32: 1 - 0.999f is
     *            off by 5e-5
     */
    public static void adam(float[] w, float[] g, float[] m, float[] s, float stepSize, float shrink, float decay,
            float rest1, float beta2, float rest2, float correction, float epsilon, int at, int n) {
        int i = at;
        for (int end = at + S.loopBound(n); i < end; i += S.length()) {
            FloatVector wi = FloatVector.fromArray(S, w, i).mul(shrink);
            FloatVector gi = wi.fma(FloatVector.broadcast(S, decay), FloatVector.fromArray(S, g, i));
            FloatVector before = FloatVector.fromArray(S, m, i);
            FloatVector mi = gi.sub(before).fma(FloatVector.broadcast(S, rest1), before);
            FloatVector si = gi.mul(gi).mul(rest2).add(FloatVector.fromArray(S, s, i).mul(beta2));
            FloatVector root = si.sqrt().div(correction).add(epsilon);
            mi.div(root).fma(FloatVector.broadcast(S, -stepSize), wi).intoArray(w, i);
            mi.intoArray(m, i);
            si.intoArray(s, i);
        }
        for (; i < at + n; i++) {
            float wi = w[i] * shrink;
            float gi = Math.fma(wi, decay, g[i]);
            float mi = Math.fma(gi - m[i], rest1, m[i]);
            float si = gi * gi * rest2 + s[i] * beta2;
            float root = (float) Math.sqrt(si) / correction + epsilon;
            w[i] = Math.fma(mi / root, -stepSize, wi);
            m[i] = mi;
            s[i] = si;
        }
    }
}
