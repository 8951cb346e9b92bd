package scanline.engine.kernel;

/**
 * What an operation computes from weights alone, before it reads its input: mostly the weights in the order in which the
 * products read them. A pass that is repeated computes it once, and passes with the same weights can share it.
 */
public final class Packed {
    private float[] values;
    private boolean ready;

    /** Creates an empty array of a length, in floats. */
    public Packed(int length) {
        values = new float[length];
    }

    /** Makes the array at least this long; what it contained may be lost. */
    public void ensure(int length) {
        if (values.length < length) {
            values = new float[length];
        }
    }

    /** The length of the array, in floats. */
    public int length() {
        return values.length;
    }

    float[] values() {
        return values;
    }

    /** Runs the computation of its values, unless that has been done. */
    void once(Runnable computation) {
        if (!ready) {
            computation.run();
            ready = true;
        }
    }
}
