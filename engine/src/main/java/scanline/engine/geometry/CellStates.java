package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The states of a recurrent layer over a span of steps.
 *
 * @param h
 *            the hidden states, [T, B, H] with {@code allSteps}, otherwise that of the last step, [B, H]
 * @param c
 *            the cell states, [steps of the span, B, H] with {@code save}, otherwise that of the last step; empty if
 *            the layer has none
 * @param saved
 *            the other values saved for the backward pass, [steps of the span, B, a number per cell kind x H] with
 *            {@code save}, otherwise those of the last step
 * @param before
 *            the hidden state before the span, [B, H]
 * @param cellBefore
 *            the cell state before the span, [B, H]
 * @param allSteps
 *            whether to store every hidden state
 * @param save
 *            whether to save what the backward pass needs
 */
public record CellStates<A>(A h, A c, A saved, View<A> before, View<A> cellBefore, boolean allSteps,
        boolean save) implements Blocks<A> {
    @Override
    public <B> CellStates<B> map(Function<A, B> of) {
        return new CellStates<>(of.apply(h), of.apply(c), of.apply(saved), before.map(of), cellBefore.map(of), allSteps,
                save);
    }
}
