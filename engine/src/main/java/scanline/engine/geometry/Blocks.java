package scanline.engine.geometry;

import java.util.function.Function;

/**
 * A group of blocks that belong together.
 *
 * @param <A>
 *            the type of a block: {@code Tensor} for an operation, {@code Buffer} for a backend, {@code float[]} for a
 *            kernel
 */
public interface Blocks<A> {
    /** Returns the same group with {@code of} applied to each block; a block that is null stays null. */
    <B> Blocks<B> map(Function<A, B> of);

    /** Returns {@code of} applied to a block, or null for a gradient that is not needed. */
    @SuppressWarnings("NullAway") // The type of a block whose gradient may be missing is nullable.
    static <A, B> B mapped(A block, Function<A, B> of) {
        return block == null ? null : of.apply(block);
    }
}
