package scanline.lab.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import scanline.engine.io.Excerpt;

/** The name of a file or folder as a recipe states it. */
public final class FileName {
    private FileName() {}

    /** Refuses, with an {@link IllegalArgumentException} that begins with the key, what this system allows for no file. */
    public static void require(String key, String name) {
        try {
            Path _ = Path.of(name);
        } catch (InvalidPathException _) {
            throw new IllegalArgumentException(key + " cannot be the name of a file: " + Excerpt.quoted(name));
        }
    }
}
