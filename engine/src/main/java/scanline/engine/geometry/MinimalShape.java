package scanline.engine.geometry;

/**
 * The kind and the sizes of a minimal recurrence.
 *
 * @param steps
 *            T
 * @param batch
 *            B
 * @param hidden
 *            H, the values of a state
 */
public record MinimalShape(MinimalKind kind, int steps, int batch, int hidden) {
    /** Returns the values of the sums of one row of a step. */
    public int width() {
        return kind.blocks() * hidden;
    }
}
