package scanline.lab.image;

/** Gray pictures of one size, each with an answer, read or drawn one at a time by their numbers. */
public interface Pictures {
    /** Rows of a picture. */
    int height();

    /** Columns of a picture. */
    int width();

    /** How many labels there are. */
    int classes();

    /**
     * Writes a picture.
     *
     * @param number which one
     * @param pixels gets unsigned bytes, row by row: height x width of them from {@code at} on
     */
    void draw(int number, byte[] pixels, int at);

    /** A picture alone; its label is none of it. */
    default ImageSet alone(int number) {
        byte[] pixels = new byte[height() * width()];
        draw(number, pixels, 0);
        return new ImageSet(height(), width(), pixels, new byte[1], classes());
    }

    /**
     * What a picture shows.
     *
     * @return labels, each smaller than {@link #classes}: a class, a sequence, or a set in the order in which it is learned
     */
    int[] answer(int number);
}
