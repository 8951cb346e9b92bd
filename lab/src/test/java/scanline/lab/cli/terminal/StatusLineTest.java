package scanline.lab.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.cli.Answer;
import scanline.lab.run.Progress.Step;

class StatusLineTest {
    private final StringWriter written = new StringWriter();

    @ParameterizedTest
    @CsvSource({"200,'epoch 3/12  step 45/590  1 min 5 s left  loss 0.1234  accuracy 96.50 %  12,345 examples/s'",
            "80,'epoch 3/12  step 45/590  1 min 5 s left  loss 0.1234  accuracy 96.50 %'",
            "71,'epoch 3/12  step 45/590  1 min 5 s left  loss 0.1234  accuracy 96.50 %'",
            "70,'epoch 3/12  step 45/590  1 min 5 s left  loss 0.1234'",
            "40,'epoch 3/12  step 45/590  1 min 5 s left'", "39,'epoch 3/12  step 45/590'",
            "11,'epoch 3/12'", "7,'epoch '", "1,''"})
    void aNarrowTerminalGetsTheFirstFields(int columns, String shown) {
        new ProgressLine(new PrintWriter(written), new StatusLine(new PrintWriter(written), columns), 12)
                .step(new Step(3, 45, 590, 0.2, 0.1234, 0.965, 12_345, 65));
        assertThat(written.toString()).isEqualTo("\r\033[K\033[?7l" + shown + " \033[?7h");
    }

    @Test
    void aPermanentLineReplacesTheChangingOne() {
        StatusLine line = new StatusLine(new PrintWriter(written), 80);
        line.show(List.of("a", "b"));
        line.print("c");
        assertThat(written.toString()).endsWith("a  b \033[?7h\r\033[Kc" + System.lineSeparator());
    }

    @Test
    void withoutATerminalOnlyPermanentLinesAreWritten() {
        StatusLine line = new StatusLine(new PrintWriter(written), 0);
        line.show(List.of("a"));
        line.print("c");
        line.erase();
        assertThat(written.toString()).isEqualTo("c" + System.lineSeparator());
    }

    @Test
    void withoutARequestFromTheLauncherThereAreNoColors() {
        assertThat(Answer.answer("nosuch").err()).doesNotContain("\033");
        assertThat(Answer.answer("train", "--help").out()).doesNotContain("\033");
        System.setProperty("scanline.color", "true");
        try {
            assertThat(Answer.answer("nosuch").err()).contains("\033[31m");
        } finally {
            System.clearProperty("scanline.color");
        }
    }
}
