package scanline.engine.optim;

import java.util.List;

import scanline.engine.backend.Backend;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013) and L2 weight decay; PyTorch's {@code SGD}.
 *
 * @param rate
 *            the learning rate, positive
 * @param momentum
 *            the share of the previous step that is added to the next, in [0, 1)
 * @param nesterov
 *            whether to use Nesterov momentum, which looks ahead along the momentum
 * @param weightDecay
 *            the share of a weight that is added to its gradient, 0 or more
 */
public record Sgd(double rate, double momentum, boolean nesterov, double weightDecay) implements UpdateRule {
    /** PyTorch's defaults, with a rate of 0.01. */
    public static final Sgd DEFAULT = new Sgd(0.01, 0, false, 0);

    /**
     * Checks the hyperparameters.
     *
     * @throws IllegalArgumentException
     *             if one is out of range
     */
    public Sgd {
        Hyperparameter.require(rate > 0, "rate", "positive", rate);
        Hyperparameter.require(momentum >= 0 && momentum < 1, "momentum", "in [0, 1)", momentum);
        Hyperparameter.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("momentum");
    }

    /** Returns the rule with another learning rate. */
    public Sgd withRate(double newRate) {
        return new Sgd(newRate, momentum, nesterov, weightDecay);
    }

    @Override
    public void update(ParameterUpdate update) {
        updateAll(List.of(update));
    }

    @Override
    public void updateAll(List<ParameterUpdate> updates) {
        ParameterUpdate.backend(updates).sgd(ParameterUpdate.learned(updates), ParameterUpdate.steps(updates,
                update -> new Backend.SgdStep((float) update.rate(), (float) momentum, nesterov,
                        (float) update.decay(weightDecay))));
    }
}
