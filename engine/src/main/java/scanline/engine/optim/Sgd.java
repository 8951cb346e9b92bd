package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

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
        UpdateRule.require(rate > 0, "rate", "positive", rate);
        UpdateRule.require(momentum >= 0 && momentum < 1, "momentum", "in [0, 1)", momentum);
        UpdateRule.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("momentum");
    }

    @Override
    public void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step) {
        backend.sgd(weight.value(), weight.gradient(), slots.get(0), (float) rate, (float) momentum, nesterov,
                (float) weightDecay, weight.shape().elements());
    }
}
