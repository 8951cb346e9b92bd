package scanline.data.image;

/**
 * The size of an image in pixels.
 *
 * @param height the number of rows
 * @param width the number of columns
 */
public record PictureSize(int height, int width) {
    /** The number of pixels. */
    public int pixels() {
        return height * width;
    }

    @Override
    public String toString() {
        return height + " x " + width;
    }
}
