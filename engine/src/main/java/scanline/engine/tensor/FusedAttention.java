package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;
import scanline.engine.random.RandomKey;

/**
 * The ability to attend without storing scores. Letters and layouts: T_q queries, T_k keys, B batch, d width of a head; a
 * block of queries is [T_q, B, columns], in which the heads take neighbouring columns from a first one on; so are keys and
 * values, [T_k, B, columns].
 */
public interface FusedAttention {
    /**
     * Sizes and mask of an attention.
     *
     * @param width
     *            d
     * @param mask
     *            which keys a query sees
     * @param key
     *            what dropout of the weights draws from: the weight of query i and key j of head h of example b is number
     *            {@code ((b heads + h) T_q + i) T_k + j}
     * @param dropout
     *            its rate; 0 for none
     */
    record Sizes(int batch, int heads, int width, int queries, int keys, Attention.Mask mask, RandomKey key,
            float dropout) {}

    /** Where heads lie: the columns from {@code from} on of rows of {@code columns}. */
    record Place(Buffer values, int from, int columns) {}

    /** {@code y = softmax(Q K^T / sqrt(d)) V} for every head of every example. */
    void attend(Place y, Place q, Place k, Place v, Sizes sizes);

    /** Adds to the gradients of queries, keys and values. */
    void attendGradient(Place dq, Place dk, Place dv, Place dy, Place q, Place k, Place v, Sizes sizes);

    /**
     * A layer's weights, or the gradients of these.
     *
     * @param wi
     *            [3 heads d, F], of queries, keys and values
     * @param bi
     *            [3 heads d], or null
     * @param wo
     *            [F, heads d]
     * @param bo
     *            [F]
     */
    record Matrices(Buffer wi, @Nullable Buffer bi, Buffer wo, Buffer bo) {}

    /** {@code y = [heads] wo^T + bo} with {@code [Q K V] = x wi^T + bi}, x and y being [T, B, features]. */
    void selfAttend(Buffer y, Buffer x, Matrices w, int features, Sizes sizes);

    /** Adds to the gradients of x, unless null, and of the weights. */
    void selfAttendGradient(@Nullable Buffer dx, Matrices dw, Buffer dy, Buffer x, Matrices w, int features,
            Sizes sizes);
}
