package scanline.engine.geometry;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gradients around a recurrent layer.
 *
 * @param dx
 *            of the input, [T, B, F], added to; null if it needs none
 * @param dw
 *            of the weights, added to
 * @param dh
 *            of the hidden state after a span, [B, H], as far as it does not come through {@code dy}; the backward pass turns it
 *            into that of the state before the span
 * @param dc
 *            of the cell state, likewise; empty where the layer has none
 * @param dy
 *            of every hidden state, [T, B, H], or null
 */
public record CellGradients<A>(@Nullable A dx, CellWeights<A> dw, A dh, A dc, @Nullable A dy) implements Blocks<A> {
    @Override
    public <B> CellGradients<B> map(Function<A, B> of) {
        return new CellGradients<>(dx == null ? null : of.apply(dx), dw.map(of), of.apply(dh), of.apply(dc),
                dy == null ? null : of.apply(dy));
    }
}
