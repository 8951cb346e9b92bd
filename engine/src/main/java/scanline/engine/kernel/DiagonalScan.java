package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The recurrences of a diagonal state, forward and backward, over a tile of rows. A row has the real parts of N states
 * and then their imaginary parts; the rows of a step are those of its sequences. Lanes hold different states, so no sum
 * crosses lanes.
 *
 * <p>
 * A state that gets no input decays below 2^-126, where processors are a hundred times slower, and would stay there. So
 * what is smaller than {@value #TINY} becomes zero, after each step, because a stream does not know its place in a
 * chunk.
 */
final class DiagonalScan {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final float TINY = 1e-25f;

    private DiagonalScan() {}

    /**
     * {@code x_t = l x_(t-1) + x_t} for states {@code from..to}: the tile holds the inputs of the states before, and the
     * states after.
     *
     * @param x
     *            [steps, sequences, 2 N]
     * @param before
     *            the states before the first step; rows are {@code ldBefore} apart, 0 for one row that serves all
     * @param l
     *            real and imaginary parts, [2, N]
     */
    static void forward(float[] x, int at, float[] before, int beforeAt, int ldBefore, float[] l, int lAt, int steps,
            int sequences, int n, int from, int to) {
        for (int b = 0; b < sequences; b++) {
            forward(x, at + b * 2 * n, before, beforeAt + b * ldBefore, l, lAt, n, from, to);
        }
        int last = at + steps * sequences * 2 * n;
        int step = sequences * 2 * n;
        for (int row = at + step; row < last; row += 2 * n) {
            forward(x, row, x, row - step, l, lAt, n, from, to);
        }
    }

    private static void forward(float[] x, int at, float[] before, int beforeAt, float[] l, int lAt, int n, int from,
            int to) {
        int p = from;
        for (int end = from + S.loopBound(to - from); p < end; p += S.length()) {
            FloatVector lr = FloatVector.fromArray(S, l, lAt + p);
            FloatVector li = FloatVector.fromArray(S, l, lAt + n + p);
            FloatVector br = FloatVector.fromArray(S, before, beforeAt + p);
            FloatVector bi = FloatVector.fromArray(S, before, beforeAt + n + p);
            FloatVector re = br.fma(lr, bi.neg().fma(li, FloatVector.fromArray(S, x, at + p)));
            FloatVector im = bi.fma(lr, br.fma(li, FloatVector.fromArray(S, x, at + n + p)));
            flush(re).intoArray(x, at + p);
            flush(im).intoArray(x, at + n + p);
        }
        for (; p < to; p++) {
            float lr = l[lAt + p];
            float li = l[lAt + n + p];
            float br = before[beforeAt + p];
            float bi = before[beforeAt + n + p];
            x[at + p] = flush(Math.fma(br, lr, Math.fma(-bi, li, x[at + p])));
            x[at + n + p] = flush(Math.fma(bi, lr, Math.fma(br, li, x[at + n + p])));
        }
    }

    /**
     * {@code m_t = m_t + conj(l) m_(t+1)} for states {@code from..to}, from the last step to the first.
     *
     * @param m
     *            [steps, sequences, 2 N]
     * @param after
     *            those after the last step, [sequences, 2 N]
     */
    static void backward(float[] m, int at, float[] after, int afterAt, float[] l, int lAt, int steps, int sequences,
            int n, int from, int to) {
        int step = sequences * 2 * n;
        int last = at + (steps - 1) * step;
        for (int b = 0; b < sequences; b++) {
            backward(m, last + b * 2 * n, after, afterAt + b * 2 * n, l, lAt, n, from, to);
        }
        for (int t = steps - 2; t >= 0; t--) {
            for (int b = 0; b < sequences; b++) {
                int row = at + t * step + b * 2 * n;
                backward(m, row, m, row + step, l, lAt, n, from, to);
            }
        }
    }

    private static void backward(float[] m, int at, float[] after, int afterAt, float[] l, int lAt, int n, int from,
            int to) {
        int p = from;
        for (int end = from + S.loopBound(to - from); p < end; p += S.length()) {
            FloatVector lr = FloatVector.fromArray(S, l, lAt + p);
            FloatVector li = FloatVector.fromArray(S, l, lAt + n + p);
            FloatVector ar = FloatVector.fromArray(S, after, afterAt + p);
            FloatVector ai = FloatVector.fromArray(S, after, afterAt + n + p);
            FloatVector re = ar.fma(lr, ai.fma(li, FloatVector.fromArray(S, m, at + p)));
            FloatVector im = ai.fma(lr, ar.neg().fma(li, FloatVector.fromArray(S, m, at + n + p)));
            flush(re).intoArray(m, at + p);
            flush(im).intoArray(m, at + n + p);
        }
        for (; p < to; p++) {
            float lr = l[lAt + p];
            float li = l[lAt + n + p];
            float ar = after[afterAt + p];
            float ai = after[afterAt + n + p];
            m[at + p] = flush(Math.fma(ar, lr, Math.fma(ai, li, m[at + p])));
            m[at + n + p] = flush(Math.fma(ai, lr, Math.fma(-ar, li, m[at + n + p])));
        }
    }

    /**
     * {@code dl += m conj(x)} for states {@code from..to}, over some rows: those of m from {@code at} on, and those of
     * the states one step earlier from {@code xAt} on.
     */
    static void addProducts(float[] dl, int dlAt, float[] m, int at, float[] x, int xAt, int rows, int n, int from,
            int to) {
        int p = from;
        for (int end = from + S.loopBound(to - from); p < end; p += S.length()) {
            FloatVector re = FloatVector.fromArray(S, dl, dlAt + p);
            FloatVector im = FloatVector.fromArray(S, dl, dlAt + n + p);
            for (int row = 0; row < rows; row++) {
                int i = row * 2 * n + p;
                FloatVector mr = FloatVector.fromArray(S, m, at + i);
                FloatVector mi = FloatVector.fromArray(S, m, at + i + n);
                FloatVector xr = FloatVector.fromArray(S, x, xAt + i);
                FloatVector xi = FloatVector.fromArray(S, x, xAt + i + n);
                re = mi.fma(xi, mr.fma(xr, re));
                im = mr.neg().fma(xi, mi.fma(xr, im));
            }
            re.intoArray(dl, dlAt + p);
            im.intoArray(dl, dlAt + n + p);
        }
        for (; p < to; p++) {
            float re = dl[dlAt + p];
            float im = dl[dlAt + n + p];
            for (int row = 0; row < rows; row++) {
                int i = row * 2 * n + p;
                re = Math.fma(m[at + i + n], x[xAt + i + n], Math.fma(m[at + i], x[xAt + i], re));
                im = Math.fma(-m[at + i], x[xAt + i + n], Math.fma(m[at + i + n], x[xAt + i], im));
            }
            dl[dlAt + p] = re;
            dl[dlAt + n + p] = im;
        }
    }

    /** {@code y = a d} for rows of y and a, and one row d. */
    static void scaleRows(float[] y, int yAt, float[] a, int aAt, float[] d, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            Elementwise.multiply(y, yAt + row * n, a, aAt + row * n, d, 0, n);
        }
    }

    /** {@code dd += a b}, summed over rows. */
    static void addRows(float[] dd, int ddAt, float[] a, int aAt, float[] b, int bAt, int rows, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector sum = FloatVector.fromArray(S, dd, ddAt + i);
            for (int row = 0; row < rows; row++) {
                sum = FloatVector.fromArray(S, a, aAt + row * n + i)
                        .fma(FloatVector.fromArray(S, b, bAt + row * n + i), sum);
            }
            sum.intoArray(dd, ddAt + i);
        }
        for (; i < n; i++) {
            float sum = dd[ddAt + i];
            for (int row = 0; row < rows; row++) {
                sum = Math.fma(a[aAt + row * n + i], b[bAt + row * n + i], sum);
            }
            dd[ddAt + i] = sum;
        }
    }

    private static FloatVector flush(FloatVector x) {
        return x.blend(0f, x.abs().compare(VectorOperators.LT, TINY));
    }

    private static float flush(float x) {
        return Math.abs(x) < TINY ? 0f : x;
    }
}
