package scanline.lab.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code scanline completion}, asked by the shells themselves. */
class CompletionTest {
    private static final int SECONDS = 60;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void print() throws IOException {
        for (String shell : List.of("bash", "zsh")) {
            Answer answer = Answer.answer("completion", shell);
            assertThat(answer.status()).as(answer.err()).isZero();
            Files.writeString(script(shell), answer.out());
        }
        Files.createDirectories(folder.resolve("runs/lstm-rows"));
    }

    private static Path script(String shell) {
        return folder.resolve("scanline." + shell);
    }

    private static List<String> output(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectError(folder.resolve("errors.txt").toFile());
        builder.environment().put("ZDOTDIR", folder.toString()); // where zsh writes what it found
        Process process = builder.start();
        process.getOutputStream().close(); // zsh may have a question
        List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().map(String::strip)
                .toList();
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(folder.resolve("errors.txt"))).isZero();
        return lines;
    }

    private static boolean isInstalled(String shell) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, shell)));
    }

    /** Returns what bash offers for the last of these words. */
    private static List<String> completed(String... words) throws IOException, InterruptedException {
        assumeTrue(isInstalled("bash"), "bash is installed");
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", """
                source "$0"
                compopt() { :; } # works only while a user completes
                COMP_WORDS=(scanline "$@")
                COMP_CWORD=$#
                _complete_scanline
                printf '%s\\n' "${COMPREPLY[@]}"
                """, script("bash").toString()));
        command.addAll(List.of(words));
        return output(command.toArray(String[]::new));
    }

    @Test
    void bashCompletesCommandsOptionsAndTheirValues() throws Exception {
        assertThat(completed("tra")).containsExactly("train");
        assertThat(completed("")).contains("recipes", "train", "studio", "completion");
        assertThat(completed("train", "--th")).containsExactly("--threads");
        assertThat(completed("evaluate", "run", "--split", "")).containsExactlyInAnyOrder("train", "validation", "test");
        assertThat(completed("export", "run", "--format", "")).containsExactlyInAnyOrder("onnx", "safetensors");
        assertThat(completed("completion", "z")).containsExactly("zsh");
    }

    @Test
    void bashCompletesRecipesDataSetsAndRuns() throws Exception {
        assertThat(completed("train", "lstm-r")).contains("lstm-rows").allMatch(name -> name.startsWith("lstm-r"));
        for (String command : List.of("recipes", "explain", "sweep", "reproduce")) {
            assertThat(completed(command, "")).as(command).contains("lstm-rows", "cnn", "vit");
        }
        assertThat(completed("data", "fetch", "fash")).containsExactly("fashion-mnist");
        assertThat(completed("data", "verify", "")).contains("mnist");
        assertThat(completed("resume", "runs/ls")).containsExactly("runs/lstm-rows");
    }

    @Test
    void zshReadsTheScript() throws Exception {
        assertThat(script("zsh")).content().contains("bashcompinit");
        assumeTrue(isInstalled("zsh"), "zsh is installed");
        assertThat(output("zsh", "-f", "-c", "source \"$0\" && print ${_comps[scanline]}", script("zsh").toString()))
                .last().asString().contains("_complete_scanline");
    }
}
