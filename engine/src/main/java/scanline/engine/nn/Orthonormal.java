package scanline.engine.nn;

/** Orthonormalization of the columns of a matrix, or of its rows if there are fewer of them. */
final class Orthonormal {
    // After one pass, rounding errors leave the vectors slightly oblique; a second pass makes them orthogonal to
    // working precision (Giraud et al. 2005, "twice is enough").
    private static final int PASSES = 2;

    private Orthonormal() {}

    /**
     * Replaces independent vectors by orthonormal ones that span the same spaces, with the Gram-Schmidt process.
     *
     * @param m
     *            [rows, columns], starting at {@code at}
     */
    static void of(float[] m, int at, int rows, int columns) {
        boolean byColumn = rows >= columns;
        int count = byColumn ? columns : rows;
        int length = byColumn ? rows : columns;
        double[][] vectors = new double[count][length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                vectors[byColumn ? j : i][byColumn ? i : j] = m[at + i * columns + j];
            }
        }
        for (int v = 0; v < count; v++) {
            for (int pass = 0; pass < PASSES; pass++) {
                for (int other = 0; other < v; other++) {
                    add(vectors[v], -dot(vectors[v], vectors[other]), vectors[other]);
                }
            }
            double norm = Math.sqrt(dot(vectors[v], vectors[v]));
            for (int i = 0; i < length; i++) {
                vectors[v][i] /= norm;
            }
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                m[at + i * columns + j] = (float) vectors[byColumn ? j : i][byColumn ? i : j];
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] y, double factor, double[] x) {
        for (int i = 0; i < y.length; i++) {
            y[i] += factor * x[i];
        }
    }
}
