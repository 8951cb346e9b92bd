package scanline.data.dataset;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a known set in a jar, such as those of MNIST in {@code scanline-mnist}. {@link Datasets} finds
 * implementations through the {@link java.util.ServiceLoader}.
 */
public interface PackagedSet {
    /** Returns the name of the set, as in {@link KnownSet#name}. */
    String name();

    /**
     * Opens a file.
     *
     * @param fileName the name of one of the set's four gzipped files, such as {@code t10k-labels-idx1-ubyte.gz}
     * @return its bytes; null if the jar lacks it
     * @throws IOException if it cannot be read
     */
    @Nullable
    InputStream open(String fileName) throws IOException;
}
