package scanline.lab.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import scanline.engine.io.Excerpt;

/** The name of a file or folder as a recipe states it. */
public final class FileName {
    private FileName() {}

    /**
     * The name as an absolute path, so that it means the same file from whatever folder the recipe is read again; an empty
     * name stays empty.
     *
     * @throws IllegalArgumentException if this system allows no file of that name; its message begins with the key
     */
    public static String absolute(String key, String name) {
        try {
            return name.isEmpty() ? "" : Path.of(name).toAbsolutePath().toString();
        } catch (InvalidPathException _) {
            throw new IllegalArgumentException(key + " cannot be the name of a file: " + Excerpt.quoted(name));
        }
    }
}
