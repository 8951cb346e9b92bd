package scanline.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folders in which tests work; they stay, so that one can look at them. */
final class Folders {
    private Folders() {}

    /** Returns an empty folder of that name. */
    static Path empty(String name) {
        Path folder = Command.project().resolve("packaging/target/test").resolve(name);
        try {
            if (Files.exists(folder)) {
                List<Path> old;
                try (Stream<Path> below = Files.walk(folder)) {
                    old = below.sorted(Comparator.reverseOrder()).toList();
                }
                for (Path each : old) {
                    Files.delete(each);
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
