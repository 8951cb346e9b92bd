package scanline.lab.base;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import scanline.engine.io.Excerpt;

/** The name of a file or folder as a recipe states it. */
public final class FileName {
    private static final String HOME = "~";

    private FileName() {}

    /** Whether a path names a file or folder, other than that at the root, on this system. */
    public static boolean isName(String path) {
        try {
            return Path.of(path).getFileName() != null;
        } catch (InvalidPathException _) {
            return false;
        }
    }

    /**
     * The name as an absolute path, so that it means the same file from whatever folder the recipe is read again; an empty
     * name stays empty. A {@code ~} that it begins with is the user's home folder, as no shell replaces one after a
     * {@code =}.
     *
     * @throws IllegalArgumentException if this system allows no file of that name; its message begins with the key
     */
    public static String absolute(String key, String name) {
        boolean isBelowHome = name.equals(HOME) || name.startsWith(HOME + "/");
        String expanded = isBelowHome ? System.getProperty("user.home") + name.substring(HOME.length()) : name;
        try {
            return name.isEmpty() ? "" : Path.of(expanded).toAbsolutePath().toString();
        } catch (InvalidPathException _) {
            throw new IllegalArgumentException(key + " cannot be the name of a file: " + Excerpt.quoted(name));
        }
    }
}
