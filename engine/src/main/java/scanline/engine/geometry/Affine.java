package scanline.engine.geometry;

import java.util.function.Function;

/** What normalized numbers are multiplied by and shifted by, one number a channel each, or the gradients of these. */
public record Affine<A>(A gamma, A beta) implements Blocks<A> {
    @Override
    public <B> Affine<B> map(Function<A, B> of) {
        return new Affine<>(of.apply(gamma), of.apply(beta));
    }
}
