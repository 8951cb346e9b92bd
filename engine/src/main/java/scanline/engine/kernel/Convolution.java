package scanline.engine.kernel;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.Window;

/**
 * Convolutions over channels-last images as products of matrices that read the images as they lie: the derivation is in
 * docs/kernels/convolution.md.
 *
 * <p>
 * An image is copied into a {@link Frame} of zeros. What lies under a row of the kernel at a place is then a run of numbers,
 * and at the next place the run that begins one pixel further: the runs of all places are the rows of a matrix that overlap
 * in memory, and a product needs no copy of them. Weight gradients are sums over the batch, so the batch is cut into shards
 * whose number depends on its size alone; each shard has sums of its own, and these are added in the order of the shards.
 *
 * <p>
 * Letters: B batch, H and W height and width of an image, C channels, O outputs, K = rows x columns x C of the kernel,
 * whose elements r, s, c are counted in this order.
 */
public final class Convolution {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Places at once: their results, 64 KB for 64 outputs, stay in the second-level cache beside the image.
    private static final int PLACES = 256;

    // Fewer images than this in a shard make the sums larger than what is summed; more shards occupy more threads.
    private static final int LEAST_SHARD_IMAGES = 8;

    private Convolution() {}

    /**
     * An image among zeros, and a kernel that goes over it. Zeros to the right of a row are those to the left of the next.
     *
     * @param channels
     *            numbers of a pixel
     * @param above
     *            rows of zeros above the image; negative if rows of it are left out
     * @param left
     *            columns of zeros on its left, likewise
     * @param spread
     *            how far apart its pixels are put, with zeros between them
     * @param rows
     *            of the kernel, as {@code columns}
     * @param stride
     *            from one place to the next
     * @param outHeight
     *            places from the top to the bottom, as {@code outWidth}
     * @param width
     *            pixels of a row of the frame
     */
    private record Frame(int channels, int imageHeight, int imageWidth, int above, int left, int spread, int rows,
            int columns, int stride, int outHeight, int outWidth, int width) {
        private static Frame of(int channels, int imageHeight, int imageWidth, int above, int left, int spread,
                Window window, int stride, int outHeight, int outWidth) {
            int content = left + (imageWidth - 1) * spread + 1;
            int read = (outWidth - 1) * stride + window.columns() - Math.max(0, left);
            return new Frame(channels, imageHeight, imageWidth, above, left, spread, window.rows(), window.columns(),
                    stride, outHeight, outWidth, Math.max(content, read));
        }

        /** An image under the kernel of a window. */
        static Frame ofInput(Window window) {
            return of(window.channels(), window.height(), window.width(), window.padding(), window.padding(), 1, window,
                    window.stride(), window.outHeight(), window.outWidth());
        }

        /** The gradient of the window's results under the kernel turned upside down, which makes that of its input. */
        static Frame ofGradient(Window window, int outputs) {
            return of(outputs, window.outHeight(), window.outWidth(), window.rows() - 1 - window.padding(),
                    window.columns() - 1 - window.padding(), window.stride(), window, 1, window.height(),
                    window.width());
        }

        int height() {
            return (outHeight - 1) * stride + rows;
        }

        /** Floats that it takes. */
        int length() {
            return Lanes.lines((height() * width + Math.max(0, left)) * channels);
        }

        /** Numbers under a row of the kernel. */
        int run() {
            return columns * channels;
        }

        /** Rows of places at once. */
        int block() {
            return Math.min(outHeight, Math.max(1, PLACES / width));
        }

        /** Places from the first of so many rows to the last, and those between the rows, which do not exist. */
        int places(int rowsOfPlaces) {
            return (rowsOfPlaces - 1) * width + outWidth;
        }

        /** Puts an image into the frame, whose zeros stay. */
        void fill(float[] to, int at, float[] x, int image) {
            // Of pixels that are apart some may lie in front of the frame, where the padding is wider than the kernel.
            for (int i = Math.max(0, Math.ceilDiv(-above, spread)); i < imageHeight
                    && above + i * spread < height(); i++) {
                int row = at + (above + i * spread) * width * channels;
                int from = image + i * imageWidth * channels;
                int first = Math.max(0, Math.ceilDiv(-left, spread));
                if (spread == 1) {
                    copy(to, row + (left + first) * channels, x, from + first * channels,
                            (imageWidth - first) * channels);
                    continue;
                }
                for (int j = first; j < imageWidth; j++) {
                    copy(to, row + (left + j * spread) * channels, x, from + j * channels, channels);
                }
            }
        }

        /**
         * The products of a block of rows of places with the packed weights of all rows of the kernel, one behind the other,
         * from {@code start} on.
         */
        void multiply(float[] work, int result, float[] start, int startAt, int startLd, int image, int weights,
                int outputs, int place, int count) {
            for (int r = 0; r < rows; r++) {
                Gemm.multiply(work, result, outputs, r == 0 ? start : work, r == 0 ? startAt : result,
                        r == 0 ? startLd : outputs, work, image + (place * stride + r) * width * channels,
                        stride * channels, work, weights + r * Gemm.packedLength(run(), outputs), places(count), run(),
                        outputs);
            }
        }
    }

    /** Where the work space of a convolution has what: the weights, packed and in order, and for each thread the rest. */
    private record Layout(int ordered, int own, int result, int piece) {
        static Layout of(Frame frame, int outputs) {
            int ordered = Lanes.FIRST + frame.rows * Gemm.packedLength(frame.run(), outputs);
            int own = ordered + Lanes.lines(frame.rows * frame.run() * outputs);
            int result = frame.length();
            return new Layout(ordered, own, result, result + Lanes.lines(frame.places(frame.block()) * outputs));
        }

        int length(int threads) {
            return own + threads * piece;
        }
    }

    /** Floats of work space that {@link #forward} needs. */
    public static int forwardWork(int threads, int outputs, Window window) {
        return Layout.of(Frame.ofInput(window), outputs).length(threads);
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
        Frame frame = Frame.ofInput(window);
        Layout at = Layout.of(frame, outputs);
        int k = window.depth();
        parallel.run((part, parts) -> {
            if (part == 0) {
                order(work, at.ordered, w, outputs, window);
                for (int r = 0; r < window.rows(); r++) {
                    Gemm.packTransposed(work, Lanes.FIRST + r * Gemm.packedLength(frame.run(), outputs), work,
                            at.ordered + r * frame.run(), k, frame.run(), outputs, 0, Gemm.panels(outputs));
                }
            }
            int image = at.own + part * at.piece;
            int result = image + at.result;
            Arrays.fill(work, image, result, 0f);
            parallel.meet();
            int end = Parallel.from(part + 1, parts, window.batch());
            for (int b = Parallel.from(part, parts, window.batch()); b < end; b++) {
                frame.fill(work, image, x, b * window.pixels() * window.channels());
                for (int i = 0; i < frame.outHeight; i += frame.block()) {
                    int count = Math.min(frame.block(), frame.outHeight - i);
                    frame.multiply(work, result, bias, 0, 0, image, Lanes.FIRST, outputs, i, count);
                    copyRows(y, (b * frame.outHeight + i) * frame.outWidth * outputs, frame.outWidth * outputs, work,
                            result, frame.width * outputs, count, frame.outWidth * outputs);
                }
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

    private static void copyRows(float[] to, int at, int ldTo, float[] from, int fromAt, int ldFrom, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            copy(to, at + i * ldTo, from, fromAt + i * ldFrom, n);
        }
    }

    /** Floats of work space that {@link #inputGradient} needs. */
    public static int inputWork(int threads, int outputs, Window window) {
        return Layout.of(Frame.ofGradient(window, outputs), window.channels()).length(threads);
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
        Frame frame = Frame.ofGradient(window, outputs);
        int channels = window.channels();
        Layout at = Layout.of(frame, channels);
        parallel.run((part, parts) -> {
            if (part == 0) {
                turn(work, at.ordered, w, outputs, window);
                for (int r = 0; r < window.rows(); r++) {
                    Gemm.pack(work, Lanes.FIRST + r * Gemm.packedLength(frame.run(), channels), work,
                            at.ordered + r * frame.run() * channels, channels, frame.run(), channels, 0,
                            Gemm.panels(channels));
                }
            }
            int image = at.own + part * at.piece;
            int result = image + at.result;
            Arrays.fill(work, image, result, 0f);
            parallel.meet();
            int n = frame.outWidth * channels;
            int end = Parallel.from(part + 1, parts, window.batch());
            for (int b = Parallel.from(part, parts, window.batch()); b < end; b++) {
                frame.fill(work, image, dy, b * window.places() * outputs);
                for (int i = 0; i < frame.outHeight; i += frame.block()) {
                    int count = Math.min(frame.block(), frame.outHeight - i);
                    int own = (b * frame.outHeight + i) * n;
                    copyRows(work, result, frame.width * channels, dx, own, n, count, n);
                    frame.multiply(work, result, work, result, channels, image, Lanes.FIRST, channels, i, count);
                    copyRows(dx, own, n, work, result, frame.width * channels, count, n);
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

    /**
     * How the gradient of the weights is divided, and where in its work space what lies.
     *
     * @param shards
     *            into how many shards the batch is cut
     * @param places
     *            of an image, with those between its rows
     * @param sums
     *            for each shard [K, O], the gradient, and [O], that of the bias
     * @param own
     *            for each thread the framed image, dy with zeros where no place is, [places, O], and the same in panels
     */
    private record GradientLayout(int shards, int places, int sums, int own, int spread, int packed, int piece) {
        static GradientLayout of(Frame frame, int outputs, Window window) {
            int shards = Integer.highestOneBit(Math.max(1, window.batch() / LEAST_SHARD_IMAGES));
            int places = frame.places(frame.outHeight);
            int own = Lanes.FIRST + shards * sumsLength(outputs, window);
            int spread = frame.length();
            int packed = spread + Lanes.lines(places * outputs);
            return new GradientLayout(shards, places, Lanes.FIRST, own, spread, packed,
                    packed + Gemm.packedLength(places, outputs));
        }
    }

    private static int sumsLength(int outputs, Window window) {
        return Lanes.lines((window.depth() + 1) * outputs);
    }

    /** Floats of work space that {@link #weightGradient} needs. */
    public static int weightWork(int threads, int outputs, Window window) {
        GradientLayout at = GradientLayout.of(Frame.ofInput(window), outputs, window);
        return at.own + threads * at.piece;
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
        Frame frame = Frame.ofInput(window);
        GradientLayout at = GradientLayout.of(frame, outputs, window);
        int sumsLength = sumsLength(outputs, window);
        parallel.run((part, parts) -> {
            int own = at.own + part * at.piece;
            Arrays.fill(work, own, own + at.packed, 0f);
            int end = Parallel.from(part + 1, parts, at.shards);
            for (int shard = Parallel.from(part, parts, at.shards); shard < end; shard++) {
                int sums = at.sums + shard * sumsLength;
                Arrays.fill(work, sums, sums + sumsLength, 0f);
                int last = Parallel.from(shard + 1, at.shards, window.batch());
                for (int b = Parallel.from(shard, at.shards, window.batch()); b < last; b++) {
                    addImage(frame, at, sums, own, dy, x, work, b, outputs, window);
                }
            }
            parallel.meet();
            addShards(at.sums, at.shards, dw, dbias, work, outputs, window,
                    Parallel.from(part, parts, window.depth() + 1), Parallel.from(part + 1, parts, window.depth() + 1));
        });
    }

    /** Adds what one image has to say to the sums of its shard. */
    private static void addImage(Frame frame, GradientLayout at, int sums, int own, float[] dy, float[] x, float[] work,
            int b, int outputs, Window window) {
        int row = frame.outWidth * outputs;
        int from = b * frame.outHeight * row;
        frame.fill(work, own, x, b * window.pixels() * window.channels());
        copyRows(work, own + at.spread, frame.width * outputs, dy, from, row, frame.outHeight, row);
        Gemm.pack(work, own + at.packed, work, own + at.spread, outputs, at.places, outputs, 0, Gemm.panels(outputs));
        Shards.addRows(work, sums + window.depth() * outputs, dy, from, outputs, window.places(), outputs);
        for (int r = 0; r < frame.rows; r++) {
            // The run under a row of the kernel is a column of the left operand, which lies turned.
            int element = sums + r * frame.run() * outputs;
            Gemm.multiplyTransposed(work, element, outputs, work, element, outputs, work,
                    own + r * frame.width * frame.channels, frame.stride * frame.channels, work, own + at.packed,
                    frame.run(), at.places, outputs);
        }
    }

    /** Adds up rows {@code from..to} of the sums of all shards, the last row being that of the bias. */
    private static void addShards(int sums, int shards, float[] dw, float[] dbias, float[] work, int outputs,
            Window window,
            int from, int to) {
        int channels = window.channels();
        int area = window.rows() * window.columns();
        for (int row = from; row < to; row++) {
            int total = sums + row * outputs;
            for (int shard = 1; shard < shards; shard++) {
                Elementwise.accumulate(work, total, work,
                        total + shard * sumsLength(outputs, window), outputs);
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
