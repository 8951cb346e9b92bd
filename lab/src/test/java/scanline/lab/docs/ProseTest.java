package scanline.lab.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Phrases that are not idiomatic, and that must not return: in README, in docs (of which docs/commands.md is what {@code --help}
 * prints), in the approved error lines, and in the strings of the programs. docs/log.md is a diary and stays as it was written.
 */
class ProseTest {
    private static final Pattern PHRASES = Pattern
            .compile("\\b(is no|wholly|goes on where|comes to the same|so many)\\s");
    private static final Pattern STRINGS = Pattern.compile(
            "\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"(?:\\s*\\+\\s*\"(?:\\\\.|[^\"\\\\\\n])*\")*",
            Pattern.DOTALL);

    @Test
    void pagesHaveNone() throws IOException {
        assertThat(files("", "README.md")).hasSize(1).allSatisfy(ProseTest::requirePlain);
        assertThat(files("docs", ".md")).hasSizeGreaterThan(20).filteredOn(page -> !page.endsWith("docs/log.md"))
                .allSatisfy(ProseTest::requirePlain);
    }

    @Test
    void errorLinesHaveNone() throws IOException {
        assertThat(files("lab/src/test/resources/scanline/lab/cli/wrong-inputs", ".txt")).hasSizeGreaterThan(100)
                .allSatisfy(ProseTest::requirePlain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine/src/main/java", "data/src/main/java", "lab/src/main/java", "bench/src/main/java"})
    void programStringsHaveNone(String sources) throws IOException {
        assertThat(files(sources, ".java")).hasSizeGreaterThan(20).allSatisfy(file -> {
            String strings = STRINGS.matcher(Files.readString(file)).results()
                    .map(match -> match.group().replaceAll("\"\\s*\\+\\s*\"", "")).collect(Collectors.joining("\n"));
            assertThat(found(strings)).as("%s", file).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"it is no run", "this is no\nlonger so", "wholly right", "goes on where it\nstopped",
            "comes to the  same bits", "so many steps"})
    void eachIsFound(String text) {
        assertThat(found(text)).hasSize(1);
    }

    private static void requirePlain(Path file) {
        try {
            assertThat(found(Files.readString(file))).as("%s", file).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> found(String text) {
        return PHRASES.matcher(text.replaceAll("\\s+", " ") + " ").results().map(match -> match.group().strip())
                .toList();
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        Path root = Repository.folder().resolve(folder);
        try (Stream<Path> files = Files.walk(root, folder.isEmpty() ? 1 : Integer.MAX_VALUE)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
