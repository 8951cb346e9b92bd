package scanline.lab.model;

import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.nn.Recurrent;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Tensor;

/**
 * Recurrent layers in one direction, classified by their last state.
 *
 * @param stack reads the sequence: [T, B, F] to [B, H]
 * @param head classifies a state: [B, H] to [B, C]
 */
record StepwiseClassifier(Recurrent stack, UnaryOperator<Tensor> head) implements Classifier {
    @Override
    public Tensor forward(Tensor x) {
        return head.apply(stack.forward(x, Output.LAST_STEP));
    }

    @Override
    public Optional<Stepwise> stepwise(Tensor x) {
        return Optional.of(new Stepwise(stack.forward(x, Output.ALL_STEPS), head));
    }
}
