package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.Window;

/**
 * Where an image lies among zeros, and where a kernel goes over it. What is under a row of the kernel at one place is a run
 * of numbers, and at the next place the run that begins one stride further: the runs of all places are the rows of a matrix
 * that overlap in memory, and a product needs no copy of them. The zeros to the right of a row are those to the left of the
 * next.
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
record ConvolutionFrame(int channels, int imageHeight, int imageWidth, int above, int left, int spread, int rows,
        int columns, int stride, int outHeight, int outWidth, int width) {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Places at once: their results, 64 KB for 64 outputs, stay in the second-level cache beside the image.
    private static final int PLACES = 256;

    private static ConvolutionFrame of(int channels, int imageHeight, int imageWidth, int above, int left, int spread,
            Window window, int stride, int outHeight, int outWidth) {
        int content = left + (imageWidth - 1) * spread + 1;
        int read = (outWidth - 1) * stride + window.columns() - Math.max(0, left);
        return new ConvolutionFrame(channels, imageHeight, imageWidth, above, left, spread, window.rows(),
                window.columns(), stride, outHeight, outWidth, Math.max(content, read));
    }

    /** The input of a window, under its kernel. */
    static ConvolutionFrame ofInput(Window window) {
        return of(window.channels(), window.height(), window.width(), window.padding(), window.padding(), 1, window,
                window.stride(), window.outHeight(), window.outWidth());
    }

    /** The gradient of a window's output under the flipped kernel, which makes the gradient of its input. */
    static ConvolutionFrame ofGradient(Window window, int outputs) {
        return of(outputs, window.outHeight(), window.outWidth(), window.rows() - 1 - window.padding(),
                window.columns() - 1 - window.padding(), window.stride(), window, 1, window.height(), window.width());
    }

    int height() {
        return (outHeight - 1) * stride + rows;
    }

    /** Floats that it takes. */
    int length() {
        return Lanes.lines((height() * width + Math.max(0, left)) * channels);
    }

    /** Numbers of the image alone. */
    int imageLength() {
        return imageHeight * imageWidth * channels;
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
        int first = Math.max(0, Math.ceilDiv(-left, spread));
        for (int i = Math.max(0, Math.ceilDiv(-above, spread)); i < imageHeight
                && above + i * spread < height(); i++) {
            int row = at + (above + i * spread) * width * channels;
            int from = image + i * imageWidth * channels;
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
     * The products of {@code count} rows of places, from row {@code place} on, with the packed weights of all rows of the
     * kernel, one behind the other. The sums start from {@code start}.
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

    static void copyRows(float[] to, int at, int ldTo, float[] from, int fromAt, int ldFrom, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            copy(to, at + i * ldTo, from, fromAt + i * ldFrom, n);
        }
    }
}
