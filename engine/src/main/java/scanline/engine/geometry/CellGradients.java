package scanline.engine.geometry;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gradients around a recurrent layer.
 *
 * @param dx
 *            the gradient of the input, [T, B, F], which is added to; null if it is not needed
 * @param dw
 *            the gradients of the weights, which are added to
 * @param dh
 *            the gradient of the hidden state after a span, [B, H], without the part that comes through {@code dy}; the
 *            backward pass replaces it by that of the state before the span
 * @param dc
 *            the gradient of the cell state, likewise; empty if the layer has none
 * @param dy
 *            the gradient of every hidden state, [T, B, H], or null
 */
public record CellGradients<A>(@Nullable A dx, CellWeights<A> dw, A dh, A dc, @Nullable A dy) implements Blocks<A> {
    @Override
    public <B> CellGradients<B> map(Function<A, B> of) {
        return new CellGradients<>(dx == null ? null : of.apply(dx), dw.map(of), of.apply(dh), of.apply(dc),
                dy == null ? null : of.apply(dy));
    }
}
