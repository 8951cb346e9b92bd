package scanline.lab.data;

/** In what order a sequence model reads an image. */
public enum Scan {
    /** A row at a time, from the top: as many steps as rows, as many features as columns. */
    ROWS,
    /** A pixel at a time, row by row from the top left: one feature a step. */
    PIXELS;

    /** How many steps an image of this size takes. */
    public int steps(int height, int width) {
        return height * width / features(width);
    }

    /** How many numbers a step holds. */
    public int features(int width) {
        return this == ROWS ? width : 1;
    }
}
