package scanline.engine.geometry;

/** The sizes of {@code batch} products of matrices, [rows, depth] and [depth, columns] to [rows, columns]. */
public record MatmulShape(int batch, int rows, int depth, int columns) {
    /** Returns the number of multiplications. */
    public long products() {
        return (long) batch * rows * depth * columns;
    }
}
