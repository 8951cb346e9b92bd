package scanline.engine.backend;

/**
 * An optional capability: to record the operations of a pass and to repeat them, without a tape, on the same buffers.
 * The operations must be those of an inference pass. Weights must not change afterwards, because what was computed from
 * them alone is not computed again.
 */
public interface RepeatedPasses {
    /** The operations of a pass. */
    interface Repeated {
        /** Computes them again, from the present values in the buffer of the input. */
        void run();

        /** As {@link #run}, but on the thread that calls, without waking others; the result is the same. */
        void runAlone();
    }

    /** Runs a pass, and returns its operations. */
    Repeated repeated(Runnable pass);
}
