package scanline.engine.geometry;

/**
 * An attention mask: the keys that a query sees. They are always the first ones, limited by causality, by padding, or
 * by both.
 *
 * @param causal
 *            whether query i sees only keys 0 to i
 * @param lengths
 *            the number of keys of each example that are not padding, at least 1; empty if no example has padding
 */
public record Mask(boolean causal, int[] lengths) {
    /** Every query sees every key. */
    public static final Mask NONE = new Mask(false, new int[0]);
    /** No query sees a key after its own position. */
    public static final Mask CAUSAL = new Mask(true, new int[0]);

    /** Returns this mask for sequences with padding after their first {@code lengths} steps, one length per example. */
    public Mask padded(int... lengths) {
        return new Mask(causal, lengths);
    }

    /** Returns whether a query of an example sees a key. */
    public boolean sees(int example, int query, int key) {
        return (!causal || key <= query) && (lengths.length == 0 || key < lengths[example]);
    }
}
