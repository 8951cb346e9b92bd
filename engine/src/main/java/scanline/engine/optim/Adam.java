package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

/**
 * Adam (Kingma and Ba 2015), with L2 weight decay; PyTorch's {@code Adam}.
 *
 * @param rate
 *            the learning rate, positive
 * @param beta1
 *            the decay rate of the running mean of the gradients, in [0, 1)
 * @param beta2
 *            the decay rate of the running mean of their squares, in [0, 1)
 * @param epsilon
 *            the constant added to the root of the running mean of squares, positive
 * @param weightDecay
 *            the share of a weight that is added to its gradient, 0 or more
 */
public record Adam(double rate, double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
    /** PyTorch's defaults, with a rate of 0.001. */
    public static final Adam DEFAULT = new Adam(0.001, 0.9, 0.999, 1e-8, 0);

    /**
     * Checks the hyperparameters.
     *
     * @throws IllegalArgumentException
     *             if one is out of range
     */
    public Adam {
        require(rate, beta1, beta2, epsilon, weightDecay);
    }

    /** Checks the hyperparameters, which {@link AdamW} shares. */
    static void require(double rate, double beta1, double beta2, double epsilon, double weightDecay) {
        UpdateRule.require(rate > 0, "rate", "positive", rate);
        UpdateRule.require(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
        UpdateRule.require(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
        UpdateRule.require(epsilon > 0, "epsilon", "positive", epsilon);
        UpdateRule.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("mean", "square");
    }

    @Override
    public void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step) {
        update(backend, weight, slots, rate, 1, weightDecay, step);
    }

    /** Takes the step that Adam and {@link AdamW} share; they differ in how they apply the weight decay. */
    void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, double shrink, double decay,
            long step) {
        double meanCorrection = 1 - StrictMath.pow(beta1, (double) step);
        double squareCorrection = Math.sqrt(1 - StrictMath.pow(beta2, (double) step));
        backend.adam(weight.value(), weight.gradient(), slots.get(0), slots.get(1),
                new Backend.AdamStep((float) (rate / meanCorrection), (float) shrink, (float) decay, beta1, beta2,
                        (float) squareCorrection, (float) epsilon),
                weight.shape().elements());
    }
}
