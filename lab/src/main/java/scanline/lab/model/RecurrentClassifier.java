package scanline.lab.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.nn.Recurrent;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Tensor;

/**
 * Recurrent layers, classified by their last state.
 *
 * @param stack reads the sequence: [T, B, F] to [B, H]
 * @param bidirectional whether it reads from the end too: what it classifies by is then no state that a step leaves behind
 * @param head classifies a state: [B, H] to [B, C]
 */
record RecurrentClassifier(Recurrent stack, boolean bidirectional, UnaryOperator<Tensor> head) implements Classifier {
    @Override
    public Tensor forward(Tensor x) {
        return head.apply(stack.forward(x, Output.LAST_STEP));
    }

    @Override
    public Optional<Stepwise> stepwise(Tensor x) {
        return bidirectional
                ? Optional.empty()
                : Optional.of(new Stepwise(stack.forward(x, Output.ALL_STEPS), head));
    }

    @Override
    public List<Recurrent.Layer> layers(Tensor x) {
        return stack.trace(x);
    }
}
