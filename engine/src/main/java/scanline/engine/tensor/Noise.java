package scanline.engine.tensor;

import scanline.engine.geometry.DropoutMask;

/** Operations that draw random numbers. */
public final class Noise {
    private Noise() {}

    /**
     * Sets each element to zero with probability {@code rate} and divides the others by {@code 1 - rate} (Srivastava et
     * al. 2014). Outside training, or if the rate is 0, it returns x itself.
     */
    public static Tensor dropout(Tensor x, float rate) {
        Tape tape = Tape.of(x);
        DropoutMask mask = tape.dropoutMask(rate);
        if (mask.rate() == 0) {
            return x;
        }
        int n = x.shape().elements();
        Tensor y = tape.result(new Op.Dropout(rate), x.shape(), x);
        tape.backend().dropout(y.value(), x.value(), mask.key(), rate, n);
        tape.record(y, () -> {
            if (x.hasGradient()) {
                tape.backend().dropoutGradient(x.gradient(), y.gradient(), mask.key(), rate, n);
            } else {
                tape.backend().dropout(x.newGradient(), y.gradient(), mask.key(), rate, n);
            }
        });
        return y;
    }

    /**
     * Applies {@link #dropout} to sequences with the same draw for all steps: a channel of a sequence is dropped as a
     * whole (Gal and Ghahramani 2016).
     *
     * @param x
     *            [T, B, F]
     */
    public static Tensor dropoutOfSteps(Tensor x, float rate) {
        int steps = x.shape().requireAxes("a sequence", 3).size(0);
        int n = x.shape().size(1) * x.shape().size(2);
        Tape tape = Tape.of(x);
        DropoutMask mask = tape.dropoutMask(rate);
        if (mask.rate() == 0) {
            return x;
        }
        Tensor y = tape.result(new Op.DropoutOfSteps(rate), x.shape(), x);
        tape.backend().dropoutOfSteps(y.value(), x.value(), mask.key(), rate, steps, n);
        tape.record(y, () -> {
            if (x.hasGradient()) {
                tape.backend().dropoutOfStepsGradient(x.gradient(), y.gradient(), mask.key(), rate, steps, n);
            } else {
                tape.backend().dropoutOfSteps(x.newGradient(), y.gradient(), mask.key(), rate, steps, n);
            }
        });
        return y;
    }
}
