package scanline.lab.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs that docs/library/compared.md shows, and the lines that it counts. */
class ComparedPageTest {
    private static final Path LIBRARY = Repository.folder().resolve("docs/library");

    @ParameterizedTest
    @CsvSource({"Scanline, ../../examples/FirstModel.java, java", "PyTorch, compared/mnist_pytorch.py, python",
            "DJL, compared/MnistDjl.java, java", "Keras, compared/mnist_keras.py, python"})
    void itHasTheWholeProgramAndItsLines(String library, String file, String language) throws IOException {
        String page = Files.readString(LIBRARY.resolve("compared.md"));
        String program = Files.readString(LIBRARY.resolve(file));
        assertThat(page).contains("](" + file + "):\n\n```" + language + "\n" + program + "```");
        List<String> lines = program.lines().filter(line -> !line.isBlank()).toList();
        long imports = lines.stream().filter(line -> line.matches("(import|from) .*")).count();
        assertThat(page).contains("| " + library + " | " + lines.size() + " | " + imports + " |");
    }
}
