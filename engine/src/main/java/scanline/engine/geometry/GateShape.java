package scanline.engine.geometry;

/**
 * The sizes of a gated product of values and gates, both [rows, n].
 *
 * @param valuesAt
 *            the place of the first row of values in its block
 * @param gatesAt
 *            the place of the first row of gates
 * @param stride
 *            the distance of two rows of either
 */
public record GateShape(int rows, int n, int valuesAt, int gatesAt, int stride) {
    /** Two blocks of their own. */
    public static GateShape separate(int rows, int n) {
        return new GateShape(rows, n, 0, 0, n);
    }

    /** The halves of the rows of one block. */
    public static GateShape halves(int rows, int n) {
        return new GateShape(rows, n, 0, n, 2 * n);
    }

    /** The number of products. */
    public int elements() {
        return rows * n;
    }
}
