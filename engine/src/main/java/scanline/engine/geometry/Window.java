package scanline.engine.geometry;

/**
 * Where a window of {@code rows} x {@code columns} pixels lies on images {@code [batch, height, width, channels]}: every
 * {@code stride} pixels, from {@code padding} pixels outside on.
 */
public record Window(int batch, int height, int width, int channels, int rows, int columns, int stride, int padding) {
    /** Refuses what no image has, and a window larger than its image. */
    public Window {
        if (Math.min(rows, columns) < 1 || stride < 1 || padding < 0) {
            throw new IllegalArgumentException(
                    "a window needs a size and a stride of at least 1 and no negative padding,"
                            + " unlike size " + rows + " x " + columns + ", stride " + stride + ", padding " + padding);
        }
        if (rows > height + 2 * padding || columns > width + 2 * padding) {
            throw new IllegalArgumentException("a window of " + rows + " x " + columns
                    + " pixels is larger than its image of " + height + " x " + width
                    + (padding > 0 ? ", padded by " + padding : ""));
        }
    }

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
    public int pixels() {
        return height * width;
    }

    /** Numbers that it covers. */
    public int depth() {
        return rows * columns * channels;
    }
}
