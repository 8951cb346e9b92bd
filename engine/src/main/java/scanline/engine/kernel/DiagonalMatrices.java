package scanline.engine.kernel;

import scanline.engine.geometry.DiagonalKind;
import scanline.engine.geometry.DiagonalShape;
import scanline.engine.geometry.DiagonalWeights;

/**
 * The matrices of a diagonal recurrence in real arithmetic. With the states as rows {@code [Re x, Im x]}, a layer is
 *
 * <pre>
 * v = u Bd^T        Bd = [Re(p B), Im(p B)]        [2 N, H]
 * x = l x' + v
 * y = x E^T + D u   E = [f Re C, -f Im C]          [H, 2 N]
 * </pre>
 *
 * {@link DiagonalKind} says how l and p follow from the weights. They are computed in double precision, once a pass, and
 * so are the gradients of the weights from those of l, Bd and E.
 */
final class DiagonalMatrices {
    private static final int L = 0;
    private static final int P = 2;
    private static final int EIGENVALUE = 4;
    private static final int STEP = 6;

    // l, p, the eigenvalue of S5, each with real and imaginary part, and its step size.
    private static final ThreadLocal<double[]> NUMBERS = ThreadLocal.withInitial(() -> new double[STEP + 1]);

    private DiagonalMatrices() {}

    /**
     * Computes l, [2, N], Bd and E for states {@code from..to}.
     *
     * @param m
     *            receives them, from {@code lAt}, {@code bAt} and {@code eAt} on
     */
    static void fill(float[] m, int lAt, int bAt, int eAt, DiagonalWeights<float[]> w, DiagonalKind kind,
            DiagonalShape shape, int from, int to) {
        int n = shape.states();
        int h = shape.features();
        float factor = kind.factor();
        double[] c = NUMBERS.get();
        for (int s = from; s < to; s++) {
            discretize(c, w, kind, s);
            m[lAt + s] = (float) c[L];
            m[lAt + n + s] = (float) c[L + 1];
            for (int j = 0; j < h; j++) {
                double re = w.bRe()[s * h + j];
                double im = w.bIm()[s * h + j];
                m[bAt + s * h + j] = (float) (c[P] * re - c[P + 1] * im);
                m[bAt + (n + s) * h + j] = (float) (c[P] * im + c[P + 1] * re);
                m[eAt + j * 2 * n + s] = factor * w.cRe()[j * n + s];
                m[eAt + j * 2 * n + n + s] = -factor * w.cIm()[j * n + s];
            }
        }
    }

    /**
     * Adds to the gradients of the weights of states {@code from..to}; each is skipped if null.
     *
     * @param sums
     *            the gradients of l, [2, N], from {@code lAt} on, of Bd from {@code bAt} on, and of the transpose of E
     *            from {@code eAt} on
     */
    static void addGradients(DiagonalWeights<float[]> dw, float[] sums, int lAt, int bAt, int eAt,
            DiagonalWeights<float[]> w, DiagonalKind kind, DiagonalShape shape, int from, int to) {
        int n = shape.states();
        int h = shape.features();
        float factor = kind.factor();
        double[] c = NUMBERS.get();
        for (int s = from; s < to; s++) {
            discretize(c, w, kind, s);
            double pr = 0;
            double pi = 0;
            for (int j = 0; j < h; j++) {
                double re = sums[bAt + s * h + j];
                double im = sums[bAt + (n + s) * h + j];
                double br = w.bRe()[s * h + j];
                double bi = w.bIm()[s * h + j];
                // dp = sum conj(B) dBd, dB = conj(p) dBd
                pr += br * re + bi * im;
                pi += br * im - bi * re;
                if (dw.bRe() != null) {
                    dw.bRe()[s * h + j] += (float) (c[P] * re + c[P + 1] * im);
                }
                if (dw.bIm() != null) {
                    dw.bIm()[s * h + j] += (float) (c[P] * im - c[P + 1] * re);
                }
                if (dw.cRe() != null) {
                    dw.cRe()[j * n + s] += factor * sums[eAt + s * h + j];
                }
                if (dw.cIm() != null) {
                    dw.cIm()[j * n + s] -= factor * sums[eAt + (n + s) * h + j];
                }
            }
            addGradients(dw, c, sums[lAt + s], sums[lAt + n + s], pr, pi, w, kind, s);
        }
    }

    /** Adds to the gradients of the numbers of a state, from those of l and p. */
    private static void addGradients(DiagonalWeights<float[]> dw, double[] c, double lr, double li, double pr,
            double pi, DiagonalWeights<float[]> w, DiagonalKind kind, int s) {
        if (kind == DiagonalKind.LRU) {
            // q = conj(l) dl
            double qr = c[L] * lr + c[L + 1] * li;
            double qi = c[L] * li - c[L + 1] * lr;
            add(dw.decay(), s, -StrictMath.exp(w.decay()[s]) * qr);
            add(dw.frequency(), s, StrictMath.exp(w.frequency()[s]) * qi);
            add(dw.scale(), s, c[P] * pr);
            return;
        }
        double er = c[EIGENVALUE];
        double ei = c[EIGENVALUE + 1];
        double square = er * er + ei * ei;
        // r = conj(1 / L) dp, and with p = (l - 1) / L it is a part of the gradient of l: q = conj(l) (dl + r)
        double rr = (er * pr - ei * pi) / square;
        double ri = (er * pi + ei * pr) / square;
        double qr = c[L] * (lr + rr) + c[L + 1] * (li + ri);
        double qi = c[L] * (li + ri) - c[L + 1] * (lr + rr);
        // dL = step q - conj(p) r, dstep = Re(conj(L) q)
        boolean clipped = kind == DiagonalKind.S5_CLIPPED && w.decay()[s] > DiagonalKind.LARGEST_REAL_PART;
        add(dw.decay(), s, clipped ? 0 : c[STEP] * qr - (c[P] * rr + c[P + 1] * ri));
        add(dw.frequency(), s, c[STEP] * qi - (c[P] * ri - c[P + 1] * rr));
        add(dw.scale(), s, c[STEP] * (er * qr + ei * qi));
    }

    @SuppressWarnings("NullAway") // a gradient that is not needed is null
    private static void add(float[] gradient, int s, double value) {
        if (gradient != null) {
            gradient[s] += (float) value;
        }
    }

    private static void discretize(double[] c, DiagonalWeights<float[]> w, DiagonalKind kind, int s) {
        double decay = w.decay()[s];
        double frequency = w.frequency()[s];
        double scale = StrictMath.exp(w.scale()[s]);
        if (kind == DiagonalKind.LRU) {
            double magnitude = StrictMath.exp(-StrictMath.exp(decay));
            double angle = StrictMath.exp(frequency);
            c[L] = magnitude * Trigonometry.cos(angle);
            c[L + 1] = magnitude * Trigonometry.sin(angle);
            c[P] = scale;
            c[P + 1] = 0;
            return;
        }
        double er = kind == DiagonalKind.S5_CLIPPED ? Math.min(decay, DiagonalKind.LARGEST_REAL_PART) : decay;
        double angle = frequency * scale;
        double magnitude = StrictMath.exp(er * scale);
        double sine = Trigonometry.sin(angle);
        double half = Trigonometry.sin(angle / 2);
        double cosine = 1 - 2 * half * half;
        c[L] = magnitude * cosine;
        c[L + 1] = magnitude * sine;
        // l - 1 without the cancellation of numbers close to 1
        double re = StrictMath.expm1(er * scale) * cosine - 2 * half * half;
        double im = c[L + 1];
        double square = er * er + frequency * frequency;
        c[P] = (re * er + im * frequency) / square;
        c[P + 1] = (im * er - re * frequency) / square;
        c[EIGENVALUE] = er;
        c[EIGENVALUE + 1] = frequency;
        c[STEP] = scale;
    }
}
