package scanline.engine.geometry;

/**
 * A recurrent layer's kind, with the constant that its formula may have.
 *
 * @param dt
 *            the longest time step of a {@link CellKind#LEM}, in (0, 1]: the largest part of a state that one step
 *            replaces; 1 for the other kinds
 */
public record Cell(CellKind kind, double dt) {
    /**
     * Checks the time step.
     *
     * @throws IllegalArgumentException
     *             if it is not in (0, 1], or not 1 for a kind without time steps
     */
    public Cell {
        if (!(dt > 0 && dt <= 1)) {
            throw new IllegalArgumentException("dt must be above 0 and at most 1, not " + dt);
        }
        if (kind != CellKind.LEM && dt != 1) {
            throw new IllegalArgumentException("dt must be 1 for " + kind + ", not " + dt
                    + ": only a LEM has time steps");
        }
    }

    /** Returns the cell of a kind, with a time step of 1. */
    public static Cell of(CellKind kind) {
        return new Cell(kind, 1);
    }
}
