package scanline.lab.experiment;

/** A part of the data. */
public enum Split {
    /** The examples that the weights are fitted to. */
    TRAIN,
    /** Training examples held out for validation, to choose the best epoch. */
    VALIDATION,
    /** The examples that results are reported on. */
    TEST
}
