package scanline.engine.geometry;

import java.util.function.Function;

/** A part of a block that starts at a position. */
public record View<A>(A values, int at) implements Blocks<A> {
    @Override
    public <B> View<B> map(Function<A, B> of) {
        return new View<>(of.apply(values), at);
    }
}
