package scanline.lab.image;

/**
 * The size of a picture in pixels.
 *
 * @param height rows
 * @param width columns
 */
public record PictureSize(int height, int width) {
    /** How many pixels it has. */
    public int pixels() {
        return height * width;
    }

    @Override
    public String toString() {
        return height + " x " + width;
    }
}
