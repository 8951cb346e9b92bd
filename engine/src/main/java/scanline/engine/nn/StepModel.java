package scanline.engine.nn;

import scanline.engine.tensor.Tensor;

/**
 * A model that reads a sequence step by step, and carries a state from one step to the next. Letters: B sequences, F
 * values of a step, S values of a state, O values of an output.
 */
public interface StepModel {
    /**
     * The result of a step.
     *
     * @param output
     *            [B, O]
     * @param state
     *            the state for the next step, [B, S]
     */
    record Step(Tensor output, Tensor state) {}

    /** S, the number of values of the state of one sequence. */
    int stateSize();

    /** Returns the state of a sequence before its first step, S values, from the present weights. */
    float[] initialState();

    /**
     * Reads a step of each sequence.
     *
     * @param x
     *            [B, F]
     * @param state
     *            the state after the previous step, [B, S]
     */
    Step step(Tensor x, Tensor state);
}
