package scanline.engine.tensor;

import scanline.engine.geometry.CellGradients;
import scanline.engine.geometry.CellKind;
import scanline.engine.geometry.CellStates;
import scanline.engine.geometry.CellWeights;
import scanline.engine.geometry.Span;

/**
 * The ability to run a recurrent layer over many steps at once. Letters: T steps of the whole sequence, B batch, F features;
 * sequences are time-major, {@code x[T, B, F]}.
 */
public interface FusedRecurrence {
    /** Floats of an example, a unit and a step that the backward pass needs besides the states. */
    int saved(CellKind kind);

    /** Steps of a span, where a sequence is divided. */
    int spanSteps(int batch);

    /** Floats of work space that the backward pass needs. */
    int gradientWork(CellKind kind, Span span);

    /** Computes the states of every step of the span, as far as {@code y} has room for them. */
    void recurrent(CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w, CellKind kind, Span span);

    /**
     * Goes back through the span: adds to the gradient of the input, and turns the gradients of the states after the span into
     * those of the states before it. The spans of a sequence follow each other from the last to the first, in the same work
     * space; with the first one the gradients of the weights are added to. Every span but the first has {@link #spanSteps}
     * steps or a multiple: then the sums are the same to the bit however the sequence is divided.
     *
     * @param y
     *            as a forward pass left it that returned all steps and saved
     */
    void recurrentGradient(CellGradients<Buffer> d, CellStates<Buffer> y, Buffer x, CellWeights<Buffer> w, Buffer work,
            CellKind kind, Span span);
}
