package scanline.lab.cli;

import java.nio.file.Files;
import java.nio.file.Path;

import scanline.lab.train.RunException;

/** The file that {@code --to} names. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Says what is wrong with its place before anything is computed for it.
     *
     * @throws RunException if it is a folder, or in none
     */
    static void requirePlace(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null) {
            throw new RunException("--to: " + file + " is a folder: name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new RunException("--to: there is no folder " + folder);
        }
    }
}
