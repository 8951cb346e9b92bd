package scanline.engine.kernel;

/** Softmax and its cross-entropy, row by row. */
public final class Softmax {
    private Softmax() {}

    /**
     * The probabilities of each row, and its cross-entropy against a smoothed label:
     * {@code (1 - s) nll(label) + s / C sum(nll)} with {@code nll = log(sum(exp(x))) - x}.
     *
     * @param p
     *            [rows, C]
     * @param x
     *            [rows, C]
     * @return the sum of the losses, added in the order of the rows
     */
    public static double crossEntropy(float[] p, float[] x, int[] labels, float smoothing, int rows, int classes) {
        double total = 0;
        for (int row = 0; row < rows; row++) {
            int at = row * classes;
            float max = max(x, at, classes);
            for (int j = 0; j < classes; j++) {
                p[at + j] = x[at + j] - max;
            }
            double mean = 0;
            for (int j = 0; j < classes; j++) {
                mean += p[at + j];
            }
            double shifted = p[at + labels[row]];
            Activations.exp(p, at, p, at, classes);
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                sum += p[at + j];
            }
            float inverse = (float) (1 / sum);
            for (int j = 0; j < classes; j++) {
                p[at + j] *= inverse;
            }
            total += StrictMath.log(sum) - (1 - smoothing) * shifted;
            if (smoothing != 0) { // without it, a logit of -infinity is a class that is ruled out
                total -= smoothing * mean / classes;
            }
        }
        return total;
    }

    /** {@code dx += scale (p - target)}, the target being smoothed likewise. */
    public static void crossEntropyGradient(float[] dx, float[] p, int[] labels, float smoothing, float scale, int rows,
            int classes) {
        float other = smoothing / classes;
        for (int row = 0; row < rows; row++) {
            int at = row * classes;
            for (int j = 0; j < classes; j++) {
                float target = j == labels[row] ? 1f - smoothing + other : other;
                dx[at + j] = Math.fma(scale, p[at + j] - target, dx[at + j]);
            }
        }
    }

    private static float max(float[] x, int at, int n) {
        float max = x[at];
        for (int j = 1; j < n; j++) {
            max = x[at + j] > max ? x[at + j] : max;
        }
        return max;
    }
}
