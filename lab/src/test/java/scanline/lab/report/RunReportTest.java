package scanline.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.AttentionMap;
import scanline.lab.train.Experiment;
import scanline.lab.train.Progress;
import scanline.lab.train.Run;
import scanline.lab.train.Trainer;

class RunReportTest {
    private static final Progress SILENT = new Progress() {
        @Override
        public void step(int epoch, int step, int steps, double loss, double accuracy, double examplesPerSecond,
                double secondsLeft) {}

        @Override
        public void epoch(Run.Epoch epoch) {}
    };

    @TempDir
    private Path root;

    /** The folder of a run of a small model, trained to its end. */
    private Path trained(String name, int threads, String recipe, String... keys) throws IOException {
        List<String> all = new ArrayList<>(List.of("data.limit=120", "data.validation=20", "batch=20", "epochs=1"));
        all.addAll(List.of(keys));
        Recipe small = Recipes.find(recipe, all);
        try (Experiment experiment = new Experiment(small, threads)) {
            Run run = Run.create(root.resolve(name), small, Map.of("command", "scanline train " + recipe + " epochs=1",
                    "seed", 1, "parameters", 1234, "commit", "unknown", "data", Map.of("name", "mnist"), "cpu", "A|B",
                    "threads", threads, "vectorBits", 512, "jdk", "25"));
            Trainer trainer = new Trainer(experiment, run, SILENT, 1e9);
            trainer.train(() -> false);
            trainer.conclude();
            RunReport.write(experiment, run);
            return run.folder();
        }
    }

    private Path tinyVit(String name, int threads) throws IOException {
        return trained(name, threads, "vit", "model.width=8", "model.depth=1", "model.heads=3", "model.headWidth=4",
                "model.mlp=8", "data.scan.size=14");
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newNSInstance().newDocumentBuilder().parse(new InputSource(new StringReader(
                svg)));
    }

    /** How many maps a drawing has. */
    private static long maps(Document svg) {
        NodeList groups = svg.getElementsByTagName("g");
        long maps = 0;
        for (int i = 0; i < groups.getLength(); i++) {
            maps += ((Element) groups.item(i)).getAttribute("class").equals("map") ? 1 : 0;
        }
        return maps;
    }

    @Test
    void aRunOfAVitLeavesAReportWithAPictureOfItsAttention() throws Exception {
        Path run = tinyVit("vit", 1);
        String svg = Files.readString(run.resolve("attention.svg"));
        Document picture = parse(svg);
        assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(maps(picture)).isEqualTo(8 * (1 + 3)); // a rollout and three heads an image
        assertThat(picture.getElementsByTagName("use").getLength()).isEqualTo(8);
        assertThat(svg).hasSizeLessThan(100_000).contains("What the class token takes", ">head 3<", "taken for ")
                .doesNotContain("NaN", ">head 4<");
        assertThat(run.resolve("report.md")).content().contains("# vit\n", "scanline train vit epochs=1", "of 10,000 |",
                "| best epoch | 1 of 1, validation accuracy ", "| machine | A\\|B, 1 threads", "](curves.svg)",
                "](attention.svg)", "What the class token takes");
        assertThat(run.resolve("curves.svg")).isNotEmptyFile();
    }

    @Test
    void thePictureIsTheSameOnOneThreadAndOnTwo() throws IOException {
        assertThat(tinyVit("one", 1).resolve("attention.svg")).hasSameBinaryContentAs(tinyVit("two", 2).resolve(
                "attention.svg"));
    }

    @Test
    void aRunOfAnLstmHasAReportWithoutAttention() throws IOException {
        Path run = trained("lstm", 2, "lstm-rows", "model.hidden=8");
        assertThat(run.resolve("attention.svg")).doesNotExist();
        assertThat(run.resolve("report.md")).content().contains("](curves.svg)").doesNotContain("ttention");
    }

    @Test
    void aRecordTakesThePictureAlongAndThePageLinksIt() throws IOException {
        Path results = Files.createDirectory(root.resolve("results"));
        Path run = tinyVit("a vit", 2);
        Results.add(results, run, false);
        Results.write(results);
        assertThat(results.resolve("a vit/attention.svg")).hasSameBinaryContentAs(run.resolve("attention.svg"));
        assertThat(results.resolve("README.md")).content().contains(" [attention](a%20vit/attention.svg) |");
        assertThat(Results.firstStale(results)).isNull();
        Files.delete(results.resolve("a vit/attention.svg"));
        assertThat(Results.firstStale(results)).isEqualTo(results.resolve("README.md"));
    }

    @ParameterizedTest
    @CsvSource({"digit-classifier, patches, What the first step", "row-transformer, rows, What the steps"})
    void otherReadoutsAndScansAreDrawn(String name, String scan, String title) throws Exception {
        try (Experiment experiment = new Experiment(Recipes.find(name, List.of("data.scan=" + scan, "model.width=40",
                "model.heads=20", "model.depth=2")), 2)) {
            String svg = AttentionPicture.svg(AttentionMap.of(experiment));
            assertThat(maps(parse(svg))).isEqualTo(8 * (1 + 16));
            assertThat(svg).contains(title, "the first 16 of 20").hasSizeLessThan(300_000);
        }
    }

    @Test
    void aRunThatWritesSequencesShowsWhereItLooksForEachWord() throws Exception {
        Path run = trained("sequences", 2, "digit-sequence", "model.width=8", "model.heads=2", "model.feedForward=8",
                "model.encoderDepth=1", "model.decoderDepth=1", "data.limit=400", "data.validation=200",
                "data.canvas.train=40", "data.canvas.validation=10", "data.canvas.test=9", "data.canvas.blanks=0.4");
        Document picture = parse(Files.readString(run.resolve("attention.svg")));
        NodeList texts = picture.getElementsByTagName("text");
        List<String> words = new ArrayList<>();
        for (int i = 0; i < texts.getLength(); i++) {
            words.add(texts.item(i).getTextContent());
        }
        long read = words.stream().filter(text -> text.startsWith("read as ")).count();
        assertThat(read).isEqualTo(8);
        // One of the encoder, one among the words, and one for each word that was written and for the end.
        long written = words.stream().filter(text -> text.startsWith("read as ") && !text.contains("(none)"))
                .mapToLong(text -> text.replaceFirst("read as (.*), .*", "$1").split(" ").length).sum();
        assertThat(maps(picture)).isEqualTo(8 * (2 + 1) + written);
        assertThat(words).contains("encoder", "words", "word 1").doesNotContain("NaN");
        assertThat(run.resolve("report.md")).content().contains("| test digit accuracy | ", "| test edit distance | ",
                "What each written label takes");
        RunRecord record = RunRecord.read(run);
        assertThat(record.outcome()).isNotNull();
        assertThat(record.outcome().examples()).isEqualTo(9);
        assertThat(record.outcome().measures()).containsKeys("digitAccuracy", "editDistance", "lengthAccuracy");
    }
}
