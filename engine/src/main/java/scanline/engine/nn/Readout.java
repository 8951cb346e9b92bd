package scanline.engine.nn;

/** What is read out of a model that reads step by step. */
public enum Readout {
    /** The values after the last step. */
    LAST,
    /** The mean of the values after each step, so that a gradient reaches every step directly. */
    MEAN
}
