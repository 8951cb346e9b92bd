package scanline.engine.optim;

import java.util.List;

import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;

/** A rule by which a gradient changes a weight: its hyperparameters, without any state. */
public sealed interface UpdateRule permits Sgd, RmsProp, Adam, AdamW {
    /** The learning rate, before a {@link Schedule} changes it. */
    double rate();

    /** The names of what the rule remembers of each weight, all zero at first. */
    List<String> slots();

    /**
     * Changes a weight.
     *
     * @param slots
     *            what the rule remembers of it, in the order of {@link #slots()}
     * @param rate
     *            the learning rate of this step
     * @param step
     *            which step this is, from 1
     */
    void update(Backend backend, Parameter weight, List<Buffer> slots, double rate, long step);

    /** Checks a hyperparameter, in the constructor of a rule. */
    static void require(boolean valid, String name, String range, double value) {
        if (!valid || !Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
        }
    }
}
