package scanline.engine.geometry;

import java.util.function.Function;

/**
 * The states of a recurrent layer over a span of steps.
 *
 * @param h
 *            the hidden states, [T, B, H] with {@code allSteps}, else that of the last step, [B, H]
 * @param c
 *            the cell states, [steps of the span, B, H] with {@code save}, else that of the last step; empty where the layer
 *            has none
 * @param saved
 *            what else the backward pass needs, [steps of the span, B, a number of the cell x H] with {@code save}, else that
 *            of the last step
 * @param before
 *            the hidden state before the span, [B, H]
 * @param cellBefore
 *            the cell state before the span, likewise
 * @param allSteps
 *            whether every hidden state stays
 * @param save
 *            whether what the backward pass needs stays
 */
public record CellStates<A>(A h, A c, A saved, View<A> before, View<A> cellBefore, boolean allSteps,
        boolean save) implements Blocks<A> {
    @Override
    public <B> CellStates<B> map(Function<A, B> of) {
        return new CellStates<>(of.apply(h), of.apply(c), of.apply(saved), before.map(of), cellBefore.map(of), allSteps,
                save);
    }
}
