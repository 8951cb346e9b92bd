package scanline.engine.optim;

import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019); PyTorch's {@code AdamW}.
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
 *            the share of a weight, times the learning rate, that is subtracted before the step, 0 or more
 */
public record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
    /** PyTorch's defaults, with a rate of 0.001. */
    public static final AdamW DEFAULT = new AdamW(0.001, 0.9, 0.999, 1e-8, 0.01);

    /**
     * Checks the hyperparameters.
     *
     * @throws IllegalArgumentException
     *             if one is out of range
     */
    public AdamW {
        Adam.require(rate, beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("mean", "square");
    }

    /** Returns the rule with another learning rate. */
    public AdamW withRate(double newRate) {
        return new AdamW(newRate, beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public void update(ParameterUpdate update) {
        updateAll(List.of(update));
    }

    @Override
    public void updateAll(List<ParameterUpdate> updates) {
        Adam adam = new Adam(rate, beta1, beta2, epsilon, 0);
        ParameterUpdate.backend(updates).adam(ParameterUpdate.learned(updates), ParameterUpdate.steps(updates,
                update -> adam.step(update, 1 - update.rate() * update.decay(weightDecay), 0)));
    }
}
