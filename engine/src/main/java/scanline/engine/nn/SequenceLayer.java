package scanline.engine.nn;

import scanline.engine.tensor.Tensor;

/**
 * A layer that replaces each step of a sequence by values of the same number, computed from this step and those before
 * it. It reads whole sequences at once in training, and one step at a time in streams; both give the same bits. Letters:
 * T steps, B sequences, H values of a step.
 */
public interface SequenceLayer extends StepModel {
    /**
     * Reads whole sequences, each from the initial state.
     *
     * @param x
     *            [T, B, H]
     * @return [T, B, H]; step t depends on steps 0 to t of x
     */
    Tensor forward(Tensor x);
}
