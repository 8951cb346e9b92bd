package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.lab.survival.Unprivileged;

/**
 * What a user gets wrong is answered by the line, and the exit status, that a file in {@code wrong-inputs} holds: the command,
 * the status, and all that goes to standard error, with {@code {tmp}} for the folder of {@link WrongInputs}. With the system
 * property {@code scanline.approve} the files are written anew instead, to be looked at before they are committed.
 */
class WrongInputsTest {
    private static final Path CASES = Path.of("src/test/resources/scanline/lab/cli/wrong-inputs");
    private static final String PROMPT = "$ scanline ";
    private static final String STATUS = "exit status ";

    @TempDir
    private static Path scratch;

    static List<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @BeforeAll
    static void makeTheInputs() throws IOException {
        WrongInputs.write(scratch, command -> assertThat(answered(command).status()).as(command).isZero());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aWrongInputIsAnsweredAsApproved(String name) throws IOException {
        Path file = CASES.resolve(name);
        String approved = Files.readString(file);
        String command = approved.lines().findFirst().orElseThrow().substring(PROMPT.length());
        Answer answer = Unprivileged.get(() -> answered(command));
        String actual = PROMPT + command + "\n" + STATUS + answer.status() + "\n" + answer.err();
        if (Boolean.getBoolean("scanline.approve")) {
            Files.writeString(file, actual);
        } else {
            assertThat(actual).isEqualTo(approved);
        }
        assertThat(actual).doesNotContain("\tat ", "internal error");
        assertThat(actual.lines().filter(line -> line.startsWith("scanline: "))).as(actual).hasSize(1);
    }

    @Test
    void everyCommandHasAWrongInputWithoutDuplicates() throws IOException {
        List<String> commands = cases().stream().map(name -> command(CASES.resolve(name))).toList();
        assertThat(commands).doesNotHaveDuplicates();
        assertThat(commands).extracting(command -> command.split(" ")[0])
                .containsAll(Main.commandLine().getSubcommands().keySet());
    }

    @Test
    void debugAddsTheStackTraceToTheSameMessage() throws IOException {
        String plain = answered("resume {tmp}/nowhere").err();
        String debug = answered("--debug resume {tmp}/nowhere").err();
        assertThat(debug).startsWith("scanline.lab.base.RunException: ").contains("\tat scanline.lab").endsWith(plain);
        assertThat(answered("resume {tmp}/nowhere --debug").err()).contains("\tat scanline.lab").endsWith(plain);
        assertThat(plain).hasLineCount(1);
    }

    private static String command(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst().orElseThrow().substring(PROMPT.length());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a command, whose words are parted by spaces; {@code {tmp}} stands for the folder of the inputs. */
    private static Answer answered(String command) {
        String[] words = Arrays.stream(command.split(" ")).map(word -> word.replace("{tmp}", scratch.toString()))
                .toArray(String[]::new);
        Answer answer = Answer.answer(words);
        return new Answer(answer.status(), answer.out(),
                answer.err().replace(scratch.toString(), "{tmp}").replace(System.lineSeparator(), "\n"));
    }
}
