package scanline.engine.geometry;

import java.util.function.Function;

/** The scale and shift of normalized values, [C] each, or their gradients. */
public record Affine<A>(A gamma, A beta) implements Blocks<A> {
    @Override
    public <B> Affine<B> map(Function<A, B> of) {
        return new Affine<>(of.apply(gamma), of.apply(beta));
    }
}
