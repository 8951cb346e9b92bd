package scanline.engine.geometry;

/**
 * The sizes and modes of two linear maps with a nonlinearity between them.
 *
 * @param rows
 *            the rows of the input
 * @param features
 *            F, the values per row
 * @param hidden
 *            H, the values per row between the maps
 * @param nonlinearity
 *            the function between the maps
 * @param dropout
 *            the dropout of the function's results; that of row i and column j has the index {@code i H + j}
 */
public record FeedForwardShape(int rows, int features, int hidden, Nonlinearity nonlinearity, DropoutMask dropout) {}
