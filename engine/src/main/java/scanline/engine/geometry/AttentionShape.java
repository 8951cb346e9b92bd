package scanline.engine.geometry;

/**
 * The sizes, mask and dropout of an attention.
 *
 * @param batch
 *            B
 * @param width
 *            d, the width of a head
 * @param queries
 *            T_q
 * @param keys
 *            T_k
 * @param mask
 *            the keys that a query sees
 * @param dropout
 *            the dropout of the attention weights; the weight of query i and key j in head h of example b has the index
 *            {@code ((b heads + h) T_q + i) T_k + j}
 */
public record AttentionShape(int batch, int heads, int width, int queries, int keys, Mask mask, DropoutMask dropout) {
    /**
     * Returns the largest number of keys that a query before {@code end} sees; they are the first keys.
     *
     * @param number
     *            the number of the head, counted example by example
     */
    public int keys(int number, int end) {
        int count = mask.lengths().length == 0 ? keys : mask.lengths()[number / heads];
        return mask.causal() ? Math.min(count, end) : count;
    }
}
