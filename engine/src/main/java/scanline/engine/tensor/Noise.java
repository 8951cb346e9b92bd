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
}
