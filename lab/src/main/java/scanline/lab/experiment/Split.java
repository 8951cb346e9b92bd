package scanline.lab.experiment;

/** A part of the data. */
public enum Split {
    /** The examples that the weights are fitted to. */
    TRAIN,
    /** Training examples held out to choose the best epoch by. */
    VALIDATION,
    /** The examples that results are reported on. */
    TEST
}
