package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The weights of a feed-forward layer, or their gradients, of which any may be null: w1 [H, F], b1 [H], w2 [F, H], b2
 * [F].
 */
public record FeedForwardWeights<A>(A w1, A b1, A w2, A b2) implements Blocks<A> {
    @Override
    public <B> FeedForwardWeights<B> map(Function<A, B> of) {
        return new FeedForwardWeights<>(Blocks.mapped(w1, of), Blocks.mapped(b1, of), Blocks.mapped(w2, of),
                Blocks.mapped(b2, of));
    }
}
