package scanline.engine.geometry;

import java.util.function.Function;

/** The queries, keys and values of an attention, or their gradients. */
public record Qkv<A>(HeadsView<A> q, HeadsView<A> k, HeadsView<A> v) implements Blocks<A> {
    @Override
    public <B> Qkv<B> map(Function<A, B> of) {
        return new Qkv<>(q.map(of), k.map(of), v.map(of));
    }
}
