package scanline.lab.data;

import java.util.List;
import scanline.lab.image.ImageSet;

/** A data set of labeled images with a part to train on and a part to test on. */
public interface Dataset {
    /** The name that {@code data=} gives it. */
    String name();

    /** What each class is called, by its label. */
    List<String> classNames();

    /** Reads the training set, from any thread; nobody may change what it gives. */
    ImageSet train();

    /** Reads the test set, from any thread; nobody may change what it gives. */
    ImageSet test();

    /** A line for each thing about the images that is seldom meant; none where the content of the set is known. */
    default List<String> oddities() {
        return List.of();
    }
}
