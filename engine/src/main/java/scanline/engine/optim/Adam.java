package scanline.engine.optim;

import java.util.List;

import scanline.engine.backend.Backend;

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
        Hyperparameter.require(rate > 0, "rate", "positive", rate);
        Hyperparameter.require(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
        Hyperparameter.require(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
        Hyperparameter.require(epsilon > 0, "epsilon", "positive", epsilon);
        Hyperparameter.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("mean", "square");
    }

    /** Returns the rule with another learning rate. */
    public Adam withRate(double newRate) {
        return new Adam(newRate, beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public void update(ParameterUpdate update) {
        updateAll(List.of(update));
    }

    @Override
    public void updateAll(List<ParameterUpdate> updates) {
        ParameterUpdate.backend(updates).adam(ParameterUpdate.learned(updates),
                ParameterUpdate.steps(updates, update -> step(update, 1, update.decay(weightDecay))));
    }

    /** Returns the step that Adam and {@link AdamW} share; they differ in how they apply the weight decay. */
    Backend.AdamStep step(ParameterUpdate update, double shrink, double decay) {
        double meanCorrection = 1 - StrictMath.pow(beta1, (double) update.step());
        double squareCorrection = Math.sqrt(1 - StrictMath.pow(beta2, (double) update.step()));
        return new Backend.AdamStep((float) (update.rate() / meanCorrection), (float) shrink, (float) decay, beta1,
                beta2, (float) squareCorrection, (float) epsilon);
    }
}
