package scanline.data.image;

/** Grayscale pictures of one size, each with its labels, that are read or composed one at a time by number. */
public interface Pictures {
    /** The number of rows of a picture. */
    int height();

    /** The number of columns of a picture. */
    int width();

    /** The number of different labels. */
    int classes();

    /**
     * Writes a picture.
     *
     * @param number the number of the picture
     * @param pixels receives unsigned bytes, row-major: height x width, starting at {@code at}
     * @param at the index of the first pixel
     */
    void draw(int number, byte[] pixels, int at);

    /** Returns a set with only one picture; its label is a placeholder. */
    default ImageSet alone(int number) {
        byte[] pixels = new byte[height() * width()];
        draw(number, pixels, 0);
        return new ImageSet(height(), width(), pixels, new byte[1], classes());
    }

    /**
     * Returns the labels of a picture.
     *
     * @return labels, each smaller than {@link #classes}: a class, a sequence, or a set in the order in which it is
     *     learned
     */
    int[] answer(int number);
}
