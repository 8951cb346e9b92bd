package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.run.Run;

/** The option {@code --backend}. */
class BackendOptionTest {
    @TempDir
    private static Path scratch;

    @BeforeAll
    static void writeImages() throws IOException {
        SmallSets.write(scratch.resolve("set"), 1, 3);
    }

    private static Run train(String name, String... options) throws IOException {
        Path folder = scratch.resolve(name);
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(List.of(SmallSets.recipe(scratch.resolve("set"))));
        words.addAll(List.of("--run", folder.toString()));
        words.addAll(List.of(options));
        Answer answer = answer(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return Run.open(folder);
    }

    @Test
    void aRunOnTheReferenceBackendSaysSoAndAgreesButForRounding() throws IOException {
        Run reference = train("reference", "--backend", "reference");
        Run usual = train("usual", "--threads", "1");
        assertThat(reference.provenance()).containsEntry("backend", "reference");
        assertThat(usual.provenance()).doesNotContainKey("backend");
        Run.Epoch last = reference.epochs(2).getLast();
        assertThat(last.trainLoss()).isCloseTo(usual.epochs(2).getLast().trainLoss(), within(1e-3));
        Answer evaluated = answer("evaluate", reference.folder().toString(), "--backend", "reference");
        assertThat(evaluated.status()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).contains("test accuracy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train lstm-rows", "resume nowhere", "sweep lstm-rows", "evaluate nowhere",
            "predict nowhere a.png", "report nowhere", "reproduce", "studio", "doctor"})
    void anUnknownNameIsAnsweredWithTheNamesThatThereAre(String command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("--backend", "gpu"));
        Answer answer = answer(words);
        assertThat(answer.status()).isEqualTo(2);
        assertThat(answer.err().lines()).first().isEqualTo(
                "scanline: --backend: no backend is named \"gpu\"; there are cpu, reference");
    }
}
