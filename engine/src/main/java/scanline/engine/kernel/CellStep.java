package scanline.engine.kernel;

import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.Span;
import scanline.engine.geometry.View;

/**
 * Where the states of a step are: each an array and a place in it. One is made a step and thread, so the places are plain numbers:
 * a {@link View} each made a prediction of one image 5 % slower.
 *
 * @param h
 *            the next hidden state, {@code before} the one that it follows; they may be one place
 * @param c
 *            the next cell state, {@code cellBefore} the one that it follows; they may be one place
 * @param saved
 *            what the backward pass needs, blocks H apart
 */
public record CellStep(float[] h, int hAt, float[] before, int beforeAt, float[] c, int cAt, float[] cellBefore,
        int cellBeforeAt, float[] saved, int savedAt) {
    /** The t-th step of a span, from a unit of a row of the batch on. */
    static CellStep of(CellStates<float[]> y, RecurrentCell cell, Span span, int t, int row, int unit) {
        int own = row * span.hidden() + unit;
        int h = own + (y.allSteps() ? (span.first() + t) * span.states() : 0);
        int c = own + (y.save() ? t * span.states() : 0);
        int saved = cell.saved() * (c - unit) + unit;
        if (t == 0) {
            View<float[]> before = y.before();
            View<float[]> cellBefore = y.cellBefore();
            return new CellStep(y.h(), h, before.values(), before.at() + own, y.c(), c, cellBefore.values(),
                    cellBefore.at() + own, y.saved(), saved);
        }
        return new CellStep(y.h(), h, y.h(), y.allSteps() ? h - span.states() : h, y.c(), c, y.c(),
                y.save() ? c - span.states() : c, y.saved(), saved);
    }
}
