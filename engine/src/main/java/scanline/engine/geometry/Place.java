package scanline.engine.geometry;

/**
 * Where the rows of a block [outer, rows, n] are in a buffer: row [o, r] starts at {@code from + o outer + r row}. A
 * stride of 0 stands for the same row again and again, and a negative one counts backward.
 *
 * @param from
 *            the position of the first row
 * @param outer
 *            the distance between blocks of rows, in floats
 * @param row
 *            the distance between the rows of a block, in floats
 */
public record Place(int from, int outer, int row) {
    /** Returns the position of a row. */
    public int at(int o, int r) {
        return from + o * outer + r * row;
    }
}
