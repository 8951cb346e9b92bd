package scanline.data.base;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import scanline.engine.file.Excerpt;

/** Names of files and folders as recipes state them. */
public final class FileName {
    private static final String HOME = "~";

    private FileName() {}

    /** Returns whether a path names a file or folder, other than the root, on this system. */
    public static boolean isName(String path) {
        try {
            return Path.of(path).getFileName() != null;
        } catch (InvalidPathException _) {
            return false;
        }
    }

    /**
     * Returns the name as an absolute path, so that it means the same file from whatever folder the recipe is read
     * again. An empty name stays empty. A leading {@code ~} is the user's home folder, because no shell expands one
     * after {@code =}.
     *
     * @throws IllegalArgumentException if this system does not allow a file of that name; the message starts with the
     *     key
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
