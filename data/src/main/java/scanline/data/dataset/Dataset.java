package scanline.data.dataset;

import java.nio.file.Path;
import java.util.List;
import scanline.data.base.DataException;
import scanline.data.image.ImageSet;

/**
 * A data set of labeled images with a training set and a test set. A {@link scanline.data.plugin.Plugin} adds one as a public
 * constant of this type.
 */
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
     * Returns this set as its files in another folder have it, for {@code data.dir}.
     *
     * @throws DataException if it reads no files, or the folder lacks them
     */
    default Dataset in(Path folder) {
        throw new DataException("data=" + name() + " reads no files, so it has no data.dir, which is " + folder);
    }

    /**
     * Returns a one-line warning for each suspicious property of the images; empty if the content of the set is known.
     */
    default List<String> oddities() {
        return List.of();
    }
}
