package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolutions over channels-last images as products of matrices. The derivation is in docs/kernels/convolution.md.
 *
 * <p>
 * Forward and for the gradient of the input, what lies under the kernel is gathered for a block of places, which stays in
 * the second-level cache, and multiplied with the packed weights. For the gradient of the weights nothing is gathered:
 * the image is transposed once, and what lies under an element of the kernel is then the same rows, shifted. Weight
 * gradients are sums over the batch, so the batch is cut into shards whose number depends on its size alone; each shard
 * has sums of its own, and these are added in the order of the shards.
 *
 * <p>
 * Letters: B batch, H and W height and width of an image, C channels, O outputs, K = rows x columns x C of the kernel,
 * whose elements r, s, c are counted in this order.
 */
public final class Convolution {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Places that are gathered at once: at 288 numbers each 150 KB, a fraction of a second-level cache.
    private static final int MOST_PLACES = 128;

    // Fewer images than this in a shard make the sums larger than what is summed; more shards occupy more threads.
    private static final int LEAST_SHARD_IMAGES = 8;

    // Fewer channels than this do not fill the rows of tiles, if each element of the kernel is a product of its own.
    private static final int FEW_CHANNELS = 16;

    private Convolution() {}

    /** Floats of work space that {@link #forward} needs. */
    public static int forwardWork(int threads, int outputs, Window window) {
        return gatheredAt(outputs, window) + threads * block(window.places()) * window.depth();
    }

    private static int gatheredAt(int outputs, Window window) {
        return Lanes.FIRST + Gemm.packedLength(window.depth(), outputs) + Lanes.lines(window.depth() * outputs);
    }

    /** How many of so many places are gathered at once: equal blocks, so that none is left with a few rows. */
    private static int block(int places) {
        return Math.ceilDiv(places, Math.ceilDiv(places, MOST_PLACES));
    }

    /**
     * {@code y = bias + x * w}.
     *
     * @param y
     *            [B, out height, out width, O]
     * @param x
     *            [B, H, W, C]
     * @param w
     *            [O, C, rows, columns]
     * @param work
     *            {@link #forwardWork} floats
     */
    public static void forward(Parallel parallel, float[] y, float[] x, float[] w, float[] bias, float[] work,
            int outputs, Window window) {
        int k = window.depth();
        int places = window.places();
        int block = block(places);
        int blocks = Math.ceilDiv(places, block);
        int ordered = Lanes.FIRST + Gemm.packedLength(k, outputs);
        parallel.run((part, parts) -> {
            if (part == 0) {
                order(work, ordered, w, outputs, window);
                Gemm.packTransposed(work, Lanes.FIRST, work, ordered, k, k, outputs, 0, Gemm.panels(outputs));
            }
            parallel.meet();
            int gathered = gatheredAt(outputs, window) + part * block * k;
            int end = Parallel.from(part + 1, parts, window.batch() * blocks);
            for (int i = Parallel.from(part, parts, window.batch() * blocks); i < end; i++) {
                int image = i / blocks;
                int place = i % blocks * block;
                int count = Math.min(block, places - place);
                gather(work, gathered, x, image * window.pixels() * window.channels(), window.height(),
                        window.width(), window.channels(), window.rows(), window.columns(), window.stride(),
                        window.padding(), window.padding(), window.outWidth(), place, count);
                Gemm.multiply(y, (image * places + place) * outputs, outputs, bias, 0, 0, work, gathered, k, work,
                        Lanes.FIRST, count, k, outputs);
            }
        });
    }

    /** w[O, C, rows, columns] as [O, K]. */
    private static void order(float[] to, int at, float[] w, int outputs, Window window) {
        int area = window.rows() * window.columns();
        int channels = window.channels();
        for (int i = 0; i < outputs * channels; i++) {
            for (int e = 0; e < area; e++) {
                to[at + (i / channels * area + e) * channels + i % channels] = w[i * area + e];
            }
        }
    }

    /**
     * What lies under the kernel at {@code count} places of an image from the one at {@code place} on, a row each:
     * {@code to[count, rows, columns, channels]}, zeros outside the image.
     */
    private static void gather(float[] to, int at, float[] x, int image, int height, int width, int channels, int rows,
            int columns, int stride, int paddingAbove, int paddingLeft, int outWidth, int place, int count) {
        int row = columns * channels;
        for (int i = 0; i < count; i++) {
            int top = (place + i) / outWidth * stride - paddingAbove;
            int left = (place + i) % outWidth * stride - paddingLeft;
            int from = Math.min(columns, Math.max(0, -left)) * channels;
            int until = Math.max(from, Math.min(columns, width - left) * channels);
            for (int r = 0; r < rows; r++) {
                boolean inside = top + r >= 0 && top + r < height;
                int first = inside ? from : row;
                int last = inside ? until : row;
                clear(to, at, first);
                copy(to, at + first, x, image + ((top + r) * width + left) * channels + first, last - first);
                clear(to, at + last, row - last);
                at += row;
            }
        }
    }

    // A loop of vectors, as a call of arraycopy or fill for so few numbers takes several times as long.
    private static void copy(float[] to, int at, float[] from, int fromAt, int n) {
        int i = 0;
        for (int end = S.loopBound(n); i < end; i += S.length()) {
            FloatVector.fromArray(S, from, fromAt + i).intoArray(to, at + i);
        }
        for (; i < n; i++) {
            to[at + i] = from[fromAt + i];
        }
    }

    private static void clear(float[] to, int at, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] = 0f;
        }
    }

    /** Floats of work space that {@link #inputGradient} needs. */
    public static int inputWork(int threads, int outputs, Window window) {
        return dilatedAt(threads, outputs, window) + threads * dilated(outputs, window);
    }

    private static int dilatedAt(int threads, int outputs, Window window) {
        int k = window.rows() * window.columns() * outputs;
        return Lanes.FIRST + Gemm.packedLength(k, window.channels()) + Lanes.lines(k * window.channels())
                + threads * block(window.pixels()) * k;
    }

    /** Floats of a gradient image whose pixels are as far apart as the places of the window. */
    private static int dilated(int outputs, Window window) {
        int stride = window.stride();
        return stride == 1
                ? 0
                : ((window.outHeight() - 1) * stride + 1) * ((window.outWidth() - 1) * stride + 1) * outputs;
    }

    /**
     * Adds to the gradient of the input: a convolution of dy with the kernel turned upside down and outputs and channels
     * exchanged. Where the stride is not 1, zeros are put between the pixels of dy.
     *
     * @param dx
     *            [B, H, W, C]
     * @param dy
     *            [B, out height, out width, O]
     * @param work
     *            {@link #inputWork} floats
     */
    public static void inputGradient(Parallel parallel, float[] dx, float[] dy, float[] w, float[] work, int outputs,
            Window window) {
        int channels = window.channels();
        int k = window.rows() * window.columns() * outputs;
        int stride = window.stride();
        int block = block(window.pixels());
        int ordered = Lanes.FIRST + Gemm.packedLength(k, channels);
        int height = (window.outHeight() - 1) * stride + 1;
        int width = (window.outWidth() - 1) * stride + 1;
        parallel.run((part, parts) -> {
            if (part == 0) {
                turn(work, ordered, w, outputs, window);
                Gemm.pack(work, Lanes.FIRST, work, ordered, channels, k, channels, 0, Gemm.panels(channels));
            }
            parallel.meet();
            int gathered = ordered + Lanes.lines(k * channels) + part * block * k;
            int dilated = dilatedAt(parts, outputs, window) + part * dilated(outputs, window);
            Arrays.fill(work, dilated, dilated + dilated(outputs, window), 0f);
            int end = Parallel.from(part + 1, parts, window.batch());
            for (int image = Parallel.from(part, parts, window.batch()); image < end; image++) {
                int own = image * window.places() * outputs;
                for (int p = 0; p < window.places() && stride > 1; p++) {
                    int pixel = p / window.outWidth() * stride * width + p % window.outWidth() * stride;
                    copy(work, dilated + pixel * outputs, dy, own + p * outputs, outputs);
                }
                for (int pixel = 0; pixel < window.pixels(); pixel += block) {
                    int count = Math.min(block, window.pixels() - pixel);
                    gather(work, gathered, stride == 1 ? dy : work, stride == 1 ? own : dilated, height, width, outputs,
                            window.rows(), window.columns(), 1, window.rows() - 1 - window.padding(),
                            window.columns() - 1 - window.padding(), window.width(), pixel, count);
                    int at = (image * window.pixels() + pixel) * channels;
                    Gemm.multiply(dx, at, channels, dx, at, channels, work, gathered, k, work, Lanes.FIRST, count, k,
                            channels);
                }
            }
        });
    }

    /** w[O, C, rows, columns] as [rows, columns, O, C], rows and columns from the last to the first. */
    private static void turn(float[] to, int at, float[] w, int outputs, Window window) {
        int area = window.rows() * window.columns();
        int channels = window.channels();
        for (int i = 0; i < outputs * channels; i++) {
            for (int e = 0; e < area; e++) {
                to[at + (area - 1 - e) * outputs * channels + i] = w[i * area + e];
            }
        }
    }

    /** Floats of work space that {@link #weightGradient} needs. */
    public static int weightWork(int threads, int outputs, Window window) {
        return Layout.of(threads, outputs, window).length;
    }

    /**
     * How the gradient of the weights is divided, and where in its work space what lies.
     *
     * <p>
     * An image is transposed into planes, one for each channel and each remainder of its coordinates by the stride, so that
     * with any stride neighbouring places read neighbouring numbers of one plane. Zeros surround it; those to the right of
     * a row are those to the left of the next, where the stride is 1.
     *
     * @param shards
     *            into how many shards the batch is cut
     * @param width
     *            numbers in a row of a plane
     * @param plane
     *            numbers in a plane
     * @param depth
     *            how many numbers of a plane the kernel goes over: all places, with the zeros between rows of them
     * @param sums
     *            for each shard [K, O], the gradient, and [O], that of the bias
     * @param planes
     *            for each thread [C, remainders, plane]
     * @param gathered
     *            for each thread [K, depth], of few channels what lies under each element of the kernel
     * @param spread
     *            for each thread [depth, O]: dy of an image with zeros where no place is
     * @param packed
     *            for each thread the same in panels
     */
    private record Layout(int shards, int width, int plane, int depth, int sums, int planes, int gathered, int spread,
            int packed, int length) {
        static Layout of(int threads, int outputs, Window window) {
            int stride = window.stride();
            int padding = window.padding();
            int width = stride == 1 ? window.width() + padding : Math.ceilDiv(window.width() + 2 * padding, stride);
            int plane = Math.ceilDiv(window.height() + 2 * padding, stride) * width + (stride == 1 ? padding : 0);
            int depth = (window.outHeight() - 1) * width + window.outWidth();
            int shards = Integer.highestOneBit(Math.max(1, window.batch() / LEAST_SHARD_IMAGES));
            int sums = Lanes.FIRST;
            int planes = sums + shards * sumsLength(outputs, window);
            int gathered = planes + threads * planesLength(plane, window);
            int spread = gathered + threads * gatheredLength(depth, window);
            int packed = spread + threads * Lanes.lines(depth * outputs);
            return new Layout(shards, width, plane, depth, sums, planes, gathered, spread, packed,
                    packed + threads * Gemm.packedLength(depth, outputs));
        }

        static int sumsLength(int outputs, Window window) {
            return Lanes.lines((window.depth() + 1) * outputs);
        }

        static int planesLength(int plane, Window window) {
            return Lanes.lines(window.channels() * window.stride() * window.stride() * plane);
        }

        static int gatheredLength(int depth, Window window) {
            return window.channels() < FEW_CHANNELS ? Lanes.lines(window.depth() * depth) : 0;
        }
    }

    /**
     * Adds to the gradients of the weights and the bias.
     *
     * @param dw
     *            [O, C, rows, columns]
     * @param dbias
     *            [O]
     * @param dy
     *            [B, out height, out width, O]
     * @param x
     *            [B, H, W, C]
     * @param work
     *            {@link #weightWork} floats
     */
    public static void weightGradient(Parallel parallel, float[] dw, float[] dbias, float[] dy, float[] x, float[] work,
            int outputs, Window window) {
        parallel.run((part, parts) -> {
            Layout at = Layout.of(parts, outputs, window);
            int sumsLength = Layout.sumsLength(outputs, window);
            int planes = at.planes + part * Layout.planesLength(at.plane, window);
            int spread = at.spread + part * Lanes.lines(at.depth * outputs);
            Arrays.fill(work, planes, planes + Layout.planesLength(at.plane, window), 0f);
            Arrays.fill(work, spread, spread + at.depth * outputs, 0f);
            int end = Parallel.from(part + 1, parts, at.shards);
            for (int shard = Parallel.from(part, parts, at.shards); shard < end; shard++) {
                int sums = at.sums + shard * sumsLength;
                Arrays.fill(work, sums, sums + sumsLength, 0f);
                int last = Parallel.from(shard + 1, at.shards, window.batch());
                for (int image = Parallel.from(shard, at.shards, window.batch()); image < last; image++) {
                    addImage(at, sums, planes, at.gathered + part * Layout.gatheredLength(at.depth, window), spread,
                            at.packed + part * Gemm.packedLength(at.depth, outputs), dy, x, work, image, outputs,
                            window);
                }
            }
            parallel.meet();
            addShards(at, dw, dbias, work, outputs, window, Parallel.from(part, parts, window.depth() + 1),
                    Parallel.from(part + 1, parts, window.depth() + 1));
        });
    }

    /** Adds what one image has to say to the sums of its shard. */
    private static void addImage(Layout at, int sums, int planes, int gathered, int spread, int packed, float[] dy,
            float[] x, float[] work, int image, int outputs, Window window) {
        int channels = window.channels();
        int stride = window.stride();
        int ld = stride * stride * at.plane;
        toPlanes(work, planes, x, image * window.pixels() * channels, at, window);
        int own = image * window.places() * outputs;
        for (int row = 0; row < window.outHeight(); row++) {
            System.arraycopy(dy, own + row * window.outWidth() * outputs, work, spread + row * at.width * outputs,
                    window.outWidth() * outputs);
        }
        Gemm.pack(work, packed, work, spread, outputs, at.depth, outputs, 0, Gemm.panels(outputs));
        for (int p = 0; p < window.places(); p++) {
            Elementwise.accumulate(work, sums + window.depth() * outputs, dy, own + p * outputs, outputs);
        }
        boolean few = channels < FEW_CHANNELS;
        for (int e = 0; e < window.rows() * window.columns(); e++) {
            int r = e / window.columns();
            int s = e % window.columns();
            int shifted = planes + (r % stride * stride + s % stride) * at.plane + r / stride * at.width + s / stride;
            if (few) {
                for (int c = 0; c < channels; c++) {
                    System.arraycopy(work, shifted + c * ld, work, gathered + (e * channels + c) * at.depth, at.depth);
                }
            } else {
                int element = sums + e * channels * outputs;
                Gemm.multiply(work, element, outputs, work, element, outputs, work, shifted, ld, work, packed,
                        channels, at.depth, outputs);
            }
        }
        if (few) {
            Gemm.multiply(work, sums, outputs, work, sums, outputs, work, gathered, at.depth, work, packed,
                    window.depth(), at.depth, outputs);
        }
    }

    /** Transposes an image into the planes of its channels. */
    private static void toPlanes(float[] to, int planes, float[] x, int image, Layout at, Window window) {
        int channels = window.channels();
        int stride = window.stride();
        int ld = stride * stride * at.plane;
        for (int row = 0; row < window.height(); row++) {
            int top = row + window.padding();
            int from = image + row * window.width() * channels;
            if (stride == 1) {
                Gemm.transpose(to, planes + top * at.width + window.padding(), ld, x, from, channels, window.width(),
                        channels);
                continue;
            }
            for (int column = 0; column < window.width(); column++) {
                int left = column + window.padding();
                int plane = planes + (top % stride * stride + left % stride) * at.plane;
                Gemm.transpose(to, plane + top / stride * at.width + left / stride, ld, x, from + column * channels,
                        channels, 1, channels);
            }
        }
    }

    /** Adds up rows {@code from..to} of the sums of all shards, the last row being that of the bias. */
    private static void addShards(Layout at, float[] dw, float[] dbias, float[] work, int outputs, Window window,
            int from, int to) {
        int channels = window.channels();
        int area = window.rows() * window.columns();
        for (int row = from; row < to; row++) {
            int total = at.sums + row * outputs;
            for (int shard = 1; shard < at.shards; shard++) {
                Elementwise.accumulate(work, total, work,
                        total + shard * Layout.sumsLength(outputs, window), outputs);
            }
            if (row == window.depth()) {
                Elementwise.accumulate(dbias, 0, work, total, outputs);
                continue;
            }
            int element = row % channels * area + row / channels;
            for (int o = 0; o < outputs; o++) {
                dw[o * channels * area + element] += work[total + o];
            }
        }
    }
}
