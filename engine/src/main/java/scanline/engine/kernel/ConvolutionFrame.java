package scanline.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import scanline.engine.geometry.Window;

/**
 * The layout of an image padded with zeros, and the places where a kernel is applied to it. The numbers under a row of
 * the kernel at one place are a contiguous run; at the next place they are the run that starts one stride further. The
 * runs of all places are thus rows of a matrix that overlap in memory, and a product needs no copy of them. The zeros
 * to the right of a row are also those to the left of the next row.
 *
 * @param channels
 *            the number of values of a pixel
 * @param above
 *            the number of rows of zeros above the image; negative if rows of the image are left out
 * @param left
 *            the number of columns of zeros to its left, likewise
 * @param spread
 *            the distance between its pixels; those between them are zeros
 * @param rows
 *            the height of the kernel; {@code columns} is its width
 * @param stride
 *            the distance from one place to the next
 * @param outHeight
 *            the number of places from top to bottom; {@code outWidth} is the number from left to right
 * @param width
 *            the number of pixels of a row of the frame
 */
record ConvolutionFrame(int channels, int imageHeight, int imageWidth, int above, int left, int spread, int rows,
        int columns, int stride, int outHeight, int outWidth, int width) {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    // Places per product: their results, 64 KB for 64 outputs, stay in the second-level cache together with the image.
    private static final int PLACES = 256;

    private static ConvolutionFrame of(int channels, int imageHeight, int imageWidth, int above, int left, int spread,
            Window window, int stride, int outHeight, int outWidth) {
        int content = left + (imageWidth - 1) * spread + 1;
        int read = (outWidth - 1) * stride + window.columns() - Math.max(0, left);
        return new ConvolutionFrame(channels, imageHeight, imageWidth, above, left, spread, window.rows(),
                window.columns(), stride, outHeight, outWidth, Math.max(content, read));
    }

    /** Returns the frame of a window's input under its kernel. */
    static ConvolutionFrame ofInput(Window window) {
        return of(window.channels(), window.height(), window.width(), window.padding(), window.padding(), 1, window,
                window.stride(), window.outHeight(), window.outWidth());
    }

    /**
     * Returns the frame of the gradient of a window's output under the flipped kernel, to compute the input's gradient.
     */
    static ConvolutionFrame ofGradient(Window window, int outputs) {
        return of(outputs, window.outHeight(), window.outWidth(), window.rows() - 1 - window.padding(),
                window.columns() - 1 - window.padding(), window.stride(), window, 1, window.height(), window.width());
    }

    int height() {
        return (outHeight - 1) * stride + rows;
    }

    /** The size of the frame in floats. */
    int length() {
        return Lanes.lines((height() * width + Math.max(0, left)) * channels);
    }

    /** The size of the image without padding, in floats. */
    int imageLength() {
        return imageHeight * imageWidth * channels;
    }

    /** The number of floats under a row of the kernel. */
    int run() {
        return columns * channels;
    }

    /** The number of rows of places per product. */
    int block() {
        return Math.min(outHeight, Math.max(1, PLACES / width));
    }

    /**
     * The number of places in {@code rowsOfPlaces} rows, including those between the rows, whose results are not used.
     */
    int places(int rowsOfPlaces) {
        return (rowsOfPlaces - 1) * width + outWidth;
    }

    /** Copies an image into the frame and leaves the zeros unchanged. */
    void fill(float[] to, int at, float[] x, int image) {
        fill(to, at, x, image, 0, outHeight);
    }

    /** Copies what places in rows {@code from..end} need of an image. */
    void fill(float[] to, int at, float[] x, int image, int from, int end) {
        int top = from * stride;
        int bottom = (end - 1) * stride + rows;
        // If pixels are spread apart and the padding is wider than the kernel, some of them are outside the frame.
        int first = Math.max(0, Math.ceilDiv(-left, spread));
        for (int i = Math.max(0, Math.ceilDiv(top - above, spread)); i < imageHeight
                && above + i * spread < bottom; i++) {
            int row = at + (above + i * spread) * width * channels;
            int source = image + i * imageWidth * channels;
            if (spread == 1) {
                copy(to, row + (left + first) * channels, x, source + first * channels,
                        (imageWidth - first) * channels);
                continue;
            }
            for (int j = first; j < imageWidth; j++) {
                copy(to, row + (left + j * spread) * channels, x, source + j * channels, channels);
            }
        }
    }

    /**
     * Returns whether the runs are too short for a product of each row of the kernel. The numbers under one element of
     * the kernel are then contiguous for all places of a row, and are copied as rows of a transposed operand.
     */
    boolean isFlat() {
        return channels == 1 && stride == 1;
    }

    /** The size in floats of the transposed operand of {@link #multiply}. */
    int transposedLength() {
        return isFlat() ? rows * columns * Lanes.lines(places(block())) : 0;
    }

    /** Packs weights [rows, run, outputs] for {@link #multiply}. */
    void pack(float[] packed, float[] ordered, int at, int outputs) {
        int pieces = isFlat() ? 1 : rows;
        int depth = rows * run() / pieces;
        for (int i = 0; i < pieces; i++) {
            Gemm.pack(packed, Lanes.FIRST + i * Gemm.packedLength(depth, outputs), ordered, at + i * depth * outputs,
                    outputs, depth, outputs, 0, Gemm.panels(outputs));
        }
    }

    /**
     * Multiplies {@code count} rows of places, from row {@code place} on, by the packed weights of all rows of the
     * kernel, which are stored one after the other. The sums start from {@code start}.
     *
     * @param transposed
     *            where {@link #transposedLength} floats of {@code work} are free
     */
    void multiply(float[] work, int result, float[] start, int startAt, int startLd, int image, int transposed,
            float[] weights, int outputs, int place, int count) {
        if (isFlat()) {
            int places = places(count);
            int distance = Lanes.lines(places);
            for (int i = 0; i < rows * columns; i++) {
                copy(work, transposed + i * distance, work, image + (place + i / columns) * width + i % columns,
                        places);
            }
            Gemm.multiplyTransposed(work, result, outputs, start, startAt, startLd, work, transposed, distance, weights,
                    Lanes.FIRST, places, rows * columns, outputs);
            return;
        }
        for (int r = 0; r < rows; r++) {
            Gemm.multiply(work, result, outputs, r == 0 ? start : work, r == 0 ? startAt : result,
                    r == 0 ? startLd : outputs, work, image + (place * stride + r) * width * channels,
                    stride * channels, weights, Lanes.FIRST + r * Gemm.packedLength(run(), outputs), places(count),
                    run(),
                    outputs);
        }
    }

    // A vector loop, because for this few numbers a call of arraycopy or fill takes several times as long.
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
