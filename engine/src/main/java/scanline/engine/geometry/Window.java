package scanline.engine.geometry;

/**
 * A window of {@code rows} x {@code columns} pixels that moves over images {@code [batch, height, width, channels]} in
 * steps of {@code stride} pixels, starting {@code padding} pixels outside the image.
 */
public record Window(int batch, int height, int width, int channels, int rows, int columns, int stride, int padding) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException
     *             if the window or the stride is smaller than 1, the padding is negative, or the window is larger than
     *             the padded image
     */
    public Window {
        if (Math.min(rows, columns) < 1 || stride < 1 || padding < 0) {
            throw new IllegalArgumentException(
                    "a window needs a size and a stride of at least 1 and no negative padding,"
                            + " not size " + rows + " x " + columns + ", stride " + stride + ", padding " + padding);
        }
        if (rows > height + 2 * padding || columns > width + 2 * padding) {
            throw new IllegalArgumentException("a window of " + rows + " x " + columns
                    + " pixels is larger than its image of " + height + " x " + width
                    + (padding > 0 ? ", padded by " + padding : ""));
        }
    }

    /** Returns the number of positions from top to bottom. */
    public int outHeight() {
        return (height + 2 * padding - rows) / stride + 1;
    }

    /** Returns the number of positions from left to right. */
    public int outWidth() {
        return (width + 2 * padding - columns) / stride + 1;
    }

    /** Returns the number of positions on an image. */
    public int places() {
        return outHeight() * outWidth();
    }

    /** Returns the number of pixels of an image. */
    public int pixels() {
        return height * width;
    }

    /** Returns the number of values that the window covers. */
    public int depth() {
        return rows * columns * channels;
    }
}
