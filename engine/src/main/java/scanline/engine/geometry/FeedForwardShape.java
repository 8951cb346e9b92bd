package scanline.engine.geometry;

/**
 * Sizes and modes of two linear maps with a non-linear function between them.
 *
 * @param rows
 *            of the input
 * @param features
 *            F, numbers of a row
 * @param hidden
 *            H, numbers between the maps
 * @param nonlinearity
 *            the function
 * @param dropout
 *            of what it returns, number {@code row H + j} for each
 */
public record FeedForwardShape(int rows, int features, int hidden, Nonlinearity nonlinearity, DropoutMask dropout) {}
