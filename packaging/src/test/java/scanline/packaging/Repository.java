package scanline.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The Maven repository that {@code ./build publish} writes, once for all tests, signed with a key of the moment. */
final class Repository {
    /** The version that is published: not that of the checkout, so that no jar of the build can take its place. */
    static final String VERSION = "0.1.0-test";

    static final String GROUP = "io.github.scanline"; // docs/packaging.md changes it everywhere

    private static final String SIGNER = "tests@scanline.example";
    private static Path folder;
    private static Path keys;

    private Repository() {}

    /** Returns the folder of the repository. */
    static synchronized Path folder() {
        if (folder == null) {
            Path empty = Folders.empty("repository");
            try {
                keys = Files.createTempDirectory("keys"); // short, because a socket is in it
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            keys.toFile().deleteOnExit();
            gpg("--passphrase", "", "--quick-generate-key", SIGNER, "ed25519", "sign", "1d");
            Command.of("./build", "publish", "--to", empty, "--version", VERSION, "--sign", SIGNER)
                    .with("GNUPGHOME", keys).output();
            Command.of("gpgconf", "--kill", "gpg-agent").with("GNUPGHOME", keys).output();
            folder = empty;
        }
        return folder;
    }

    /** Runs gpg with the key that signed the files. */
    static void gpg(Object... options) {
        Object[] words = new Object[options.length + 3];
        words[0] = "gpg";
        words[1] = "--batch";
        words[2] = "--quiet";
        System.arraycopy(options, 0, words, 3, options.length);
        Command.of(words).with("GNUPGHOME", keys).output();
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
