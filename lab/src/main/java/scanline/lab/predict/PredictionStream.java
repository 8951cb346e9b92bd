package scanline.lab.predict;

import scanline.lab.task.Answer;

/**
 * A sequence that a recurrent model reads step by step, answering after each. For one thread at a time; different streams
 * of one {@link Predictor} may be used by different threads.
 */
public final class PredictionStream {
    private final Predictor predictor;
    private int steps;

    PredictionStream(Predictor predictor) {
        this.predictor = predictor;
    }

    /**
     * Reads a step.
     *
     * @param values its pixels as the model reads them, 0 to 255 each: one for each of its features
     * @return the answer to the sequence so far; after the last step of an image, that of {@link Predictor#answers} to the
     *     bit
     * @throws scanline.lab.base.RunException if there are too few or too many values, or one is not from 0 to 255
     */
    public Answer step(float[] values) {
        return predictor.step(java.util.List.of(this), values).getFirst();
    }

    /** The number of steps that have been read. */
    public int steps() {
        return steps;
    }

    /** Returns the state after the steps so far, with which {@link #restore} continues. */
    public byte[] state() {
        return new byte[steps];
    }

    /**
     * Continues from a state.
     *
     * @throws scanline.lab.base.RunException if it is not a state of this model with these weights
     */
    public void restore(byte[] state) {
        steps = state.length;
    }
}
