package scanline.engine.geometry;

import java.util.function.Function;

/** The scale and shift of normalized values, [C] each, or their gradients, of which any may be null. */
public record Affine<A>(A gamma, A beta) implements Blocks<A> {
    @Override
    public <B> Affine<B> map(Function<A, B> of) {
        return new Affine<>(Blocks.mapped(gamma, of), Blocks.mapped(beta, of));
    }
}
