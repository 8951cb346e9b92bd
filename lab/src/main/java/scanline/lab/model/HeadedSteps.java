package scanline.lab.model;

import java.util.function.UnaryOperator;
import scanline.engine.nn.StepModel;
import scanline.engine.tensor.Tensor;

/** A model that reads step by step, with a head applied to its output: [B, H] to [B, C]. */
record HeadedSteps(StepModel layers, UnaryOperator<Tensor> head) implements StepModel {
    @Override
    public int stateSize() {
        return layers.stateSize();
    }

    @Override
    public float[] initialState() {
        return layers.initialState();
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        Step step = layers.step(x, state);
        return new Step(head.apply(step.output()), step.state());
    }
}
