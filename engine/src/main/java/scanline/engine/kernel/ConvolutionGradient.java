package scanline.engine.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Window;

/**
 * The gradients of a {@link Convolution}, with the same letters. The gradient of the weights is a sum over the batch,
 * so the batch is cut into shards whose number depends only on its size. Each shard has its own sums, which are added
 * in the order of the shards.
 */
public final class ConvolutionGradient {
    // With fewer images in a shard, the sums would be larger than the data summed; with more shards, more threads can
    // work.
    private static final int LEAST_SHARD_IMAGES = 8;

    private ConvolutionGradient() {}

    /** The work space of {@link #input}, in floats. */
    public static int inputWork(int threads, int outputs, Window window) {
        return Convolution.work(threads, ConvolutionFrame.ofGradient(window, outputs), window.channels());
    }

    /** The length of the packed weights of {@link #input}, in floats. */
    public static int inputPackedLength(int outputs, Window window) {
        return Convolution.packedLength(ConvolutionFrame.ofGradient(window, outputs), window.channels());
    }

    /**
     * Adds to the gradient of the input. It is a convolution of dy with the flipped kernel, with outputs and channels
     * exchanged. If the stride is not 1, zeros are inserted between the pixels of dy.
     *
     * @param dx
     *            [B, H, W, C]
     * @param dy
     *            [B, out height, out width, O]
     * @param w
     *            [O, C, rows, columns]
     * @param work
     *            work space, {@link #inputWork} floats
     */
    public static void input(Parallel parallel, float[] dx, float[] dy, float[] w, Packed packed, float[] work,
            int outputs, Window window) {
        Convolution.convolve(parallel, dx, dy, null, packed, work, window.channels(), window.batch(),
                ConvolutionFrame.ofGradient(window, outputs), at -> flip(packed.values(), at, w, outputs, window));
    }

    /** Writes w[O, C, rows, columns] as [rows, columns, O, C], with rows and columns in reverse order. */
    private static void flip(float[] to, int at, float[] w, int outputs, Window window) {
        int area = window.rows() * window.columns();
        int channels = window.channels();
        for (int i = 0; i < outputs * channels; i++) {
            for (int e = 0; e < area; e++) {
                to[at + (area - 1 - e) * outputs * channels + i] = w[i * area + e];
            }
        }
    }

    /**
     * The division of the weight gradient into shards, and the layout of its work space.
     *
     * @param shards
     *            the number of shards of the batch
     * @param places
     *            the number of places of an image, including those between its rows
     * @param sums
     *            for each shard the gradient of the weights, [K, O], and that of the bias, [O]
     * @param own
     *            for each thread the framed image, dy [places, O] with zeros at the places between rows, and the same
     *            in panels
     */
    private record Layout(int shards, int places, int sums, int own, int spread, int packed, int piece) {
        static Layout of(ConvolutionFrame frame, int outputs, Window window) {
            int shards = Integer.highestOneBit(Math.max(1, window.batch() / LEAST_SHARD_IMAGES));
            int places = frame.places(frame.outHeight());
            int own = Lanes.FIRST + shards * sumsLength(outputs, window);
            int spread = frame.length();
            int packed = spread + Lanes.lines(places * outputs);
            return new Layout(shards, places, Lanes.FIRST, own, spread, packed,
                    packed + Gemm.packedLength(places, outputs));
        }
    }

    private static int sumsLength(int outputs, Window window) {
        return Lanes.lines((window.depth() + 1) * outputs);
    }

    /** The work space of {@link #weights}, in floats. */
    public static int weightsWork(int threads, int outputs, Window window) {
        Layout at = Layout.of(ConvolutionFrame.ofInput(window), outputs, window);
        return at.own + threads * at.piece;
    }

    /**
     * Adds to the gradients of the weights and the bias; one that is null is not computed.
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
     *            work space, {@link #weightsWork} floats
     */
    public static void weights(Parallel parallel, float @Nullable [] dw, float @Nullable [] dbias, float[] dy,
            float[] x, float[] work, int outputs, Window window) {
        ConvolutionFrame frame = ConvolutionFrame.ofInput(window);
        Layout at = Layout.of(frame, outputs, window);
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
                    addImage(frame, at, sums, own, dy, x, work, b, outputs, window, dw != null);
                }
            }
            parallel.meet(part, parts);
            addShards(at, dw, dbias, work, outputs, window,
                    Parallel.from(part, parts, window.depth() + 1), Parallel.from(part + 1, parts, window.depth() + 1));
        });
    }

    /** Adds the gradients of one image, of the bias and perhaps of the weights, to the sums of its shard. */
    private static void addImage(ConvolutionFrame frame, Layout at, int sums, int own, float[] dy, float[] x,
            float[] work, int b, int outputs, Window window, boolean weights) {
        int row = frame.outWidth() * outputs;
        int from = b * frame.outHeight() * row;
        Shards.addRows(work, sums + window.depth() * outputs, dy, from, outputs, window.places(), outputs);
        if (!weights) {
            return;
        }
        frame.fill(work, own, x, b * frame.imageLength());
        ConvolutionFrame.copyRows(work, own + at.spread, frame.width() * outputs, dy, from, row, frame.outHeight(),
                row);
        Gemm.pack(work, own + at.packed, work, own + at.spread, outputs, at.places, outputs, 0, Gemm.panels(outputs));
        for (int r = 0; r < frame.rows(); r++) {
            // The run under a row of the kernel is a column of the left operand, which is stored transposed.
            int element = sums + r * frame.run() * outputs;
            Gemm.multiplyTransposed(work, element, outputs, work, element, outputs, work,
                    own + r * frame.width() * frame.channels(), frame.stride() * frame.channels(), work,
                    own + at.packed, frame.run(), at.places, outputs);
        }
    }

    /** Adds up rows {@code from..to} of the sums of all shards; the last row is the bias. */
    private static void addShards(Layout at, float @Nullable [] dw, float @Nullable [] dbias, float[] work,
            int outputs, Window window, int from, int to) {
        int channels = window.channels();
        int area = window.rows() * window.columns();
        for (int row = from; row < to; row++) {
            int total = at.sums + row * outputs;
            for (int shard = 1; shard < at.shards; shard++) {
                Elementwise.accumulate(work, total, work, total + shard * sumsLength(outputs, window), outputs);
            }
            if (row == window.depth()) {
                if (dbias != null) {
                    Elementwise.accumulate(dbias, 0, work, total, outputs);
                }
                continue;
            }
            int element = row % channels * area + row / channels;
            for (int o = 0; dw != null && o < outputs; o++) {
                dw[o * channels * area + element] += work[total + o];
            }
        }
    }
}
