package scanline.engine.optim;

import java.util.List;

import scanline.engine.backend.Backend;

/**
 * RMSProp (Tieleman and Hinton 2012, lecture 6.5); PyTorch's {@code RMSprop}.
 *
 * @param rate
 *            the learning rate, positive
 * @param alpha
 *            the decay rate of the running mean of squared gradients, in [0, 1)
 * @param epsilon
 *            the constant added to the root of that mean, positive
 * @param momentum
 *            the share of the previous step that is added to the next, in [0, 1)
 * @param weightDecay
 *            the share of a weight that is added to its gradient, 0 or more
 */
public record RmsProp(double rate, double alpha, double epsilon, double momentum,
        double weightDecay) implements UpdateRule {
    /** PyTorch's defaults, with a rate of 0.001. */
    public static final RmsProp DEFAULT = new RmsProp(0.001, 0.99, 1e-8, 0, 0);

    /**
     * Checks the hyperparameters.
     *
     * @throws IllegalArgumentException
     *             if one is out of range
     */
    public RmsProp {
        Hyperparameter.require(rate > 0, "rate", "positive", rate);
        Hyperparameter.require(alpha >= 0 && alpha < 1, "alpha", "in [0, 1)", alpha);
        Hyperparameter.require(epsilon > 0, "epsilon", "positive", epsilon);
        Hyperparameter.require(momentum >= 0 && momentum < 1, "momentum", "in [0, 1)", momentum);
        Hyperparameter.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("square", "momentum");
    }

    /** Returns the rule with another learning rate. */
    public RmsProp withRate(double newRate) {
        return new RmsProp(newRate, alpha, epsilon, momentum, weightDecay);
    }

    @Override
    public void update(ParameterUpdate update) {
        updateAll(List.of(update));
    }

    @Override
    public void updateAll(List<ParameterUpdate> updates) {
        ParameterUpdate.backend(updates).rmsProp(ParameterUpdate.learned(updates), ParameterUpdate.steps(updates,
                update -> new Backend.RmsPropStep((float) update.rate(), alpha, (float) epsilon, (float) momentum,
                        (float) update.decay(weightDecay))));
    }
}
