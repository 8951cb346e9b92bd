package scanline.engine.geometry;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a self-attention layer, or their gradients, of which any may be null.
 *
 * @param wi
 *            [3 heads d, F], for queries, keys and values
 * @param bi
 *            [3 heads d], or null for none
 * @param wo
 *            [F, heads d]
 * @param bo
 *            [F]
 */
public record AttentionWeights<A>(A wi, @Nullable A bi, A wo, A bo) implements Blocks<A> {
    @Override
    public <B> AttentionWeights<B> map(Function<A, B> of) {
        return new AttentionWeights<>(Blocks.mapped(wi, of), bi == null ? null : of.apply(bi), Blocks.mapped(wo, of),
                Blocks.mapped(bo, of));
    }
}
