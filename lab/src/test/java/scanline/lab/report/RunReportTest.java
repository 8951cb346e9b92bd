package scanline.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import scanline.data.canvas.Canvas;
import scanline.data.image.ImageSet;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.AccuracyAfterSteps;
import scanline.lab.insight.AttentionMap;
import scanline.lab.insight.Findings;
import scanline.lab.insight.HiddenStates;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.RunRecord;
import scanline.lab.record.RunRecordReader;
import scanline.lab.report.figure.AttentionPicture;
import scanline.lab.report.figure.ConfusionMatrix;
import scanline.lab.report.figure.Gallery;
import scanline.lab.report.figure.Markup;
import scanline.lab.report.figure.SequencePicture;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;

class RunReportTest {
    private static final String XHTML = "xmlns=\"http://www.w3.org/1999/xhtml\"";
    @TempDir
    private static Path shared;

    @TempDir
    private Path root;

    /** The folder of a run of a small model, trained to its end. */
    private static Path trained(String name, int threads, String recipe, String... keys) throws IOException {
        List<String> all = new ArrayList<>(List.of("data.limit=100", "data.validation=20", "batch=20", "epochs=1"));
        all.addAll(List.of(keys));
        Recipe small = Recipes.find(recipe, all);
        try (Experiment experiment = new Experiment(small, threads)) {
            Run run = Run.create(shared.resolve(name), small,
                    Map.of("command", List.of("scanline", "train", recipe, "epochs=1"),
                            "seed", 1, "parameters", 1234, "commit", "unknown", "data", Map.of("name", "mnist"), "cpu",
                            "A|B",
                            "threads", 1, "vectorBits", 512, "jdk", "25"));
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, 1e9);
            trainer.train(() -> false);
            Findings test = new Findings(experiment, Split.TEST);
            trainer.conclude(test);
            RunReport.write(experiment, run, test);
            return run.folder();
        }
    }

    private static Path tinyVit(String name, int threads) throws IOException {
        return trained(name, threads, "vit", "model.width=8", "model.depth=1", "model.heads=3", "model.headWidth=4",
                "model.mlp=8", "data.scan.size=14");
    }

    /** A run of a small vision transformer, likewise. */
    private static Path vit() throws IOException {
        Path run = shared.resolve("vit");
        return Files.exists(run) ? run : tinyVit("vit", 1);
    }

    /** A run of a small LSTM that is made once; a test that changes it takes a copy. */
    private static Path lstm() throws IOException {
        Path run = shared.resolve("lstm");
        return Files.exists(run) ? run : tinyLstm("lstm");
    }

    private Path copy(Path run) throws IOException {
        Path copy = Files.createDirectory(root.resolve(run.getFileName()));
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static Path tinyLstm(String name, String... keys) throws IOException {
        return trained(name, 2, "lstm-rows", Stream.concat(Stream.of("model.hidden=8"), Stream.of(keys))
                .toArray(String[]::new));
    }

    private static Path tinySets(String name) throws IOException {
        return trained(name, 2, "cnn-sigmoid", "data.limit=200", "data.validation=100", "data.canvas.train=40",
                "data.canvas.validation=20", "data.canvas.test=30", "data.canvas.size=16", "data.canvas.minSize=5",
                "data.canvas.maxSize=8", "model.channels=2", "model.hidden=6");
    }

    /** The page of a run as {@code scanline report} writes it, from the weights in its folder. */
    private String reported(Path folder, int threads) throws IOException {
        Run run = Run.open(folder);
        try (Experiment experiment = new Experiment(run.recipe(), threads)) {
            WeightsFile.load(run.best(), experiment.weights());
            return RunReport.page(experiment, run);
        }
    }

    private static Document parse(String markup) throws Exception {
        return DocumentBuilderFactory.newNSInstance().newDocumentBuilder().parse(new InputSource(new StringReader(
                markup)));
    }

    /** A page, well-formed and in need of nothing outside of it. */
    private static Document page(String html) throws Exception {
        assertThat(html).doesNotContain("=\"https:", "@import", "url(", "<script", "NaN")
                .hasSizeLessThan(2_000_000);
        assertThat(html.replace(XHTML, "")).doesNotContain("http:");
        Document page = parse(html);
        for (Element element : elements(page, "*")) {
            assertThat(element.getAttribute("src")).matches("(data:image/(png|svg\\+xml);base64,[\\w+/=]+)?");
            assertThat(element.hasAttribute("href")).isFalse();
            if (element.getTagName().equals("img")) {
                assertThat(element.getAttribute("alt")).isNotEmpty();
            }
            if (element.getTagName().equals("th")) {
                assertThat(element.getAttribute("scope")).isIn("row", "col");
            }
        }
        return page;
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList all = document.getElementsByTagName(tag);
        return IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i)).toList();
    }

    private static List<String> texts(Document document, String tag) {
        return elements(document, tag).stream().map(Element::getTextContent).toList();
    }

    /** The cells of the row that a word names, in the first table that has it. */
    private static List<String> row(Document page, String name) {
        Element row = elements(page, "tr").stream()
                .filter(element -> element.getFirstChild().getTextContent().equals(name)).findFirst().orElseThrow();
        NodeList cells = row.getElementsByTagName("td");
        return IntStream.range(0, cells.getLength()).mapToObj(i -> cells.item(i).getTextContent()).toList();
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
    void aVitRunWritesAPageWithAnAttentionPicture() throws Exception {
        Path run = vit();
        String svg = Files.readString(run.resolve("attention.svg"));
        Document picture = parse(svg);
        assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(maps(picture)).isEqualTo(8 * (1 + 3)); // a rollout and three heads an image
        assertThat(picture.getElementsByTagName("use").getLength()).isEqualTo(8);
        assertThat(svg).hasSizeLessThan(100_000).contains("Attention of the class token", ">head 3<", "predicted as ")
                .doesNotContain("NaN", ">head 4<");
        String html = Files.readString(run.resolve("report.html"));
        Document page = page(html);
        assertThat(texts(page, "h1")).containsExactly("vit");
        assertThat(texts(page, "h2")).containsExactly("Learning curves", "Confusion matrix", "Classes",
                "Most confident mistakes", "Least confident answers", "Attention", "Reproduction", "Recipe",
                "Definitions");
        assertThat(texts(page, "pre")).containsExactly("./scanline train vit epochs=1");
        assertThat(html).contains("of 10,000</small>", "alt=\"Attention of the class token")
                .contains(Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(row(page, "machine")).containsExactly("A|B, 1 thread, 512 bits, JDK 25");
        assertThat(run).isDirectoryNotContaining("glob:**.md").isDirectoryNotContaining("glob:**curves.svg");
    }

    @Test
    void pageAndPictureAreTheSameOnOneAndTwoThreads() throws IOException {
        assertThat(reported(vit(), 2)).isEqualTo(Files.readString(vit().resolve("report.html")));
        assertThat(tinyVit("two threads", 2).resolve("attention.svg"))
                .hasSameBinaryContentAs(vit().resolve("attention.svg"));
    }

    @Test
    void aRunOfAnLstmHasAPageWithoutAttention() throws Exception {
        Path run = lstm();
        assertThat(run.resolve("attention.svg")).doesNotExist();
        assertThat(texts(page(Files.readString(run.resolve("report.html"))), "h2")).contains("Learning curves")
                .doesNotContain("Attention");
    }

    @Test
    void theMostConfidentMistakesMatchADirectEvaluation() throws Exception {
        Path folder = lstm();
        record Answered(int number, int truth, int said, double probability) {}
        List<Answered> answers = new ArrayList<>();
        ImageSet test;
        try (Experiment experiment = new Experiment(Run.open(folder).recipe(), 2)) {
            WeightsFile.load(Run.open(folder).best(), experiment.weights());
            Evaluation.of(experiment, experiment.examples(Split.TEST), (number, truth,
                    answer) -> answers.add(new Answered(number, truth[0], answer.labels()[0], answer.probability())));
            test = experiment.dataset().test();
        }
        List<Answered> mistakes = answers.stream().filter(answer -> answer.truth() != answer.said())
                .sorted(Comparator.comparingDouble(Answered::probability).reversed()).limit(24).toList();
        List<Answered> unsure = answers.stream().sorted(Comparator.comparingDouble(Answered::probability)).limit(12)
                .toList();
        Document page = page(Files.readString(folder.resolve("report.html")));
        List<Answered> expected = Stream.concat(mistakes.stream(), unsure.stream()).toList();
        List<Element> shown = figures(page, "gallery");
        assertThat(shown).hasSize(36);
        for (int i = 0; i < shown.size(); i++) {
            Answered answered = expected.get(i);
            assertThat(shown.get(i).getTextContent())
                    .isEqualTo("actual" + answered.truth() + "predicted" + answered.said()
                            + "prob." + Numbers.percent(answered.probability()));
            assertThat(shown.get(i).getElementsByTagName("mark").getLength())
                    .isEqualTo(answered.truth() == answered.said() ? 0 : 1);
            String source = ((Element) shown.get(i).getElementsByTagName("img").item(0)).getAttribute("src");
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder()
                    .decode(source.substring("data:image/png;base64,".length()))));
            assertThat(((DataBufferByte) image.getRaster().getDataBuffer()).getData())
                    .isEqualTo(test.slice(answered.number(), answered.number() + 1).pixels());
        }
    }

    private static List<Element> figures(Document page, String list) {
        return elements(page, "figure").stream()
                .filter(figure -> ((Element) figure.getParentNode().getParentNode()).getAttribute("class").equals(list))
                .toList();
    }

    @Test
    void aRecurrentRunShowsItsStatesAndItsAccuracyAfterSteps() throws Exception {
        Path folder = lstm();
        String html = Files.readString(folder.resolve("report.html"));
        List<Element> shown = figures(page(html), "states");
        List<HiddenStates> states;
        AccuracyAfterSteps accuracy;
        try (Experiment experiment = new Experiment(Run.open(folder).recipe(), 2)) {
            WeightsFile.load(Run.open(folder).best(), experiment.weights());
            states = HiddenStates.of(experiment);
            accuracy = AccuracyAfterSteps.of(experiment, Split.TEST).orElseThrow();
        }
        assertThat(shown).hasSize(10);
        for (int i = 0; i < shown.size(); i++) {
            assertThat(shown.get(i).getTextContent()).startsWith(states.get(i).label() + ", predicted as ");
            BufferedImage film = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder()
                    .decode(((Element) shown.get(i).getElementsByTagName("img").item(1)).getAttribute("src")
                            .substring("data:image/png;base64,".length()))));
            float[][] values = states.get(i).states();
            assertThat(film.getWidth()).isEqualTo(values.length);
            assertThat(film.getHeight()).isEqualTo(values[0].length);
            for (int t = 0; t < values.length; t++) {
                for (int unit = 0; unit < values[t].length; unit++) {
                    int color = film.getRGB(t, unit);
                    assertThat((color >>> 24) == 0 || (color >> 16 & 255) < (color & 255) == values[t][unit] < 0)
                            .isTrue();
                }
            }
        }
        assertThat(accuracy.points()).allSatisfy(point -> assertThat(html).contains(
                "after " + point.steps() + (point.steps() == 1 ? " step: " : " steps: ")
                        + Numbers.percent(point.accuracy())));
    }

    @Test
    void matrixAndClassTableAgreeWithTheMatrixInTheFolder() throws Exception {
        Path run = lstm();
        int[][] counts = new Run(run).confusion();
        Document page = page(Files.readString(run.resolve("report.html")));
        List<Element> cells = elements(page, "td").stream().limit(120).filter(cell -> cell.getParentNode()
                .getChildNodes().getLength() == 11).toList();
        for (int c = 0; c < 10; c++) {
            int[] counted = counts[c];
            int correct = counted[c];
            int support = IntStream.of(counted).sum();
            int label = c;
            int answered = IntStream.range(0, 10).map(row -> counts[row][label]).sum();
            for (int taken = 0; taken < 10; taken++) {
                assertThat(cells.get(10 * c + taken).getTextContent()).isEqualTo(counted[taken] == 0
                        ? ""
                        : counted[taken] + String.format(Locale.ROOT, " %.1f %%", 100.0 * counted[taken] / support));
            }
            Element table = elements(page, "table").stream()
                    .filter(element -> element.getTextContent().contains("support")).findFirst().orElseThrow();
            NodeList row = table.getElementsByTagName("tr").item(c + 1).getChildNodes();
            double precision = answered == 0 ? 0 : (double) correct / answered;
            double recall = (double) correct / support;
            assertThat(IntStream.range(0, 7).mapToObj(i -> row.item(i).getTextContent())).containsExactly(
                    Integer.toString(c), String.format(Locale.ROOT, "%.4f", precision),
                    String.format(Locale.ROOT, "%.4f", recall), String.format(Locale.ROOT, "%.4f",
                            correct == 0 ? 0 : 2 * precision * recall / (precision + recall)),
                    Numbers.whole(support), Numbers.whole(answered), Numbers.whole(correct));
        }
    }

    @Test
    void namesFromFoldersAndRecipesAreEscaped() throws Exception {
        String attack = "<script>alert('&\"')<\\script>";
        Document page = page(Files.readString(tinyLstm(attack, "about=" + attack).resolve("report.html")));
        assertThat(texts(page, "h1")).containsExactly(attack);
        assertThat(texts(page, "p").getFirst()).startsWith(attack + ". Source: ");
        assertThat(texts(page, "title")).first().isEqualTo(attack);
        List<String> names = List.of(attack, "b");
        Document matrix = parse(new ConfusionMatrix(new int[][] {{1, 2}, {0, 3}}, names).html());
        assertThat(texts(matrix, "th")).contains(attack);
        String image = new Gallery(new ImageSet(1, 1, new byte[1], new byte[1], 2), names, Canvas.Answer.CLASS)
                .html(List.of(new Findings.Example(0, new int[] {1}, new int[] {0}, 0.5, false)));
        assertThat(texts(parse(image), "mark")).containsExactly(attack);
        assertThat(Markup.escaped("a\u0000b")).isEqualTo("a\ufffdb"); // no XML holds it
    }

    @Test
    void wrongExtraAndMissingLabelsOfASequenceAreMarked() throws Exception {
        Gallery gallery = new Gallery(new ImageSet(1, 1, new byte[1], new byte[1], 2), List.of("a", "b"),
                Canvas.Answer.SEQUENCE);
        assertThat(marks(gallery, new int[] {0, 1, 1}, new int[] {1, 1})).containsExactly("b", "b"); // missing, wrong
        assertThat(marks(gallery, new int[] {0}, new int[] {0, 1})).containsExactly("b"); // too much
        assertThat(marks(gallery, new int[] {0, 1}, new int[] {0, 1})).isEmpty();
        assertThat(gallery.html(List.of(new Findings.Example(0, new int[] {0, 1}, new int[] {0}, 0.5, false))))
                .contains("<dd>a <mark>b</mark></dd><dt>predicted</dt><dd>a</dd>");
    }

    private static List<String> marks(Gallery gallery, int[] truth, int[] answer) throws Exception {
        return texts(parse(gallery.html(List.of(new Findings.Example(0, truth, answer, 0.5, false)))), "mark");
    }

    @Test
    void anUnfinishedRunShowsItsValidationImages() throws Exception {
        Path run = copy(vit());
        Files.delete(run.resolve("result.json"));
        String html = reported(run, 2);
        Document page = page(html);
        assertThat(html).contains("Unfinished: 1 of 1 epochs", "The test images are used only at the end",
                "among the validation images").doesNotContain("test accuracy", "among the test images");
        assertThat(texts(page, "h2")).doesNotContain("Attention").contains("Most confident mistakes");
        assertThat(elements(page, "td").stream().filter(cell -> cell.hasAttribute("title"))
                .mapToInt(cell -> Integer.parseInt(cell.getTextContent().replaceFirst(" .*", ""))).sum()).isEqualTo(20);
    }

    @Test
    void anUnfinishedRunWithoutAValidationSetShowsNoExamples() throws Exception {
        Path run = tinyLstm("unvalidated", "data.validation=0");
        Files.delete(run.resolve("result.json"));
        String html = reported(run, 2);
        assertThat(html).contains("This run has no validation set, and the test images are used only at the end");
        assertThat(elements(page(html), "figure")).isEmpty();
    }

    @Test
    void weightsOfAnotherRunAreRejected() throws IOException {
        Path run = copy(lstm());
        Path other = tinyLstm("other", "seed=2");
        Files.copy(other.resolve("best.safetensors"), run.resolve("best.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> reported(run, 2)).isInstanceOf(RunException.class)
                .hasMessageContaining("lstm: best.safetensors is correct on ")
                .hasMessageContaining("are not those of the run");
    }

    @Test
    void aRunKilledBeforeTheRowOfItsBestWeightsMustBeResumed() throws IOException {
        Path run = copy(lstm());
        Files.delete(run.resolve("result.json"));
        SafeTensors best = SafeTensors.read(run.resolve("best.safetensors"));
        SafeTensors.write(run.resolve("best.safetensors"),
                new SafeTensors(List.copyOf(best.tensors().values()), Map.of("format", "pt", "epoch", "2")));
        assertThatThrownBy(() -> reported(run, 2)).isInstanceOf(RunException.class)
                .hasMessage(run
                        + " was stopped while it saved epoch 2 and has only the weights of that epoch: resume it with"
                        + " `scanline resume " + run + "`");
    }

    @Test
    void aRunWithoutProvenanceIsRejectedWithTheFileName() throws IOException {
        Path run = copy(lstm());
        Files.delete(run.resolve("provenance.json"));
        assertThatThrownBy(() -> reported(run, 2)).isInstanceOf(RunException.class)
                .hasMessage(run + " has no provenance.json: there is nothing to report");
    }

    @Test
    void dataPathsAreNotRevealed() throws Exception {
        Path run = copy(lstm());
        Path recipe = run.resolve("recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("data.dir: .*", "data.dir: /home/me/photos"));
        try (Experiment experiment = new Experiment(Run.open(lstm()).recipe(), 2)) {
            WeightsFile.load(Run.open(run).best(), experiment.weights());
            assertThat(RunReport.page(experiment, Run.open(run))).contains("data.limit").doesNotContain("/home/me",
                    "data.dir");
        }
    }

    @Test
    void aRunWithoutAnEpochHasNothingToReport() throws IOException {
        Path run = copy(lstm());
        Files.delete(run.resolve("result.json"));
        ResultsTest.withoutEpochs(run);
        assertThatThrownBy(() -> reported(run, 2)).isInstanceOf(RunException.class)
                .hasMessage(run + " has no epoch yet: there is nothing to report");
    }

    @Test
    void aPageOfSetsHasALabelTableAndMarksWrongAndMissingLabels() throws Exception {
        Path run = tinySets("sets");
        Document page = page(Files.readString(run.resolve("report.html")));
        assertThat(texts(page, "h2")).contains("Labels", "Most confident mistakes").doesNotContain(
                "Confusion matrix", "Attention");
        assertThat(row(page, "mean average precision").getFirst()).matches("\\d+\\.\\d\\d %");
        String[] label = Files.readAllLines(run.resolve("labels.csv")).get(4).split(",");
        assertThat(row(page, "3")).hasSize(7).contains(label[1], label[2],
                String.format(Locale.ROOT, "%.4f", Double.parseDouble(label[4])));
        List<Element> shown = elements(page, "figure");
        assertThat(shown).isNotEmpty();
        for (Element figure : shown) {
            NodeList values = figure.getElementsByTagName("dd");
            List<String> correct = List.of(values.item(0).getTextContent().split(" "));
            List<String> answer = List.of(values.item(1).getTextContent().split(" "));
            List<String> marked = new ArrayList<>(correct.stream().filter(name -> !answer.contains(name)).toList());
            answer.stream().filter(name -> !name.equals("(none)") && !correct.contains(name)).forEach(marked::add);
            NodeList marks = figure.getElementsByTagName("mark");
            assertThat(IntStream.range(0, marks.getLength()).mapToObj(i -> marks.item(i).getTextContent()))
                    .isEqualTo(marked.stream().filter(name -> !name.startsWith("(")).filter(name -> !name.endsWith(")"))
                            .toList());
            assertThat(correct).isSorted();
        }
    }

    @Test
    void aPrintedFigureIsExplainedAndOursIsGivenInTheSameFormat() throws Exception {
        Path run = tinyLstm("printed", "published=96.07 % as printed", "published.accuracy=0.9607",
                "published.divisor=10240");
        Document page = page(Files.readString(run.resolve("report.html")));
        assertThat(row(page, "published accuracy")).containsExactly("96.07 % printed, 98.38 % true");
        long correct = RunRecordReader.read(run).outcome().correct();
        assertThat(row(page, "ours, as the source would print it"))
                .containsExactly(Numbers.percent(correct / 10_240.0));
        assertThat(String.join("\n", texts(page, "p")))
                .contains("Published: 96.07 % as printed. The source's code divides");
    }

    @Test
    void aRecordIncludesThePictureAndThePageLinksToIt() throws IOException {
        Path results = Files.createDirectory(root.resolve("results"));
        Path run = Files.move(copy(vit()), root.resolve("a vit"));
        Results.add(results, run, false);
        Results.write(results);
        assertThat(results.resolve("records/a vit/attention.svg")).hasSameBinaryContentAs(run.resolve("attention.svg"));
        assertThat(results.resolve("README.md")).content().contains(" [attention](records/a%20vit/attention.svg) |");
        assertThat(Results.firstStale(results)).isNull();
        Files.delete(results.resolve("records/a vit/attention.svg"));
        assertThat(Results.firstStale(results)).isEqualTo(results.resolve("README.md"));
    }

    @ParameterizedTest
    @CsvSource({"digit-classifier, patches, Attention of the first step",
            "row-transformer, rows, Attention of the steps"})
    void otherReadoutsAndScansAreDrawn(String name, String scan, String title) throws Exception {
        try (Experiment experiment = new Experiment(Recipes.find(name, List.of("data.scan=" + scan, "model.width=40",
                "model.heads=20", "model.depth=2")), 2)) {
            String svg = AttentionPicture.svg(AttentionMap.of(experiment));
            assertThat(maps(parse(svg))).isEqualTo(8 * (1 + 16));
            assertThat(svg).contains(title, "the first 16 of 20").hasSizeLessThan(300_000);
        }
    }

    @Test
    void aSequenceRunShowsItsAttentionForEachWord() throws Exception {
        Path run = trained("sequences", 2, "digit-sequence", "model.width=8", "model.heads=2", "model.feedForward=8",
                "model.encoderDepth=1", "model.decoderDepth=1", "data.limit=200", "data.validation=200",
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
        Document page = page(Files.readString(run.resolve("report.html")));
        assertThat(texts(page, "h2")).contains("Confusion matrix", "Labels", "Attention");
        assertThat(row(page, "edit distance").getFirst()).matches("\\d\\.\\d{4}");
        assertThat(elements(page, "img").getLast().getAttribute("alt")).isEqualTo(SequencePicture.TITLE);
        RunRecord record = RunRecordReader.read(run);
        assertThat(record.outcome()).isNotNull();
        assertThat(record.outcome().examples()).isEqualTo(9);
        assertThat(record.outcome().measures()).containsKeys("digitAccuracy", "editDistance", "lengthAccuracy");
    }
}
