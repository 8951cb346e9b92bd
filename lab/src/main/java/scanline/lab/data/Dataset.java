package scanline.lab.data;

import java.util.List;

/** A data set of labelled images with a part to train on and a part to test on. */
public interface Dataset {
    /** The name that {@code data=} gives it. */
    String name();

    /** What each class is called, by its label. */
    List<String> classNames();

    /** Reads the training set: each call anew, from any thread. */
    ImageSet train();

    /** Reads the test set: each call anew, from any thread. */
    ImageSet test();
}
