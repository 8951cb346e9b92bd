package scanline.packaging;

import java.nio.file.Path;

/** The Maven repository that {@code ./build publish} writes, once for all tests. */
final class Repository {
    /** The version that is published: not that of the checkout, so that no jar of the build can take its place. */
    static final String VERSION = "0.1.0-test";

    static final String GROUP = "io.github.scanline";

    private static Path folder;

    private Repository() {}

    /** Returns the folder of the repository. */
    static synchronized Path folder() {
        if (folder == null) {
            Path empty = Folders.empty("repository");
            Command.of("./build", "publish", "--to", empty, "--version", VERSION).output();
            folder = empty;
        }
        return folder;
    }

    /** Returns a published file; {@code name} is what follows the version in its name, such as {@code .jar}. */
    static Path file(String artifact, String name) {
        return folder(artifact).resolve(artifact + "-" + VERSION + name);
    }

    /** Returns the folder of the published version of an artifact. */
    static Path folder(String artifact) {
        return folder().resolve(GROUP.replace('.', '/')).resolve(artifact).resolve(VERSION);
    }
}
