package scanline.lab.data;

import java.util.List;
import scanline.lab.image.ImageSet;

/** A data set of labeled images with a training set and a test set. */
public interface Dataset {
    /** The value of the recipe key {@code data} that selects this set. */
    String name();

    /** The name of each class, indexed by label. */
    List<String> classNames();

    /** Reads the training set; may be called from any thread. Callers must not modify the result. */
    ImageSet train();

    /** Reads the test set; may be called from any thread. Callers must not modify the result. */
    ImageSet test();

    /**
     * Returns a one-line warning for each suspicious property of the images; empty if the content of the set is known.
     */
    default List<String> oddities() {
        return List.of();
    }
}
