package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The weights of an S4D layer of H channels with M modes each, or their gradients, of which any may be null.
 *
 * @param logDt
 *            [H], the logarithm of the length of a step
 * @param logReal
 *            [H, M], the logarithm of -Re A
 * @param imaginary
 *            [H, M], Im A
 * @param c
 *            [H, M, 2], the real and the imaginary part of C
 * @param d
 *            [H], the factor of the input in the output
 */
public record S4dBlocks<A>(A logDt, A logReal, A imaginary, A c, A d) implements Blocks<A> {
    @Override
    public <B> S4dBlocks<B> map(Function<A, B> of) {
        return new S4dBlocks<>(Blocks.mapped(logDt, of), Blocks.mapped(logReal, of), Blocks.mapped(imaginary, of),
                Blocks.mapped(c, of), Blocks.mapped(d, of));
    }
}
