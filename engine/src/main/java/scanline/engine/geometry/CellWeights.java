package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The weights of a recurrent layer, or their gradients, of which any may be null: wIh [G, F], wHh [G, H], bIh [G], bHh
 * [G], where G is gates x H.
 */
public record CellWeights<A>(A wIh, A wHh, A bIh, A bHh) implements Blocks<A> {
    @Override
    public <B> CellWeights<B> map(Function<A, B> of) {
        return new CellWeights<>(Blocks.mapped(wIh, of), Blocks.mapped(wHh, of), Blocks.mapped(bIh, of),
                Blocks.mapped(bHh, of));
    }
}
