package scanline.engine.kernel;

/** Softmax, its logarithm and its cross-entropy, row by row. */
public final class Softmax {
    private static final int CHUNK = 512;
    private static final ThreadLocal<float[]> WORK = ThreadLocal.withInitial(() -> new float[CHUNK]);

    private Softmax() {}

    /**
     * Computes the probabilities of each row, and its cross-entropy against a smoothed label: {@code (1 - s) nll(label)
     * + s / C sum(nll)} with {@code nll = log(sum(exp(x))) - x}. A row with a negative label only has probabilities.
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
            shift(p, x, at, classes);
            if (labels[row] < 0) {
                normalize(p, at, classes);
                continue;
            }
            double mean = 0;
            for (int j = 0; j < classes; j++) {
                mean += p[at + j];
            }
            double shifted = p[at + labels[row]];
            total += StrictMath.log(normalize(p, at, classes)) - (1 - smoothing) * shifted;
            if (smoothing != 0) { // without smoothing, a logit of -infinity rules a class out
                total -= smoothing * mean / classes;
            }
        }
        return total;
    }

    /** {@code dx += scale (p - target)}, with the target smoothed likewise; rows with a negative label are skipped. */
    public static void crossEntropyGradient(float[] dx, float[] p, int[] labels, float smoothing, float scale, int rows,
            int classes) {
        float other = smoothing / classes;
        for (int row = 0; row < rows; row++) {
            if (labels[row] < 0) {
                continue;
            }
            int at = row * classes;
            for (int j = 0; j < classes; j++) {
                float target = j == labels[row] ? 1f - smoothing + other : other;
                dx[at + j] = Math.fma(scale, p[at + j] - target, dx[at + j]);
            }
        }
    }

    /** Returns the number of labels that are not negative. */
    public static int counted(int[] labels, int rows) {
        int counted = 0;
        for (int row = 0; row < rows; row++) {
            counted += labels[row] < 0 ? 0 : 1;
        }
        return counted;
    }

    /** {@code y = exp(x) / sum(exp(x))} of rows {@code from..to}, [rows, n]. */
    public static void softmax(float[] y, float[] x, int from, int to, int n) {
        for (int row = from; row < to; row++) {
            shift(y, x, row * n, n);
            normalize(y, row * n, n);
        }
    }

    /** {@code dx += y (dy - sum(y dy))} of rows {@code from..to}, [rows, n]. */
    public static void softmaxGradient(float[] dx, float[] dy, float[] y, int from, int to, int n) {
        for (int row = from; row < to; row++) {
            int at = row * n;
            float sum = 0;
            for (int j = 0; j < n; j++) {
                sum = Math.fma(y[at + j], dy[at + j], sum);
            }
            for (int j = 0; j < n; j++) {
                dx[at + j] = Math.fma(y[at + j], dy[at + j] - sum, dx[at + j]);
            }
        }
    }

    /** {@code y = x - log(sum(exp(x)))} of rows {@code from..to}, [rows, n]. */
    public static void logSoftmax(float[] y, float[] x, int from, int to, int n) {
        float[] work = WORK.get();
        for (int row = from; row < to; row++) {
            int at = row * n;
            shift(y, x, at, n);
            double sum = 0;
            for (int done = 0; done < n; done += CHUNK) {
                int chunk = Math.min(CHUNK, n - done);
                Activations.exp(work, 0, y, at + done, chunk);
                for (int j = 0; j < chunk; j++) {
                    sum += work[j];
                }
            }
            Elementwise.addConstant(y, (float) -StrictMath.log(sum), at, n);
        }
    }

    /** {@code dx += dy - exp(y) sum(dy)} of rows {@code from..to}, [rows, n]. */
    public static void logSoftmaxGradient(float[] dx, float[] dy, float[] y, int from, int to, int n) {
        float[] work = WORK.get();
        for (int row = from; row < to; row++) {
            int at = row * n;
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += dy[at + j];
            }
            float negative = (float) -sum;
            for (int done = 0; done < n; done += CHUNK) {
                int chunk = Math.min(CHUNK, n - done);
                Activations.exp(work, 0, y, at + done, chunk);
                for (int j = 0; j < chunk; j++) {
                    dx[at + done + j] += Math.fma(negative, work[j], dy[at + done + j]);
                }
            }
        }
    }

    /** {@code y = x - max(x)}, so that no exponential overflows. */
    private static void shift(float[] y, float[] x, int at, int n) {
        float max = x[at];
        for (int j = 1; j < n; j++) {
            max = x[at + j] > max ? x[at + j] : max;
        }
        for (int j = 0; j < n; j++) {
            y[at + j] = x[at + j] - max;
        }
    }

    /** {@code y = exp(y) / sum(exp(y))}; returns the sum. */
    private static double normalize(float[] y, int at, int n) {
        Activations.exp(y, at, y, at, n);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += y[at + j];
        }
        float inverse = (float) (1 / sum);
        for (int j = 0; j < n; j++) {
            y[at + j] *= inverse;
        }
        return sum;
    }
}
