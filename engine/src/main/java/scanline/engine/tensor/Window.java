package scanline.engine.tensor;

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

    /** A window on images of this shape, [B, H, W, C]. */
    static Window on(Tensor images, int rows, int columns, int stride, int padding) {
        Shape shape = images.shape().requireAxes("a batch of images", 4);
        return new Window(shape.size(0), shape.size(1), shape.size(2), shape.size(3), rows, columns, stride, padding);
    }

    /** How many places it has from the top to the bottom. */
    public int outHeight() {
        return (height + 2 * padding - rows) / stride + 1;
    }

    /** How many places it has from the left to the right. */
    public int outWidth() {
        return (width + 2 * padding - columns) / stride + 1;
    }

    /** What is computed of so many numbers for each of its places. */
    Shape result(int outputs) {
        return Shape.of(batch, outHeight(), outWidth(), outputs);
    }
}
