package scanline.engine.nn;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The spectrum of HiPPO-N, the normal part of the HiPPO-LegS matrix, from which diagonal state-space models start (Gu,
 * Gupta et al. 2022, "On the Parameterization and Initialization of Diagonal State Space Models", section 4).
 *
 * <p>
 * {@code S = A + p p^T} with {@code p_n = sqrt(n + 1/2)} is {@code -I/2 + K}, where K is skew-symmetric with
 * {@code K[n, k] = -sqrt((2n + 1)(2k + 1)) / 2} below the diagonal. Its eigenvalues are the pairs {@code -1/2 +- i w}.
 * This class has those with a positive w, by decreasing w, and their eigenvectors v of norm 1, whose phase is such that
 * {@code p^T v} is positive.
 */
final class Hippo {
    // One-sided Jacobi rotations stop when all columns are orthogonal to this precision.
    private static final double PRECISION = 1e-15;

    private final int size;
    private final double[] frequencies;
    private final double[] real;
    private final double[] imaginary;

    private Hippo(int size) {
        this.size = size;
        frequencies = new double[size / 2];
        real = new double[size * (size / 2)];
        imaginary = new double[size * (size / 2)];
    }

    /**
     * Computes the spectrum.
     *
     * @param size
     *            N, the size of the matrix
     * @throws IllegalArgumentException
     *             if N is not a positive even number
     */
    static Hippo of(int size) {
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("the size of HiPPO-N must be even and at least 2, not " + size);
        }
        Hippo hippo = new Hippo(size);
        double[][] k = skew(size);
        double[][] planes = skew(size);
        orthogonalize(planes);
        Arrays.sort(planes, Comparator.comparingDouble(column -> -dot(column, column)));
        for (int pair = 0; pair < size / 2; pair++) {
            hippo.fill(pair, k, planes[2 * pair], planes[2 * pair + 1]);
        }
        return hippo;
    }

    /** N. */
    int size() {
        return size;
    }

    /** w of an eigenvalue {@code -1/2 + i w}, numbered from the largest. */
    double frequency(int pair) {
        return frequencies[pair];
    }

    /** The real part of component n of an eigenvector. */
    double real(int n, int pair) {
        return real[n * (size / 2) + pair];
    }

    /** The imaginary part of component n of an eigenvector. */
    double imaginary(int n, int pair) {
        return imaginary[n * (size / 2) + pair];
    }

    private static double[][] skew(int size) {
        double[][] k = new double[size][size];
        for (int n = 0; n < size; n++) {
            for (int m = 0; m < n; m++) {
                k[n][m] = -Math.sqrt((2.0 * n + 1) * (2.0 * m + 1)) / 2;
                k[m][n] = -k[n][m];
            }
        }
        return k;
    }

    /**
     * Rotates the columns of K in pairs until all are orthogonal (Hestenes 1958). Each then lies in one invariant plane
     * of K and has the length w of its eigenvalues, two columns for each plane. Real arithmetic in double is enough, and
     * small eigenvalues are as accurate as large ones.
     *
     * @param columns
     *            K, whose rows are its columns with the opposite sign
     */
    private static void orthogonalize(double[][] columns) {
        boolean rotated = true;
        while (rotated) {
            rotated = false;
            for (int i = 0; i < columns.length; i++) {
                for (int j = i + 1; j < columns.length; j++) {
                    rotated |= rotate(columns[i], columns[j]);
                }
            }
        }
    }

    private static boolean rotate(double[] x, double[] y) {
        double xx = dot(x, x);
        double yy = dot(y, y);
        double xy = dot(x, y);
        if (Math.abs(xy) <= PRECISION * x.length * Math.sqrt(xx * yy)) {
            return false;
        }
        double zeta = (yy - xx) / (2 * xy);
        double tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        double sine = cosine * tangent;
        for (int n = 0; n < x.length; n++) {
            double before = x[n];
            x[n] = cosine * before - sine * y[n];
            y[n] = sine * before + cosine * y[n];
        }
        return true;
    }

    /**
     * Stores a pair, given the two columns of its plane. Their unit vectors a and b satisfy {@code K a = w b} and
     * {@code K b = -w a}, or the same with -b, so {@code K (a - i b) = i w (a - i b)}.
     */
    private void fill(int pair, double[][] k, double[] first, double[] second) {
        double w = Math.sqrt(dot(first, first));
        double length = Math.sqrt(dot(second, second));
        double turn = 0;
        for (int n = 0; n < size; n++) {
            turn += second[n] * dot(k[n], first);
        }
        double sign = turn < 0 ? -1 : 1;
        double pa = 0;
        double pb = 0;
        for (int n = 0; n < size; n++) {
            pa += Math.sqrt(n + 0.5) * first[n] / w;
            pb += Math.sqrt(n + 0.5) * sign * second[n] / length;
        }
        // v = (a - i b) (pa + i pb) / |pa + i pb| / sqrt(2) has p^T v > 0. p^T v cannot be zero: v would be an
        // eigenvector of A, whose eigenvalues are real.
        double norm = Math.sqrt(2 * (pa * pa + pb * pb));
        frequencies[pair] = w;
        for (int n = 0; n < size; n++) {
            double a = first[n] / w;
            double b = sign * second[n] / length;
            real[n * (size / 2) + pair] = (a * pa + b * pb) / norm;
            imaginary[n * (size / 2) + pair] = (a * pb - b * pa) / norm;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
