package scanline.engine.kernel;

import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.Span;

/**
 * The locations of a step's states, each an array and an index. A thread has one instance, which moves from step to step,
 * so that a sequence of many steps allocates nothing. The indices are plain numbers: with an object for each, predicting
 * a single image was 5 % slower.
 */
public final class CellStep {
    private final CellStates<float[]> y;
    private final Span span;
    private final int saved; // values per unit saved for the backward pass
    private float[] before;
    private float[] cellBefore;
    private int hAt;
    private int beforeAt;
    private int cAt;
    private int cellBeforeAt;
    private int savedAt;

    /** Creates the locations of the first step of a span, from the first unit of the first row on. */
    CellStep(CellStates<float[]> y, RecurrentCell cell, Span span) {
        this.y = y;
        this.span = span;
        saved = cell.saved();
        before = y.before().values();
        cellBefore = y.cellBefore().values();
        move(0, 0, 0);
    }

    /** Moves to the t-th step of the span, starting at a unit of a row of the batch. */
    void move(int t, int row, int unit) {
        int own = row * span.hidden() + unit;
        hAt = own + (y.allSteps() ? (span.first() + t) * span.states() : 0);
        cAt = own + (y.save() ? t * span.states() : 0);
        savedAt = saved * (cAt - unit) + unit;
        if (t == 0) {
            before = y.before().values();
            beforeAt = y.before().at() + own;
            cellBefore = y.cellBefore().values();
            cellBeforeAt = y.cellBefore().at() + own;
        } else {
            before = y.h();
            beforeAt = y.allSteps() ? hAt - span.states() : hAt;
            cellBefore = y.c();
            cellBeforeAt = y.save() ? cAt - span.states() : cAt;
        }
    }

    /** The next hidden state, from {@link #hAt} on. */
    float[] h() {
        return y.h();
    }

    int hAt() {
        return hAt;
    }

    /** The previous hidden state, from {@link #beforeAt} on; it may have the location of the next one. */
    float[] before() {
        return before;
    }

    int beforeAt() {
        return beforeAt;
    }

    /** The next cell state, from {@link #cAt} on. */
    float[] c() {
        return y.c();
    }

    int cAt() {
        return cAt;
    }

    /** The previous cell state, from {@link #cellBeforeAt} on; it may have the location of the next one. */
    float[] cellBefore() {
        return cellBefore;
    }

    int cellBeforeAt() {
        return cellBeforeAt;
    }

    /** The values saved for the backward pass, from {@link #savedAt} on, blocks H apart. */
    float[] saved() {
        return y.saved();
    }

    int savedAt() {
        return savedAt;
    }
}
