package scanline.engine.geometry;

import java.util.function.Function;

/**
 * Blocks that belong together.
 *
 * @param <A>
 *            what a block is: a {@code Tensor} to an op, a {@code Buffer} to a backend, a {@code float[]} to a kernel
 */
public interface Blocks<A> {
    /** The same with another block in the place of each; where there is none, none. */
    <B> Blocks<B> map(Function<A, B> of);
}
