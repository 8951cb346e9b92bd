package scanline.lab.model;

/** What a model that reads step by step classifies. */
public enum Readout {
    /** The values after the last step. */
    LAST,
    /** The mean of the values after each step, so that the gradient reaches every step directly. */
    MEAN
}
