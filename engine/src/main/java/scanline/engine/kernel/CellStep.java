package scanline.engine.kernel;

import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.Span;
import scanline.engine.geometry.View;

/**
 * The locations of a step's states, each an array and an index. An instance is created for every step and thread, so
 * the indices are plain numbers: with a {@link View} for each, predicting a single image was 5 % slower.
 *
 * @param h
 *            the next hidden state; {@code before} is the previous one, and both may have the same location
 * @param c
 *            the next cell state; {@code cellBefore} is the previous one, and both may have the same location
 * @param saved
 *            the values saved for the backward pass, blocks H apart
 */
public record CellStep(float[] h, int hAt, float[] before, int beforeAt, float[] c, int cAt, float[] cellBefore,
        int cellBeforeAt, float[] saved, int savedAt) {
    /** Returns the t-th step of a span, starting at a unit of a row of the batch. */
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
