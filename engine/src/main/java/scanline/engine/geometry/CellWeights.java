package scanline.engine.geometry;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a recurrent layer, or their gradients, of which any may be null: wIh [G, F], wHh [U, H], bIh [G], bHh
 * [U], where G is gates x H, and U is state gates x H.
 *
 * @param wCell
 *            the weights [H, H] by which the new cell state of a LEM enters its hidden state; null for other kinds
 * @param bCell
 *            the bias [H] of that product, or the offset [H] of the gates of a UR_LSTM; null for other kinds
 */
public record CellWeights<A>(A wIh, A wHh, A bIh, A bHh, @Nullable A wCell, @Nullable A bCell) implements Blocks<A> {
    @Override
    public <B> CellWeights<B> map(Function<A, B> of) {
        return new CellWeights<>(Blocks.mapped(wIh, of), Blocks.mapped(wHh, of), Blocks.mapped(bIh, of),
                Blocks.mapped(bHh, of), wCell == null ? null : of.apply(wCell), bCell == null ? null : of.apply(bCell));
    }
}
