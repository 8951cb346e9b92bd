package scanline.engine.kernel;

import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.Span;
import scanline.engine.geometry.View;

/**
 * Where the states of a step lie.
 *
 * @param h
 *            the next hidden state, {@code before} the one that it follows; they may be one place
 * @param c
 *            the next cell state, {@code cellBefore} the one that it follows; they may be one place
 * @param saved
 *            what the backward pass needs, blocks H apart
 */
public record CellStep(View<float[]> h, View<float[]> before, View<float[]> c, View<float[]> cellBefore,
        View<float[]> saved) {
    /** The t-th step of a span, from a unit of a row of the batch on. */
    static CellStep of(CellStates<float[]> y, RecurrentCell cell, Span span, int t, int row, int unit) {
        int own = row * span.hidden() + unit;
        int step = span.first() + t;
        int hStep = y.allSteps() ? span.states() : 0;
        int cStep = y.save() ? span.states() : 0;
        return new CellStep(view(y.h(), step * hStep + own),
                t == 0 ? view(y.before().values(), y.before().at() + own) : view(y.h(), (step - 1) * hStep + own),
                view(y.c(), t * cStep + own),
                t == 0 ? view(y.cellBefore().values(), y.cellBefore().at() + own) : view(y.c(), (t - 1) * cStep + own),
                view(y.saved(), cell.saved() * (t * cStep + row * span.hidden()) + unit));
    }

    private static View<float[]> view(float[] values, int at) {
        return new View<>(values, at);
    }
}
