package scanline.engine.geometry;

import java.util.function.Function;

/** The weights of a feed-forward layer, or their gradients: w1 [H, F], b1 [H], w2 [F, H], b2 [F]. */
public record FeedForwardWeights<A>(A w1, A b1, A w2, A b2) implements Blocks<A> {
    @Override
    public <B> FeedForwardWeights<B> map(Function<A, B> of) {
        return new FeedForwardWeights<>(of.apply(w1), of.apply(b1), of.apply(w2), of.apply(b2));
    }
}
