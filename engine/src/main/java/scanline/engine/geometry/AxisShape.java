package scanline.engine.geometry;

/**
 * A block as an operation along one of its axes sees it, [outer, n, inner].
 *
 * @param outer
 *            the product of the sizes before the axis
 * @param n
 *            the size of the axis
 * @param inner
 *            the product of the sizes after the axis
 */
public record AxisShape(int outer, int n, int inner) {
    /** Returns the number of elements without the axis. */
    public int others() {
        return outer * inner;
    }
}
