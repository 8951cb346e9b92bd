package scanline.lab.docs;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that holds the project. */
public final class Repository {
    private Repository() {}

    /** It, from wherever in it a test runs. */
    public static Path folder() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("scanline")) || !Files.isDirectory(folder.resolve("results"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
