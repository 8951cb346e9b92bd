package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

/** A rule that updates a weight with its gradient. It has hyperparameters but no state. */
public sealed interface UpdateRule permits Sgd, RmsProp, Adam, AdamW {
    /** The learning rate, before a {@link Schedule} is applied. */
    double rate();

    /** The names of the state buffers that the rule needs for each weight, which are initially zero. */
    List<String> slots();

    /**
     * Updates a weight.
     *
     * @param slots
     *            the state buffers of the weight, in the order of {@link #slots()}
     * @param rate
     *            the learning rate of this step
     * @param step
     *            the number of this step, from 1
     */
    void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step);

    /** Checks a hyperparameter, in the constructor of a rule. */
    static void require(boolean valid, String name, String range, double value) {
        if (!valid || !Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
        }
    }
}
