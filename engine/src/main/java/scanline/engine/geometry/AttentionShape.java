package scanline.engine.geometry;

/**
 * Sizes and mask of an attention.
 *
 * @param batch
 *            B
 * @param width
 *            d, of a head
 * @param queries
 *            T_q
 * @param keys
 *            T_k
 * @param mask
 *            which keys a query sees
 * @param dropout
 *            of the weights: that of query i and key j of head h of example b has the number
 *            {@code ((b heads + h) T_q + i) T_k + j}
 */
public record AttentionShape(int batch, int heads, int width, int queries, int keys, Mask mask, DropoutMask dropout) {
    /** How many keys the queries before {@code end} see at most, of a head counted example by example; these come first. */
    public int keys(int number, int end) {
        int count = mask.lengths().length == 0 ? keys : mask.lengths()[number / heads];
        return mask.causal() ? Math.min(count, end) : count;
    }
}
