package scanline.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import scanline.lab.base.CommandProcess;

/** In the steady state, a training step allocates next to nothing, and a prediction nothing. */
class StepAllocationTest {
    private static final long MOST = 100_000;
    private static final long SMALLEST_OBJECT = 16; // bytes
    // Until the kernels are compiled for good: the Vector API allocates an object a vector before that.
    private static final String WARM_UP = "300";

    /** One recipe of each kind of model. */
    private static List<String> recipes() {
        return Boolean.getBoolean("scanline.quick")
                ? List.of("lstm-rows", "lstm-rows+lem", "lstm-rows+ur_lstm", "cnn-rnn")
                : List.of("cnn-rnn", "cnn", "digit-classifier", "digit-sequence", "gru-rows-deep", "lstm-pixels",
                        "lstm-rows", "lstm-rows+lem", "lstm-rows+ur_lstm", "rnn-rows", "row-transformer", "vit");
    }

    @Test
    void aStepAllocatesLessThan100Kilobytes() throws IOException, InterruptedException {
        // The largest model has a process of its own, as when it is trained: the compiler inlines less in one that has
        // trained many kinds of models.
        List<String> others = new ArrayList<>(recipes());
        List<String> largest = others.stream().filter("digit-sequence"::equals).toList();
        others.removeAll(largest);
        List<String> lines = new ArrayList<>(printed(StepAllocation.class, "[a-z+_-]+ \\d+", others));
        if (!largest.isEmpty()) {
            lines.addAll(printed(StepAllocation.class, "[a-z+_-]+ \\d+", largest));
        }
        assertThat(lines).hasSameSizeAs(recipes())
                .allSatisfy(line -> assertThat(Long.parseLong(line.split(" ")[1])).as(line).isLessThan(MOST));
    }

    @Test
    void aStepOfALayerAllocatesLessThan10Kilobytes() throws IOException, InterruptedException {
        assertThat(printed(LayerAllocation.class, "[a-z0-9]+ \\d+", List.of())).isNotEmpty()
                .allSatisfy(line -> assertThat(Long.parseLong(line.split(" ")[1])).as(line).isLessThan(MOST / 10));
    }

    @Test
    void aPredictionAllocatesNothing() throws IOException, InterruptedException {
        assertThat(printed(PredictionAllocation.class, "[a-z+_-]+ \\d+ \\d+", recipes())).isNotEmpty()
                .allSatisfy(
                        line -> assertThat(Long.parseLong(line.split(" ")[2])).as(line).isLessThan(SMALLEST_OBJECT));
    }

    /** Returns the lines of this form that a program prints about recipes. */
    private static List<String> printed(Class<?> program, String form, List<String> recipes)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(WARM_UP));
        words.addAll(recipes);
        ProcessBuilder builder = CommandProcess.of(program, words).redirectErrorStream(true);
        // A compiler that is sooner done, and steps that wait for it.
        builder.command().addAll(1, List.of("-XX:CompileThresholdScaling=0.1", "-Xbatch"));
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> line.matches(form)).toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }
}
