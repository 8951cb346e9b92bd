package scanline.engine.kernel;

import java.util.Arrays;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Window;

/**
 * Convolutions over channels-last images, computed as matrix products that read the images directly from a {@link
 * ConvolutionFrame}. The derivation is in docs/kernels/convolution.md.
 *
 * <p>
 * Letters: B batch, H and W height and width of an image, C channels, O outputs, K = rows x columns x C of the kernel,
 * whose elements r, s, c are stored in this order.
 */
public final class Convolution {
    private Convolution() {}

    /** The length of the packed weights of {@link #forward}, in floats. */
    public static int packedLength(int outputs, Window window) {
        return packedLength(ConvolutionFrame.ofInput(window), outputs);
    }

    /** The length of the packed weights of {@link #convolve}, followed by the reordered ones, in floats. */
    static int packedLength(ConvolutionFrame frame, int outputs) {
        return orderedAt(frame, outputs) + frame.rows() * frame.run() * outputs;
    }

    private static int orderedAt(ConvolutionFrame frame, int outputs) {
        return Lanes.FIRST + frame.rows() * Gemm.packedLength(frame.run(), outputs);
    }

    /** The work space of {@link #forward}, in floats. */
    public static int forwardWork(int threads, int outputs, Window window) {
        return work(threads, ConvolutionFrame.ofInput(window), outputs);
    }

    /** The work space of {@link #convolve}, a part for each thread, in floats. */
    static int work(int threads, ConvolutionFrame frame, int outputs) {
        return Lanes.FIRST + threads * piece(frame, outputs);
    }

    /** The length of a thread's part: an image in its frame, an operand of a product, and its results. */
    private static int piece(ConvolutionFrame frame, int outputs) {
        return frame.length() + frame.transposedLength() + Lanes.lines(frame.places(frame.block()) * outputs);
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
     *            work space, {@link #forwardWork} floats
     */
    public static void forward(Parallel parallel, float[] y, float[] x, float[] w, float[] bias, Packed packed,
            float[] work, int outputs, Window window) {
        convolve(parallel, y, x, bias, packed, work, outputs, window.batch(), ConvolutionFrame.ofInput(window),
                at -> order(packed.values(), at, w, outputs, window));
    }

    /** Writes w[O, C, rows, columns] as [K, O]. */
    private static void order(float[] to, int at, float[] w, int outputs, Window window) {
        int area = window.rows() * window.columns();
        int channels = window.channels();
        for (int o = 0; o < outputs; o++) {
            for (int c = 0; c < channels; c++) {
                for (int e = 0; e < area; e++) {
                    to[at + (e * channels + c) * outputs + o] = w[(o * channels + c) * area + e];
                }
            }
        }
    }

    /**
     * Convolves the images of x, which are copied into frames, with the weights [K, outputs] that {@code order} writes
     * to {@code packed}. Sums start from the bias or, without a bias, from the values of y.
     */
    static void convolve(Parallel parallel, float[] y, float[] x, float @Nullable [] bias, Packed packed, float[] work,
            int outputs, int batch, ConvolutionFrame frame, IntConsumer order) {
        float[] weights = packed.values();
        int piece = piece(frame, outputs);
        int row = frame.outWidth() * outputs;
        parallel.run(packed, (part, parts) -> {
            if (part == 0) {
                int ordered = orderedAt(frame, outputs);
                order.accept(ordered);
                frame.pack(weights, weights, ordered, outputs);
            }
        }, (part, parts) -> {
            int image = Lanes.FIRST + part * piece;
            int transposed = image + frame.length();
            int result = transposed + frame.transposedLength();
            Arrays.fill(work, image, transposed, 0f);
            // Of fewer images than threads, each thread computes some rows of each.
            boolean few = batch < parts;
            int first = few ? Parallel.from(part, parts, frame.outHeight()) : 0;
            int last = few ? Parallel.from(part + 1, parts, frame.outHeight()) : frame.outHeight();
            int end = few ? batch : Parallel.from(part + 1, parts, batch);
            for (int b = few ? 0 : Parallel.from(part, parts, batch); b < end && first < last; b++) {
                frame.fill(work, image, x, b * frame.imageLength(), first, last);
                for (int i = first; i < last; i += frame.block()) {
                    int count = Math.min(frame.block(), last - i);
                    int to = (b * frame.outHeight() + i) * row;
                    if (bias == null) {
                        ConvolutionFrame.copyRows(work, result, frame.width() * outputs, y, to, row, count, row);
                        frame.multiply(work, result, work, result, outputs, image, transposed, weights, outputs, i,
                                count);
                    } else {
                        frame.multiply(work, result, bias, 0, 0, image, transposed, weights, outputs, i, count);
                    }
                    ConvolutionFrame.copyRows(y, to, row, work, result, frame.width() * outputs, count, row);
                }
            }
        });
    }
}
