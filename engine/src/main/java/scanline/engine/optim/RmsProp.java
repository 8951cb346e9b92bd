package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

/**
 * RMSProp (Tieleman and Hinton 2012, lecture 6.5); PyTorch's {@code RMSprop}.
 *
 * @param rate
 *            the learning rate
 * @param alpha
 *            how much of the running mean of squares stays, in [0, 1)
 * @param epsilon
 *            added to the root of that mean
 * @param momentum
 *            how much of the last step goes on, in [0, 1)
 * @param weightDecay
 *            how much of the weight is added to its gradient
 */
public record RmsProp(double rate, double alpha, double epsilon, double momentum,
        double weightDecay) implements UpdateRule {
    /** PyTorch's values, at a rate of 0.001. */
    public static final RmsProp DEFAULT = new RmsProp(0.001, 0.99, 1e-8, 0, 0);

    /** Checks the hyperparameters. */
    public RmsProp {
        UpdateRule.require(rate > 0, "rate", "positive", rate);
        UpdateRule.require(alpha >= 0 && alpha < 1, "alpha", "in [0, 1)", alpha);
        UpdateRule.require(epsilon > 0, "epsilon", "positive", epsilon);
        UpdateRule.require(momentum >= 0 && momentum < 1, "momentum", "in [0, 1)", momentum);
        UpdateRule.require(weightDecay >= 0, "weightDecay", "0 or more", weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("square", "momentum");
    }

    @Override
    public void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step) {
        backend.rmsProp(weight.value(), weight.gradient(), slots.get(0), slots.get(1),
                new Backend.RmsPropStep((float) rate, alpha, (float) epsilon, (float) momentum, (float) weightDecay),
                weight.shape().elements());
    }
}
