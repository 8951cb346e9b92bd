package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.Window;

/** Pooling of channels-last images without padding. Lanes hold channels; an image belongs to one thread. */
public final class Pooling {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    private Pooling() {}

    /** Divides the places of the window by images. */
    private static void places(Parallel parallel, Window window, Parallel.Rows some) {
        parallel.rows(window.batch(), window.pixels() * window.channels(),
                (from, to) -> some.run(from * window.places(), to * window.places()));
    }

    /** The largest number under each place of the window, and which number it is, the first of equals; a NaN is one. */
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

    /** Adds dy to dx where the largest number came from. */
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

    /** The mean of the numbers under each place of the window. */
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

    /** Adds dy, divided by the size of the window, to dx everywhere under the window. */
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

    /** Where the window at a place of the batch begins. */
    private static int start(int place, Window window) {
        int image = place / window.places();
        int row = place % window.places() / window.outWidth() * window.stride();
        int column = place % window.places() % window.outWidth() * window.stride();
        return (image * window.pixels() + row * window.width() + column) * window.channels();
    }

    /** How far the i-th pixel under the window is from the first. */
    private static int offset(int i, Window window) {
        return (i / window.columns() * window.width() + i % window.columns()) * window.channels();
    }
}
