package scanline.samples;

import java.nio.file.Path;

/** The files of MNIST, for modules that do not see scanline-mnist. */
public final class MnistFiles {
    /** Their folder, relative to that of a module. */
    public static final Path FOLDER = Path.of("..", "mnist", "src", "main", "resources", "scanline", "mnist");

    private MnistFiles() {}
}
