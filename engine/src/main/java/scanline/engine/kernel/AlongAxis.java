package scanline.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.AxisShape;

/**
 * Sums, maxima and repetitions along one axis of a block [outer, n, inner].
 *
 * <p>
 * A sum of adjacent elements (inner is 1) is that of {@link Reduction} for each {@value #BLOCK} of them; the sums are
 * added in order, in double precision. A sum of elements that are not adjacent is a chain in the order of the axis for
 * each {@value #CHAIN} of them; the chains are added in order. Both depend on the shape alone, so any number of threads
 * gives the same bits.
 */
public final class AlongAxis {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    // Adjacent elements: 32 for each lane of a Reduction.
    private static final int BLOCK = 512;
    // Rows: the error of a chain grows with the root of its length.
    private static final int CHAIN = 1024;

    private AlongAxis() {}

    private static int blocks(AxisShape shape) {
        int block = shape.inner() == 1 ? BLOCK : CHAIN;
        return (shape.n() + block - 1) / block;
    }

    /** The work space of {@link #addSums}, in floats. */
    public static int work(AxisShape shape) {
        int blocks = blocks(shape);
        return blocks == 1 ? 0 : shape.others() * (shape.inner() == 1 ? blocks : 1);
    }

    /** {@code y[o, i] += sum of x[o, k, i] over k}. */
    public static void addSums(Parallel parallel, float[] y, float[] x, float[] work, AxisShape shape) {
        int n = shape.n();
        int inner = shape.inner();
        int blocks = blocks(shape);
        if (inner == 1 && blocks == 1) {
            parallel.rows(shape.outer(), n, (from, to) -> {
                for (int o = from; o < to; o++) {
                    y[o] += Reduction.sum(x, o * n, n);
                }
            });
        } else if (inner == 1) {
            parallel.rows(shape.outer() * blocks, BLOCK, (from, to) -> {
                for (int i = from; i < to; i++) {
                    int start = i % blocks * BLOCK;
                    work[i] = Reduction.sum(x, i / blocks * n + start, Math.min(BLOCK, n - start));
                }
            });
            parallel.alone((part, parts) -> {
                for (int o = 0; o < shape.outer(); o++) {
                    double sum = 0;
                    for (int block = 0; block < blocks; block++) {
                        sum += work[o * blocks + block];
                    }
                    y[o] += (float) sum;
                }
            });
        } else {
            parallel.rows(shape.others(), n, (from, to) -> {
                for (int at = from; at < to;) {
                    int o = at / inner;
                    int i = at - o * inner;
                    int columns = Math.min(inner - i, to - at);
                    addColumns(y, at, x, o * n * inner + i, work, n, inner, columns);
                    at += columns;
                }
            });
        }
    }

    /** Adds n rows, which are {@code inner} apart, to {@code columns} of y. */
    private static void addColumns(float[] y, int at, float[] x, int xAt, float[] work, int n, int inner,
            int columns) {
        for (int k = 0; k < Math.min(CHAIN, n); k++) {
            Elementwise.accumulate(y, at, x, xAt + k * inner, columns);
        }
        for (int chain = CHAIN; chain < n; chain += CHAIN) {
            Arrays.fill(work, at, at + columns, 0f);
            for (int k = chain; k < Math.min(chain + CHAIN, n); k++) {
                Elementwise.accumulate(work, at, x, xAt + k * inner, columns);
            }
            Elementwise.accumulate(y, at, work, at, columns);
        }
    }

    /** {@code y[o, k, i] = x[o, i]}. */
    public static void repeat(Parallel parallel, float[] y, float[] x, AxisShape shape) {
        int n = shape.n();
        int inner = shape.inner();
        parallel.rows(shape.outer() * n, inner, (from, to) -> {
            for (int row = from; row < to;) {
                int o = row / n;
                int end = Math.min(to, (o + 1) * n);
                if (inner == 1) {
                    Arrays.fill(y, row, end, x[o]);
                } else {
                    for (int k = row; k < end; k++) {
                        System.arraycopy(x, o * inner, y, k * inner, inner);
                    }
                }
                row = end;
            }
        });
    }

    /** {@code y[o, k, i] += factor x[o, i]}, with the product rounded before it is added. */
    public static void addRepeated(Parallel parallel, float[] y, float[] x, float factor, AxisShape shape) {
        int n = shape.n();
        int inner = shape.inner();
        parallel.rows(shape.outer() * n, inner, (from, to) -> {
            for (int row = from; row < to;) {
                int o = row / n;
                int end = Math.min(to, (o + 1) * n);
                if (inner == 1) {
                    Elementwise.addConstant(y, x[o] * factor, row, end - row);
                } else {
                    for (int k = row; k < end; k++) {
                        Elementwise.addScaled(y, k * inner, x, o * inner, factor, inner);
                    }
                }
                row = end;
            }
        });
    }

    /**
     * {@code y[o, i] = max of x[o, k, i] over k}, and the k at which it was found: the first of equal ones, or the
     * first NaN.
     */
    public static void max(Parallel parallel, float[] y, float[] found, float[] x, AxisShape shape) {
        int n = shape.n();
        int inner = shape.inner();
        parallel.rows(shape.others(), n, (from, to) -> {
            for (int at = from; at < to;) {
                int o = at / inner;
                int i = at - o * inner;
                int columns = Math.min(inner - i, to - at);
                if (inner == 1) {
                    maxOfRow(y, found, at, x, at * n, n);
                } else {
                    maxOfColumns(y, found, at, x, o * n * inner + i, n, inner, columns);
                }
                at += columns;
            }
        });
    }

    private static void maxOfRow(float[] y, float[] found, int at, float[] x, int xAt, int n) {
        float most = x[xAt];
        int mostAt = 0;
        for (int k = 1; k < n; k++) {
            float v = x[xAt + k];
            if (v > most || (Float.isNaN(v) && !Float.isNaN(most))) {
                most = v;
                mostAt = k;
            }
        }
        y[at] = most;
        found[at] = mostAt;
    }

    private static void maxOfColumns(float[] y, float[] found, int at, float[] x, int xAt, int n, int inner,
            int columns) {
        System.arraycopy(x, xAt, y, at, columns);
        Arrays.fill(found, at, at + columns, 0f);
        for (int k = 1; k < n; k++) {
            int row = xAt + k * inner;
            int i = 0;
            for (int end = S.loopBound(columns); i < end; i += S.length()) {
                FloatVector v = FloatVector.fromArray(S, x, row + i);
                FloatVector most = FloatVector.fromArray(S, y, at + i);
                VectorMask<Float> newNan = v.compare(VectorOperators.NE, v)
                        .and(most.compare(VectorOperators.EQ, most));
                VectorMask<Float> more = v.compare(VectorOperators.GT, most).or(newNan);
                most.blend(v, more).intoArray(y, at + i);
                FloatVector.fromArray(S, found, at + i).blend((float) k, more).intoArray(found, at + i);
            }
            for (; i < columns; i++) {
                float v = x[row + i];
                float most = y[at + i];
                if (v > most || (Float.isNaN(v) && !Float.isNaN(most))) {
                    y[at + i] = v;
                    found[at + i] = k;
                }
            }
        }
    }

    /** {@code dx[o, found[o, i], i] += dy[o, i]}. */
    public static void maxGradient(Parallel parallel, float[] dx, float[] dy, float[] found, AxisShape shape) {
        int n = shape.n();
        int inner = shape.inner();
        parallel.rows(shape.others(), 1, (from, to) -> {
            for (int at = from; at < to; at++) {
                int o = at / inner;
                dx[(o * n + (int) found[at]) * inner + at - o * inner] += dy[at];
            }
        });
    }
}
