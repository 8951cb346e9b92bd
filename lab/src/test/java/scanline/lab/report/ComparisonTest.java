package scanline.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.docs.Repository;

class ComparisonTest {
    @TempDir
    private Path root;

    /** A run with weights of its own, and this validation accuracy in its second and best epoch. */
    private Path run(String name, String words, int correct, double validation, String... keys) throws IOException {
        Path folder = ResultsTest.run(root, name, words, correct, keys);
        edit(folder.resolve("result.json"), ResultsTest.HASH, HexFormat.of().toHexDigits(name.hashCode() * 0x9e3779b9)
                .repeat(8));
        edit(folder.resolve("metrics.csv"), "0.976", Double.toString(validation));
        return folder;
    }

    private static void edit(Path file, String old, String now) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, now));
    }

    private static Path unfinished(Path run) throws IOException {
        Files.delete(run.resolve("result.json"));
        Files.delete(run.resolve("confusion.csv"));
        return run;
    }

    private static String text(Path... runs) throws IOException {
        return ComparisonText.of(Comparison.of(List.of(runs)));
    }

    /** The cells of a line of the tables, which stand apart by two spaces at least. */
    private static List<String> row(String text, String name) {
        return text.lines().filter(line -> line.startsWith(name + "  ")).findFirst()
                .map(line -> List.of(line.substring(name.length()).strip().split(" {2,}"))).orElseThrow();
    }

    @Test
    void differingKeysHaveARowAndTheOthersAreListedOnce() throws IOException {
        String text = text(run("b", "lstm-rows seed=2", 9890, 0.98, "batch: 100", "clip: none"),
                run("a", "lstm-rows seed=1 clip=norm", 9880, 0.97, "batch: 100", "clip: norm", "clip.bound: 1.0"));
        assertThat(text).startsWith("   run  command\n1  b    ./scanline train lstm-rows seed=2\n2  a    ");
        assertThat(row(text, "clip")).containsExactly("none", "norm");
        assertThat(row(text, "clip.bound")).containsExactly("-", "1.0");
        assertThat(row(text, "seed")).containsExactly("2", "1");
        assertThat(row(text, "test accuracy")).containsExactly("98.90 %", "98.80 %");
        assertThat(row(text, "validation accuracy")).containsExactly("* 98.00 %", "97.00 %");
        assertThat(row(text, "parameters")).containsExactly("68,362", "68,362");
        assertThat(row(text, "training time")).containsExactly("3 min 10 s", "3 min 10 s");
        assertThat(row(text, "examples/s")).containsExactly("1,500", "1,500");
        assertThat(text)
                .contains("\nCommon settings: epochs=2, data=mnist, data.canvas=single, data.shrink=1, batch=100,"
                        + " accumulate=1,\n  groups=, average.decay=0.0\n",
                        "\nThe validation sets are not the same", "\n* b has the best validation accuracy.")
                .doesNotContain("batch  ", "about", "same weights");
    }

    @Test
    void theBestByTestAndTheBestSeedAreNotMarked() throws IOException {
        String text = text(run("a", "lstm-rows seed=1", 9990, 0.97, "batch: 1"),
                run("b", "lstm-rows seed=1 batch=2", 9000, 0.98, "batch: 2"));
        assertThat(text).contains("* b has the best").doesNotContain("validation sets are not");
        String seeds = text(root.resolve("a"), run("c", "lstm-rows seed=2", 9990, 0.99, "batch: 1"));
        assertThat(seeds).contains("These runs differ only in the seed").doesNotContain("* ", "difference");
    }

    @Test
    void anUnfinishedRunIsMarkedAndHasNoTestFigure() throws IOException {
        Path half = unfinished(run("half", "lstm-rows seed=1", 9880, 0.98, "batch: 1"));
        edit(half.resolve("recipe.yaml"), "epochs: 2", "epochs: 5");
        String text = text(half, run("a", "lstm-rows seed=1", 9990, 0.97, "batch: 2"));
        assertThat(row(text, "epochs")).containsExactly("5", "2"); // what was asked for, among the differences
        assertThat(text.lines().filter(line -> line.startsWith("epochs"))).last().asString().contains("2 of 5");
        assertThat(row(text, "test accuracy")).containsExactly("-", "99.90 %");
        assertThat(row(text, "weights")).first().isEqualTo("-");
        assertThat(row(text, "training time")).first().isEqualTo("3 min 10 s");
        assertThat(text).contains("half is unfinished: 2 of 5 epochs, so it has no test figures yet.");
    }

    @Test
    void runsWithIdenticalWeightsAreNamed() throws IOException {
        Path a = ResultsTest.run(root, "a", "lstm-rows seed=1", 9880, "batch: 1");
        Path b = run("b", "lstm-rows seed=1", 9881, 0.98, "batch: 1");
        Path c = ResultsTest.run(root, "c", "lstm-rows seed=1", 9880, "batch: 1");
        assertThat(text(a, b, c)).contains("\na and c produced the same weights, 01234567.\n")
                .contains("These runs have the same recipe and the same seed.");
        assertThat(text(a, b)).doesNotContain("same weights");
    }

    @Test
    void differentTasksAndDataAreNotRanked() throws IOException {
        Path one = run("one", "lstm-rows seed=1", 9880, 0.98);
        Path grid = run("grid", "digit-sequence seed=1", 9880, 0.9, "data.canvas: grid");
        edit(grid.resolve("result.json"), "\"bestEpoch\"",
                "\"testMeasures\": {\"digitAccuracy\": 0.99}, \"bestEpoch\"");
        String text = text(one, grid);
        assertThat(row(text, "data.canvas")).containsExactly("single", "grid");
        assertThat(row(text, "recipe")).containsExactly("lstm-rows", "digit-sequence");
        assertThat(row(text, "test digit accuracy")).containsExactly("-", "99.00 %");
        assertThat(text).contains("The runs have different kinds of answers (data.canvas), so neither")
                .doesNotContain("* ");
        Path other = run("other", "lstm-rows seed=1", 9880, 0.98);
        edit(other.resolve("provenance.json"), "\"aa\"", "\"aa\", \"classes\" : [\"0\"], \"height\" : 28");
        assertThat(text(one, other)).doesNotContain("The images are not the same", "data: ");
        edit(other.resolve("provenance.json"), "\"aa\"", "\"bbbbbbbbbbbb\"");
        assertThat(row(text(one, other), "data: testImages")).containsExactly("aa", "bbbbbbbb");
        assertThat(text(one, other)).contains("The images are not the same").doesNotContain("* ");
    }

    @Test
    void lossAndPictureCountDoNotMakeAnotherTask() throws IOException {
        Path results = Repository.folder().resolve("results/records");
        String orders = text(results.resolve("cnn-rnn-seed1"), results.resolve("cnn-rnn-random-seed1"));
        assertThat(row(orders, "data.canvas.order")).containsExactly("frequent", "random");
        assertThat(orders).contains("* cnn-rnn-seed1 has the best validation accuracy")
                .doesNotContain("The images are not the same", "The validation sets are not the same");
        Path old = run("old", "cnn-rnn seed=1", 5000, 0.5, "data.canvas: scatter", "data.canvas.size: 56",
                "data.canvas.train: 10", "data.canvas.validation: 10");
        Path more = run("more", "cnn-rnn seed=1", 5000, 0.6, "data.canvas: scatter", "data.canvas.size: 56",
                "data.canvas.train: 20", "data.canvas.validation: 10", "data.shrink: 1");
        assertThat(text(old, more)).contains("* more has the best").doesNotContain("are not the same");
        edit(more.resolve("recipe.yaml"), "validation: 10", "validation: 20");
        assertThat(text(old, more)).contains("The validation sets are not the same").doesNotContain("images are not");
        edit(more.resolve("recipe.yaml"), "shrink: 1", "shrink: 2");
        assertThat(text(old, more)).contains("The images are not the same").doesNotContain("* ");
    }

    @Test
    void jsonHasTheFiguresAsNumbersOrNull() throws IOException {
        Path half = unfinished(run("half", "lstm-rows seed=1", 9880, 0.98, "batch: 1"));
        Path same = ResultsTest.run(root, "same", "lstm-rows seed=1", 9990, "batch: 2");
        Path file = Files.writeString(root.resolve("out.json"),
                Comparison.of(List.of(half, same, ResultsTest.run(root, "too", "lstm-rows seed=1", 9990, "batch: 2")))
                        .json());
        Map<String, Object> values = Json.read(file);
        List<?> runs = (List<?>) values.get("runs");
        Map<?, ?> first = (Map<?, ?>) runs.get(0);
        assertThat(first.get("finished")).isEqualTo(false);
        assertThat(first.containsKey("testAccuracy")).isTrue();
        assertThat(first.get("testAccuracy")).isNull();
        assertThat(first.get("validationAccuracy")).isEqualTo(0.98);
        assertThat(first.get("differs")).isEqualTo(Map.of("batch", "1"));
        Map<?, ?> second = (Map<?, ?>) runs.get(1);
        assertThat(second.get("testAccuracy")).isEqualTo(0.999);
        assertThat(second.get("weights")).isEqualTo(ResultsTest.HASH);
        assertThat(second.get("examplesPerSecond")).isEqualTo(1500.0);
        assertThat(values.get("sameWeights")).isEqualTo(List.of(List.of("same", "too")));
        assertThat(values.get("same")).isEqualTo(Map.of("epochs", "2", "data", "mnist", "data.canvas", "single",
                "data.shrink", "1", "accumulate", "1", "groups", "", "average.decay", "0.0"));
    }

    @Test
    void noTextOfARecordReachesTheTerminalUnescaped() throws IOException {
        Path hostile = run("a\u001b[2J", "lstm-rows seed=1 about=\\u001b[31m", 9880, 0.98, "clip: \"\\e[1m\"",
                "loss: \"\\u202e\"");
        String text = text(hostile, run("b", "lstm-rows seed=1", 9880, 0.98, "clip: none", "loss: \"\\u202e\""));
        assertThat(text).contains("\\u001b[2J", "\\u001b[31m", "\\u001b[1m", "loss=\\u202e")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Path run = run("a", "lstm-rows seed=1", 9880, 0.98);
        Files.delete(run.resolve("provenance.json"));
        assertThatThrownBy(() -> text(run)).isInstanceOf(RunException.class)
                .hasMessage(run + " has no provenance.json: there is nothing to compare");
        Path other = run("b", "lstm-rows seed=1", 9880, 0.98);
        Files.delete(other.resolve("metrics.csv"));
        assertThatThrownBy(() -> text(other)).hasMessage(other + " has no metrics.csv: there is nothing to compare");
        unfinished(other);
        assertThatThrownBy(() -> text(other)).hasMessage(other + " has no epoch yet: there is nothing to compare");
    }

    @Test
    void runsWithTheSameNameAreDistinguishedByPath() throws IOException {
        Path one = ResultsTest.run(root.resolve("x"), "run", "lstm-rows seed=1", 9880);
        Path two = ResultsTest.run(root.resolve("y"), "run", "lstm-rows seed=2", 9880);
        assertThat(text(one, two)).contains("1  " + one + "  ", "2  " + two + "  ");
    }

    @Test
    void aPageShowsATrainingAndAValidationCurveForTwelveRuns() throws Exception {
        List<Path> runs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            runs.add(run("run " + i + " <b>", "lstm-rows seed=" + i, 9880, 0.97));
        }
        String html = ComparisonPage.of(Comparison.of(runs));
        assertThat(html).isEqualTo(ComparisonPage.of(Comparison.of(runs))).doesNotContain("https:", "src=", "href=",
                "<script",
                "url(", "@import", "NaN");
        assertThat(html.replace("xmlns=\"http://www.w3.org/1999/xhtml\"", "")).doesNotContain("http:");
        Document page = DocumentBuilderFactory.newNSInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
        NodeList drawings = page.getElementsByTagName("svg");
        assertThat(drawings.getLength()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            Element drawing = (Element) drawings.item(i);
            assertThat(drawing.getAttribute("aria-label")).contains("over the epochs: ");
            NodeList groups = drawing.getElementsByTagName("g");
            assertThat(groups.getLength()).isEqualTo(12);
            for (int g = 0; g < 12; g++) {
                Element group = (Element) groups.item(g);
                NodeList lines = group.getElementsByTagName("path");
                assertThat(group.getAttribute("class")).isEqualTo("run run" + g);
                assertThat(IntStream.range(0, lines.getLength())
                        .mapToObj(l -> ((Element) lines.item(l)).getAttribute("class"))).containsExactly("l t", "l v");
            }
        }
        assertThat(html).contains("<title>run 3 &lt;b&gt;, epoch 2: validation accuracy 97.00 %</title>",
                "<title>run 3 &lt;b&gt;, epoch 1: training loss 0.5000</title>");
        for (int i = 0; i < 12; i++) {
            assertThat(html).contains(".run" + i + "{color:#");
        }
        runs.add(run("one more", "lstm-rows seed=99", 9880, 0.97));
        assertThatThrownBy(() -> ComparisonPage.of(Comparison.of(runs))).isInstanceOf(RunException.class)
                .hasMessageStartingWith("a page shows at most 12 runs, not 13");
        assertThat(ComparisonText.of(Comparison.of(runs))).contains("13  one more");
    }

    @Test
    void nonRunsAreRejected() throws IOException {
        Path run = run("a", "lstm-rows seed=1", 9880, 0.98);
        assertThatThrownBy(() -> text(run, root)).isInstanceOf(RunException.class)
                .hasMessage("not a run folder: " + root + " (recipe.yaml is missing)");
        assertThatThrownBy(() -> text(run, root.resolve("a/../a"))).hasMessage(
                root.resolve("a/../a") + " is given twice");
        unfinished(run);
        ResultsTest.withoutEpochs(run);
        assertThatThrownBy(() -> text(run)).hasMessage(run + " has no epoch yet: there is nothing to compare");
    }
}
