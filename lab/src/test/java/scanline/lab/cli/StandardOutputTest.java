package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.base.CommandProcess;
import scanline.samples.Pngs;

/** What becomes of standard output, in processes of their own. */
class StandardOutputTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void trainOnce() throws IOException {
        Pngs.writeClasses(folder.resolve("data"), List.of("cat", "dog"), 10, 8);
        Answer trained = answer(words("train lstm-rows data=folder data.dir={tmp}/data data.folder.size=8"
                + " data.validation=4 batch=4 epochs=1 model.hidden=4 --run {tmp}/run"));
        assertThat(trained.status()).as(trained.err()).isZero();
    }

    private static List<String> words(String command) {
        return Arrays.stream(command.split(" ")).map(word -> word.replace("{tmp}", folder.toString())).toList();
    }

    /** Runs a command; gives its exit status and all that it writes to standard error. */
    private static Answer run(String command, Path output) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors.txt");
        Process process = CommandProcess.of(Main.class, words(command)).redirectOutput(output.toFile())
                .redirectError(errors.toFile()).start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(command).isTrue();
            return new Answer(process.exitValue(), "", Files.readString(errors));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void stepsAreNoLongerReadOnceNobodyReadsTheAnswers() throws Exception {
        assumeTrue(Files.exists(FULL), "the system has a device that is always full");
        Files.writeString(folder.resolve("steps.csv"), "0,0,0,0,0,0,0,0\nwrong\n");
        Answer answer = run("predict {tmp}/run --stream {tmp}/steps.csv --state {tmp}/sequence", FULL);
        assertThat(answer.err()).contains("scanline: cannot write to standard output").doesNotContain("line 2");
        assertThat(answer.status()).isEqualTo(1);
        assertThat(folder.resolve("sequence")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "help train", "compare {tmp}/run",
            "predict {tmp}/run {tmp}/data/cat/0.png --json", "evaluate {tmp}/run --logits -",
            "export {tmp}/run --format onnx --to -", "studio --port 0"})
    void closedOutputIsAFailure(String command) throws Exception {
        assumeTrue(Files.exists(FULL), "the system has a device that is always full");
        Answer answer = run(command, FULL);
        assertThat(answer.err().lines()).contains("scanline: cannot write to standard output: No space left on device");
        assertThat(answer.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"export {tmp}/run --format onnx --to -", "report {tmp}/run --to -",
            "evaluate {tmp}/run --json --logits -", "compare {tmp}/run --to -", "compare {tmp}/run --to /dev/stdout"})
    void aFileOnStandardOutputHasNothingElseWithIt(String command) throws Exception {
        Path output = folder.resolve("output");
        Path file = folder.resolve("file");
        assertThat(run(command, output).status()).isZero();
        assertThat(answer(words(command.replaceFirst("\\S+$", file.toString()))).status()).isZero();
        assertThat(output).hasSameBinaryContentAs(file);
    }

    @Test
    void messagesGoToStandardError() throws Exception {
        assertThat(run("export {tmp}/run --format safetensors --to -", folder.resolve("output")).err())
                .contains("standard output: safetensors, ", " parameters, SHA-256 ");
    }
}
