package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.Window;

/** Pooling of channels-last images without padding. Each lane is a channel; each image is processed by one thread. */
public final class Pooling {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private Pooling() {}

    /** Divides the places of the window among the threads by image. */
    private static void places(Parallel parallel, Window window, Parallel.Rows some) {
        parallel.rows(window.batch(), window.pixels() * window.channels(),
                (from, to) -> some.run(from * window.places(), to * window.places()));
    }

    /**
     * Computes the maximum at each place of the window and its index, the first one if several are equal; NaN is a
     * maximum.
     */
    public static void max(Parallel parallel, float[] y, float[] which, float[] x, Window window) {
        places(parallel, window, (from, to) -> {
            for (int place = from; place < to; place++) {
                max(y, which, place * window.channels(), x, start(place, window), window);
            }
        });
    }

    private static void max(float[] y, float[] which, int at, float[] x, int start, Window window) {
        int channels = window.channels();
        int c = 0;
        for (int end = S.loopBound(channels); c < end; c += S.length()) {
            FloatVector largest = FloatVector.fromArray(S, x, start + c);
            FloatVector first = FloatVector.zero(S);
            for (int i = 1; i < window.rows() * window.columns(); i++) {
                FloatVector v = FloatVector.fromArray(S, x, start + offset(i, window) + c);
                var larger = v.compare(VectorOperators.GT, largest).or(v.compare(VectorOperators.NE, v));
                largest = largest.blend(v, larger);
                first = first.blend((float) i, larger);
            }
            largest.intoArray(y, at + c);
            first.intoArray(which, at + c);
        }
        for (; c < channels; c++) {
            y[at + c] = x[start + c];
            which[at + c] = 0f;
            for (int i = 1; i < window.rows() * window.columns(); i++) {
                float v = x[start + offset(i, window) + c];
                if (v > y[at + c] || Float.isNaN(v)) {
                    y[at + c] = v;
                    which[at + c] = i;
                }
            }
        }
    }

    /** Adds dy to dx at the positions of the maxima. */
    public static void maxGradient(Parallel parallel, float[] dx, float[] dy, float[] which, Window window) {
        places(parallel, window, (from, to) -> {
            for (int place = from; place < to; place++) {
                maxGradient(dx, start(place, window), dy, which, place * window.channels(), window);
            }
        });
    }

    private static void maxGradient(float[] dx, int start, float[] dy, float[] which, int at, Window window) {
        int channels = window.channels();
        int c = 0;
        for (int end = S.loopBound(channels); c < end; c += S.length()) {
            FloatVector g = FloatVector.fromArray(S, dy, at + c);
            FloatVector first = FloatVector.fromArray(S, which, at + c);
            for (int i = 0; i < window.rows() * window.columns(); i++) {
                int to = start + offset(i, window) + c;
                FloatVector.fromArray(S, dx, to).add(g.blend(0f, first.compare(VectorOperators.NE, (float) i)))
                        .intoArray(dx, to);
            }
        }
        for (; c < channels; c++) {
            dx[start + offset((int) which[at + c], window) + c] += dy[at + c];
        }
    }

    /** Computes the mean at each place of the window. */
    public static void average(Parallel parallel, float[] y, float[] x, Window window) {
        places(parallel, window, (from, to) -> {
            for (int place = from; place < to; place++) {
                average(y, place * window.channels(), x, start(place, window), window);
            }
        });
    }

    private static void average(float[] y, int at, float[] x, int start, Window window) {
        int channels = window.channels();
        int count = window.rows() * window.columns();
        int c = 0;
        for (int end = S.loopBound(channels); c < end; c += S.length()) {
            FloatVector sum = FloatVector.fromArray(S, x, start + c);
            for (int i = 1; i < count; i++) {
                sum = sum.add(FloatVector.fromArray(S, x, start + offset(i, window) + c));
            }
            sum.div(count).intoArray(y, at + c);
        }
        for (; c < channels; c++) {
            float sum = x[start + c];
            for (int i = 1; i < count; i++) {
                sum += x[start + offset(i, window) + c];
            }
            y[at + c] = sum / count;
        }
    }

    /** Adds dy, divided by the size of the window, to every element of dx under the window. */
    public static void averageGradient(Parallel parallel, float[] dx, float[] dy, Window window) {
        places(parallel, window, (from, to) -> {
            for (int place = from; place < to; place++) {
                averageGradient(dx, start(place, window), dy, place * window.channels(), window);
            }
        });
    }

    private static void averageGradient(float[] dx, int start, float[] dy, int at, Window window) {
        int channels = window.channels();
        int count = window.rows() * window.columns();
        int c = 0;
        for (int end = S.loopBound(channels); c < end; c += S.length()) {
            FloatVector share = FloatVector.fromArray(S, dy, at + c).div(count);
            for (int i = 0; i < count; i++) {
                int to = start + offset(i, window) + c;
                FloatVector.fromArray(S, dx, to).add(share).intoArray(dx, to);
            }
        }
        for (; c < channels; c++) {
            float share = dy[at + c] / count;
            for (int i = 0; i < count; i++) {
                dx[start + offset(i, window) + c] += share;
            }
        }
    }

    /** The index of the first element of the window at a place of the batch. */
    private static int start(int place, Window window) {
        int image = place / window.places();
        int row = place % window.places() / window.outWidth() * window.stride();
        int column = place % window.places() % window.outWidth() * window.stride();
        return (image * window.pixels() + row * window.width() + column) * window.channels();
    }

    /** The offset of the i-th pixel of the window from the first. */
    private static int offset(int i, Window window) {
        return (i / window.columns() * window.width() + i % window.columns()) * window.channels();
    }
}
