package scanline.engine.nn;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import scanline.engine.tensor.Shaping;
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

    /**
     * Returns this model with a head applied to its outputs, such as a linear map to the scores of classes.
     *
     * @param head
     *            from [B, O] to [B, outputs of the head]
     */
    default StepModel then(UnaryOperator<Tensor> head) {
        StepModel first = this;
        return new StepModel() {
            @Override
            public int stateSize() {
                return first.stateSize();
            }

            @Override
            public float[] initialState() {
                return first.initialState();
            }

            @Override
            public Step step(Tensor x, Tensor state) {
                Step step = first.step(x, state);
                return new Step(head.apply(step.output()), step.state());
            }
        };
    }

    /**
     * Returns this model with a map applied to each step that it reads.
     *
     * @param map
     *            from [B, values of a step] to [B, F]
     */
    default StepModel after(UnaryOperator<Tensor> map) {
        StepModel second = this;
        return new StepModel() {
            @Override
            public int stateSize() {
                return second.stateSize();
            }

            @Override
            public float[] initialState() {
                return second.initialState();
            }

            @Override
            public Step step(Tensor x, Tensor state) {
                return second.step(map.apply(x), state);
            }
        };
    }

    /**
     * Returns this model with another one that reads its outputs. The state is that of this model, then that of the
     * other.
     *
     * @param second
     *            a model of steps of O values
     */
    default StepModel then(StepModel second) {
        StepModel first = this;
        return new StepModel() {
            @Override
            public int stateSize() {
                return first.stateSize() + second.stateSize();
            }

            @Override
            public float[] initialState() {
                float[] state = Arrays.copyOf(first.initialState(), stateSize());
                System.arraycopy(second.initialState(), 0, state, first.stateSize(), second.stateSize());
                return state;
            }

            @Override
            public Step step(Tensor x, Tensor state) {
                Step one = first.step(x, state.columns(0, first.stateSize()));
                Step two = second.step(one.output(), state.columns(first.stateSize(), stateSize()));
                return new Step(two.output(), Shaping.concat(one.state(), two.state()));
            }
        };
    }
}
