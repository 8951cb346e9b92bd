package scanline.engine.kernel;

/**
 * Where a window of {@code rows} x {@code columns} pixels lies on images {@code [batch, height, width, channels]}: every
 * {@code stride} pixels, from {@code padding} pixels outside on.
 */
public record Window(int batch, int height, int width, int channels, int rows, int columns, int stride, int padding) {
    /** How many places it has from the top to the bottom. */
    public int outHeight() {
        return (height + 2 * padding - rows) / stride + 1;
    }

    /** How many places it has from the left to the right. */
    public int outWidth() {
        return (width + 2 * padding - columns) / stride + 1;
    }

    /** How many places it has on an image. */
    public int places() {
        return outHeight() * outWidth();
    }

    /** Pixels of an image. */
    int pixels() {
        return height * width;
    }

    /** Numbers that it covers. */
    int depth() {
        return rows * columns * channels;
    }
}
