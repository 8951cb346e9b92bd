package scanline.engine.geometry;

/**
 * Which keys a query sees: the first ones, in both ways.
 *
 * @param causal
 *            whether query i sees keys 0 to i alone
 * @param lengths
 *            how many keys of an example are no padding, at least 1; empty for all
 */
public record Mask(boolean causal, int[] lengths) {
    /** Every query sees every key. */
    public static final Mask NONE = new Mask(false, new int[0]);
    /** No query sees a key behind its own place. */
    public static final Mask CAUSAL = new Mask(true, new int[0]);

    /** This mask for sequences with padding behind their first {@code lengths} steps, one number an example. */
    public Mask padded(int... lengths) {
        return new Mask(causal, lengths);
    }

    /** Whether a query of an example sees a key. */
    public boolean sees(int example, int query, int key) {
        return (!causal || key <= query) && (lengths.length == 0 || key < lengths[example]);
    }
}
