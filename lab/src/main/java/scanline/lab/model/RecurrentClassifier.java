package scanline.lab.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import scanline.engine.nn.Recurrent;
import scanline.engine.nn.RunningMean;
import scanline.engine.nn.StepModel;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Tensor;

/**
 * Recurrent layers whose last state is classified, or the mean of their states.
 *
 * @param stack the layers that read the sequence: [T, B, F] to [B, H]
 * @param bidirectional whether they also read from the end: what is classified is then not the state after a step
 * @param mean the mean, if that is classified
 * @param head the classification head: [B, H] to [B, C]
 */
record RecurrentClassifier(Recurrent stack, boolean bidirectional, Optional<RunningMean> mean,
        UnaryOperator<Tensor> head) implements Classifier {
    @Override
    public Tensor forward(Tensor x) {
        return head.apply(mean.isPresent()
                ? stack.forward(x, Output.ALL_STEPS).meanOverSteps()
                : stack.forward(x, Output.LAST_STEP));
    }

    @Override
    public Optional<Stepwise> stepwise(Tensor x) {
        return bidirectional
                ? Optional.empty()
                : Optional.of(new Stepwise(soFar(stack.forward(x, Output.ALL_STEPS)), head));
    }

    @Override
    public Optional<StepModel> steps() {
        return bidirectional
                ? Optional.empty()
                : Optional.of(mean.<StepModel>map(stack::then).orElse(stack).then(head));
    }

    private Tensor soFar(Tensor states) {
        return mean.map(means -> means.forward(states)).orElse(states);
    }

    @Override
    public List<Recurrent.Layer> layers(Tensor x) {
        return stack.trace(x);
    }
}
