package scanline.engine.backend;

import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellGradients;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.Span;

/**
 * An optional fused operation: a recurrent layer over many steps at once. Letters: T steps of the whole sequence, B
 * batch, F features; sequences are time-major, {@code x[T, B, F]}.
 */
public interface FusedRecurrence {
    /** Returns the floats saved for the backward pass per example, unit and step, in addition to the states. */
    int saved(CellKind kind);

    /** Returns the steps per span when a sequence is divided into spans. */
    int spanSteps(int batch);

    /** Returns the floats of workspace that the backward pass needs. */
    int gradientWork(Cell cell, Span span);

    /** Computes the states of every step of the span, and stores those that {@code y} has room for. */
    void recurrent(CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w, Cell cell, Span span);

    /**
     * Runs the backward pass of a span: adds to the gradient of the input, and replaces the gradients of the states
     * after the span by those of the states before it. The spans of a sequence are processed from the last to the first
     * with the same workspace; the first span also adds to the gradients of the weights that are not null. Every span but the first has
     * {@link #spanSteps} steps or a multiple of that, so the sums are bit-identical however the sequence is divided.
     *
     * @param y
     *            the result of a forward pass that returned all steps and saved what the backward pass needs
     */
    void recurrentGradient(CellGradients<Buffer> d, CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w, Buffer work,
            Cell cell, Span span);
}
