package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019); PyTorch's {@code AdamW}.
 *
 * @param rate
 *            the learning rate
 * @param beta1
 *            how much of the running mean of gradients stays, in [0, 1)
 * @param beta2
 *            how much of the running mean of their squares stays, in [0, 1)
 * @param epsilon
 *            added to the root of that mean
 * @param weightDecay
 *            how much of the weight, times the rate, is taken off before the step
 */
public record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
    /** PyTorch's values, at a rate of 0.001. */
    public static final AdamW DEFAULT = new AdamW(0.001, 0.9, 0.999, 1e-8, 0.01);

    /** Checks the hyperparameters. */
    public AdamW {
        Adam.require(rate, beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public List<String> slots() {
        return List.of("mean", "square");
    }

    @Override
    public void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step) {
        new Adam(rate, beta1, beta2, epsilon, 0).update(backend, weight, slots, rate, 1 - rate * weightDecay, 0, step);
    }
}
