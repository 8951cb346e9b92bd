package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import scanline.data.dataset.Datasets;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.lab.run.Provenance;
import scanline.samples.Pngs;

class CommandLineTest {
    @TempDir
    private static Path folder;

    private static Path run = Path.of("");

    @BeforeAll
    static void trainOnce() {
        run = folder.resolve("run");
        Answer trained = answer("train", "lstm-rows", "epochs=1", "data.limit=200", "data.validation=100",
                "model.hidden=8", "--run", run.toString(), "--json");
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("\"testAccuracy\"", "\"bestWeights\"");
        assertThat(trained.err()).contains("epoch   train loss");
    }

    @Test
    void aRunFolderRecordsHowItWasMade() {
        assertThat(run.resolve("recipe.yaml")).content().contains("model.hidden: 8", "seed: 1");
        assertThat(run.resolve("provenance.json")).content().contains(
                "\"command\" : [ \"scanline\", \"train\", \"lstm-rows\", \"epochs=1\"",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", "\"vectorBits\"");
    }

    @Test
    void evaluatePrintsAccuracyAndConfusion() throws IOException {
        Path logits = folder.resolve("logits.csv");
        Answer answer = answer("evaluate", run.toString(), "--logits", logits.toString());
        assertThat(answer.status()).isZero();
        assertThat(answer.out()).contains("test accuracy", "actual\\predicted");
        assertThat(Files.readAllLines(logits)).hasSize(10_001).first().asString().startsWith("index,label,logit0");
    }

    @Test
    void exportedWeightsEvaluateLikeTheRun() throws IOException {
        Path file = Files.writeString(folder.resolve("exported.safetensors"), "an old file");
        Answer exported = answer("export", run.toString(), "--format", "safetensors", "--to", file.toString());
        assertThat(exported.status()).as(exported.err()).isZero();
        assertThat(exported.out()).startsWith(file + ": safetensors, ").contains("parameters, SHA-256 ");
        assertThat(SafeTensors.read(file).metadata()).containsEntry("format", "pt").containsEntry("seed", "1")
                .containsKeys("recipe", "version", "commit", "weights", "classes");
        assertThat(answer("evaluate", "lstm-rows", "model.hidden=8", "--weights", file.toString()).out())
                .isEqualTo(answer("evaluate", run.toString()).out());
    }

    @Test
    void anExportedGraphIsTheSameFileEveryTime() throws IOException {
        Path one = folder.resolve("one.onnx");
        Path other = folder.resolve("other.onnx");
        Answer exported = answer("export", run.toString(), "--format", "onnx", "--to", one.toString());
        assertThat(exported.status()).as(exported.err()).isZero();
        answer("export", run.toString(), "data.dir=", "--format", "ONNX", "--to", other.toString());
        assertThat(one).hasSameBinaryContentAs(other);
    }

    @Test
    void anExportNamesTheRunOfItsWeightsIfKnown() throws IOException {
        Path file = folder.resolve("exported.safetensors");
        answer("export", run.toString(), "--format", "safetensors", "--to", file.toString());
        assertThat(SafeTensors.read(file).metadata()).containsEntry("weights", hash("best.safetensors"))
                .containsEntry("commit", String.valueOf(Provenance.machine().get("commit"))).containsKey("data");
        answer("export", run.toString(), "--weights", run.resolve("best.safetensors").toString(), "--format",
                "safetensors", "--to", file.toString());
        assertThat(SafeTensors.read(file).metadata()).containsEntry("weights", hash("best.safetensors"))
                .doesNotContainKeys("commit", "data");
    }

    private static String hash(String weights) {
        String json = answer("evaluate", run.toString(), "--weights", run.resolve(weights).toString(), "--json").out();
        return json.replaceAll("(?s).*\"weights\" : \"([0-9a-f]+)\".*", "$1");
    }

    @Test
    void aRunWithoutBestWeightsIsNotExported() throws IOException {
        Path early = Files.createDirectory(folder.resolve("early"));
        Files.copy(run.resolve("recipe.yaml"), early.resolve("recipe.yaml"));
        Answer answer = answer("export", early.toString(), "--format", "onnx", "--to", folder + "/early.onnx");
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).isEqualToIgnoringNewLines(
                "scanline: " + early + " has no best.safetensors yet: it is written after the first epoch");
        assertThat(folder.resolve("early.onnx")).doesNotExist();
    }

    @Test
    void resultsAreWrittenFromAddedRunsAndChecked() throws IOException {
        Path results = folder.resolve("results");
        assertThat(answer("results", results.toString()).err()).contains("scanline: no such folder: " + results);
        Answer added = answer("results", results.toString(), "--add", run.toString());
        assertThat(added.status()).as(added.err()).isZero();
        assertThat(results.resolve("README.md")).content().contains("`lstm-rows` `epochs=1` `data.limit=200`",
                "records/run/curves.svg");
        assertThat(results.resolve("records/run/best.safetensors")).doesNotExist();
        assertThat(answer("results", results.toString(), "--check").status()).isZero();
        assertThat(answer("results", results.toString(), "--check", "--add", run.toString()).status()).isEqualTo(2);
        Files.writeString(results.resolve("README.md"), "by hand");
        Answer stale = answer("results", results.toString(), "--check");
        assertThat(stale.status()).isEqualTo(1);
        assertThat(stale.err()).isEqualToIgnoringNewLines(
                "scanline: " + results.resolve("README.md") + " is out of date: run `scanline results`");
    }

    @Test
    void reportRewritesThePageInPlaceOrElsewhere() throws IOException {
        byte[] left = Files.readAllBytes(run.resolve("report.html"));
        Path other = folder.resolve("other.html");
        Answer elsewhere = answer("report", run.toString(), "--to", other.toString());
        assertThat(elsewhere.status()).as(elsewhere.err()).isZero();
        assertThat(elsewhere.out().strip()).isEqualTo(other + ": report of " + run);
        assertThat(other).hasBinaryContent(left);
        Files.delete(run.resolve("report.html"));
        assertThat(answer("report", run.toString(), "--threads", "1").status()).isZero();
        assertThat(run.resolve("report.html")).hasBinaryContent(left);
    }

    @Test
    void reportReportsMissingDataInOneLine() {
        Answer answer = answer("report", run.toString(), "data.dir=/nowhere/at/all");
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err().strip()).contains("/nowhere/at/all").doesNotContain("\n");
    }

    @Test
    void comparePrintsATableOrJsonAndWritesAPage() {
        Path page = folder.resolve("page.html");
        Answer table = answer("compare", run.toString(), "--to", page.toString());
        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out()).contains("1  run  ./scanline train lstm-rows epochs=1", "test accuracy",
                "Common settings: ");
        assertThat(page).content().contains("<h1>run</h1>", "<svg ");
        assertThat(answer("compare", run.toString(), "--json").out()).startsWith("{").contains("\"testAccuracy\" : 0.");
    }

    @Test
    void predictReadsPngAndPrintsTheClass() throws IOException {
        Path image = folder.resolve("seven.png");
        ImageIO.write(new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
        Answer answer = answer("predict", run.toString(), image.toString(), "--json");
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("\"probabilities\"", "seven.png");
    }

    @Test
    void predictWarnsAboutAnImageWithoutInk() throws IOException {
        Path blank = folder.resolve("blank.png");
        ImageIO.write(new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY), "png", blank.toFile());
        for (String[] how : new String[][] {{"--json"}, {"--json", "--as-is"}}) {
            List<String> words = new ArrayList<>(List.of("predict", run.toString(), blank.toString()));
            words.addAll(List.of(how));
            Answer answer = answer(words.toArray(String[]::new));
            assertThat(answer.status()).isZero();
            assertThat(answer.err().strip())
                    .isEqualTo("warning: " + blank + " [0]: no ink or contrast was found, so the answer means little");
            assertThat(answer.out()).contains("\"warning\" : \"no ink or contrast was found");
        }
    }

    @Test
    void predictCentersADigitLikeMnistUnlessDisabled() throws IOException {
        byte[] corner = new byte[112 * 112];
        for (int i = 0; i < 40 * 5; i++) {
            corner[(i / 5 + 60) * 112 + i % 5 + 90] = (byte) 150; // a 1
        }
        Path large = folder.resolve("corner.png");
        Pngs.write(large, corner, 112, 112);
        String laid = predicted(ImageFile.read(large, new PictureSize(28, 28), 10, Preparation.INK));
        String scaled = predicted(ImageFile.read(large, new PictureSize(28, 28), 10, Preparation.SCALE));
        assertThat(answer("predict", run.toString(), large.toString()).out()).endsWith(laid);
        assertThat(answer("predict", run.toString(), large.toString(), "--as-is").out()).endsWith(scaled);
        assertThat(laid).isNotEqualTo(scaled);
    }

    /** What is said of an image that has the model's size. */
    private static String predicted(ImageSet image) throws IOException {
        Path file = folder.resolve("of-the-size.png");
        Pngs.write(file, image.pixels(), 28, 28);
        return answer("predict", run.toString(), file.toString()).out().replace(file.toString(), "");
    }

    @Test
    void aRunOnAFolderPreparesImagesAsItsRecipeSpecifies() throws IOException {
        Path data = folder.resolve("drawn");
        Pngs.writeClasses(data, List.of("cat", "dog"), 10, 40);
        Path trained = folder.resolve("prepared");
        Answer answer = answer("train", "lstm-rows", "data=folder", "data.dir=" + data, "data.folder.size=8",
                "data.folder.prepare=ink", "data.validation=4", "batch=4", "epochs=1", "model.hidden=4", "--run",
                trained.toString());
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(trained.resolve("recipe.yaml")).content().contains("data.folder.prepare: ink");
        Path picture = data.resolve("cat").resolve("0.png");
        String laid = answer("predict", trained.toString(), picture.toString()).out();
        Path small = folder.resolve("8.png");
        Pngs.write(small, ImageFile.read(picture, new PictureSize(8, 8), 2, Preparation.INK).pixels(), 8, 8);
        assertThat(laid).isEqualTo(answer("predict", trained.toString(), small.toString()).out().replace(
                small.toString(), picture.toString()));
    }

    @Test
    void suspiciousDataIsReportedBeforeTraining() throws IOException {
        Path data = folder.resolve("twice");
        Pngs.writeClasses(data, List.of("cat", "dog"), 10, 8);
        Pngs.write(data.resolve("dog").resolve("cat.png"), Pngs.drawn(0, 8), 8, 8);
        Path trained = folder.resolve("odd");
        Answer answer = answer("train", "lstm-rows", "data=folder", "data.dir=" + data, "data.folder.size=8",
                "data.validation=4", "batch=4", "epochs=1", "model.hidden=4", "--run", trained.toString());
        assertThat(answer.err()).contains("warning: 1 image is also in another class, such as ");
        assertThat(answer("evaluate", trained.toString()).err()).contains("warning: 1 image is also in another class");
    }

    @Test
    void explainPrintsEachParameterAndTheirCount() {
        Answer answer = answer("explain", "lstm-rows");
        assertThat(answer.out()).contains("lstm.weight_ih_l0", "[512, 28]", "fc.bias", "214,282 parameters");
    }

    @Test
    void predictionAndEvaluationAgreeForShrunkImagesInAnotherOrder() throws IOException {
        String small = folder.resolve("small").toString();
        Answer trained = answer("train", "lstm-rows", "epochs=1", "data.limit=200", "data.validation=100",
                "model.hidden=8", "data.shrink=2", "data.scan=permuted", "data.scan.size=49", "--run", small);
        assertThat(trained.status()).as(trained.err()).isZero();
        Path logits = folder.resolve("small.csv");
        answer("evaluate", small, "--logits", logits.toString());

        int count = 50;
        Path images = folder.resolve("test-images");
        byte[] pixels = new Datasets(folder).open("mnist", null).test().first(count)
                .pixels();
        Files.write(images, ByteBuffer.allocate(16 + pixels.length).putInt(0x803).putInt(count).putInt(28).putInt(28)
                .put(pixels).array());
        Path large = folder.resolve("large.png");
        ImageIO.write(new BufferedImage(100, 100, BufferedImage.TYPE_BYTE_GRAY), "png", large.toFile());
        Answer predicted = answer("predict", small, images.toString(), large.toString());
        assertThat(predicted.status()).as(predicted.err()).isZero();
        List<String> lines = predicted.out().lines().toList();
        assertThat(lines).hasSize(count + 1);
        List<String> rows = Files.readAllLines(logits);
        for (int i = 0; i < count; i++) {
            assertThat(lines.get(i)).contains("[" + i + "]  " + largest(rows.get(i + 1).split(",")) + "  ");
        }
    }

    /** The class of the largest logit in a row of index, label and logits. */
    private static int largest(String[] row) {
        int largest = 0;
        for (int c = 1; c < row.length - 2; c++) {
            if (Float.parseFloat(row[c + 2]) > Float.parseFloat(row[largest + 2])) {
                largest = c;
            }
        }
        return largest;
    }

    @Test
    void explainUsesTheShrunkSize() {
        assertThat(answer("explain", "lstm-rows", "data.shrink=2").out()).contains("input [14 steps, 14 features]");
        assertThat(answer("explain", "lstm-rows", "data.shrink=4", "data.scan=chunks").out())
                .contains("input [7 steps, 7 features]", "data.shrink: 4", "data.scan.size: 7");
    }

    @Test
    void anExistingFolderIsRejectedAndUnchanged() throws IOException {
        Map<Path, String> before = contents(run);
        Answer answer = answer("train", "lstm-rows", "--run", run.toString());
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).contains("exists: choose another folder with --run");
        assertThat(contents(run)).hasSizeGreaterThan(5).isEqualTo(before);
    }

    /** Every file below a folder, byte by byte. */
    private static Map<Path, String> contents(Path folder) throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    train lstm-row                           | 2 | no such recipe: lstm-row; did you mean lstm-rows?
                    train lstm-rows epoch=1                  | 2 | unknown key epoch; did you mean epochs?
                    train lstm-rows batch=0                  | 2 | batch must be at least 1, not 0
                    train lstm-rows --threads 0              | 2 | --threads must be from 1 to 1024, not 0
                    train lstm-rows --save-seconds 0         | 2 | --save-seconds must be above 0 and at most 60
                    train lstm-rows data=mnst                | 1 | no data set is called mnst
                    train lstm-rows data.dir=/nowhere/at/all | 1 | /nowhere/at/all
                    train lstm-rows data.shrink=3            | 1 | data.shrink is 3, but must divide both sides of an image of 28 x 28
                    train lstm-rows data.scan=chunks data.scan.size=5 | 1 | data.scan.size is 5, but must divide the 784 pixels
                    train lstm-rows data.scan=chunks data.scan.size=0 | 2 | data.scan.size must be at least 1, not 0
                    train lstm-rows data.scan=permuted data.scan.file=nowhere | 1 | nowhere: no such file
                    resume nowhere                           | 1 | no such folder: nowhere
                    report nowhere                           | 1 | no such folder: nowhere
                    compare nowhere                          | 1 | no such folder: nowhere
                    compare                                  | 2 | Missing required parameter: 'RUN'
                    evaluate lstm-rows                       | 1 | give its weights with --weights FILE
                    evaluate lstm-rows --weights nothing     | 1 | no such file: nothing
                    evaluate lstm-rows --split tset          | 2 | Invalid value for option '--split'
                    export lstm-rows --format onnx --to x.onnx | 1 | give its weights with --weights FILE
                    export nowhere --format onnx --to x.onnx | 2 | no such recipe: nowhere
                    export lstm-rows --format onyx --to x.onnx | 2 | Invalid value for option '--format'
                    export lstm-rows --format onnx           | 2 | Missing required option: '--to=FILE'
                    export lstm-rows --format onnx --to nowhere/x.onnx | 1 | cannot write nowhere/x.onnx: no such folder:
                    export lstm-rows --format onnx --to .    | 1 | cannot write .: it is a folder
                    tarin lstm-rows                          | 2 | or scanline train
                    """)
    void aWrongCommandGetsOneLineAndItsStatus(String command, int status, String message) {
        Answer answer = answer(command.split(" "));
        assertThat(answer.err()).contains(message).doesNotContain("\tat ");
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void nonImagesAreRejected() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "no image");
        Answer answer = answer("predict", run.toString(), text.toString());
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).contains("text.png is not a PNG, JPEG or IDX file");
        byte[] broken = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0};
        Path png = Files.write(folder.resolve("broken.png"), broken);
        assertThat(answer("predict", run.toString(), png.toString()).err()).contains("broken.png is a broken image");
    }

    @Test
    void ifTheDataFolderIsGoneOrChangedTheClassNamesAreThoseOfTraining() throws IOException {
        Path data = folder.resolve("classes of mine");
        Pngs.writeClasses(data, List.of("cat", "dog"), 10, 8);
        Path trained = folder.resolve("mine");
        assertThat(answer("train", "lstm-rows", "data=folder", "data.dir=" + data, "data.folder.size=8",
                "data.validation=4", "batch=4", "epochs=1", "model.hidden=4", "--run", trained.toString()).status())
                .isZero();
        Path picture = folder.resolve("cat.png");
        Pngs.write(picture, Pngs.drawn(1, 8), 8, 8);
        String label = answer("predict", trained.toString(), picture.toString()).out();
        assertThat(label).containsAnyOf("cat  ", "dog  ");
        Files.move(data.resolve("cat"), data.resolve("zebra"));
        assertThat(answer("predict", trained.toString(), picture.toString()).out()).isEqualTo(label);
        assertThat(answer("evaluate", trained.toString()).err().strip()).isEqualTo("scanline: " + trained
                + " was trained on the classes cat, dog, but the data now has dog, zebra");
        Files.move(data, folder.resolve("elsewhere"));
        assertThat(answer("predict", trained.toString(), picture.toString()).out()).isEqualTo(label);
        Path onnx = folder.resolve("mine.onnx");
        assertThat(answer("export", trained.toString(), "--format", "onnx", "--to", onnx.toString()).status()).isZero();
        assertThat(Files.readString(onnx, StandardCharsets.ISO_8859_1)).contains("\"cat\", \"dog\"");
    }

    @Test
    void tooLittleMemoryIsReportedInOneLine() {
        CommandLine line = Main.commandLine().addSubcommand("fill", CommandSpec.wrapWithoutInspection(
                (Runnable) () -> {
                    throw new OutOfMemoryError("Java heap space");
                }));
        Answer answer = answer(line, "fill");
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err().strip()).startsWith("scanline: not enough memory in a Java heap of ")
                .doesNotContain("\n");
    }

    @Test
    void mismatchedWeightsAreRejected() throws IOException {
        SafeTensors good = SafeTensors.read(run.resolve("best.safetensors"));
        List<Entry> entries = List.copyOf(good.tensors().values());
        Path file = folder.resolve("weights.safetensors");
        SafeTensors.write(file, new SafeTensors(entries.subList(1, entries.size()), good.metadata()));
        assertThat(evaluated(file)).contains("tensor lstm.weight_ih_l0 of shape [32, 28] is missing");
        SafeTensors.write(file, new SafeTensors(replaced(entries, new Entry("lstm.weight_ih_l0", new int[] {28, 32},
                new float[28 * 32])), good.metadata()));
        assertThat(evaluated(file))
                .contains("tensor lstm.weight_ih_l0 has shape [28, 32], but the model needs [32, 28]");
        List<Entry> more = new ArrayList<>(entries);
        more.add(new Entry("extra", new int[] {1}, new float[1]));
        SafeTensors.write(file, new SafeTensors(more, good.metadata()));
        assertThat(evaluated(file)).contains("extra").contains("belongs to no parameter of this model");
    }

    @Test
    void weightConversionsAreReportedWithTheAnswer() throws IOException {
        SafeTensors good = SafeTensors.read(run.resolve("best.safetensors"));
        Path file = folder.resolve("wrapped.safetensors");
        SafeTensors.write(file, new SafeTensors(good.tensors().values().stream()
                .map(entry -> new Entry("module." + entry.name(), entry.shape(), entry.values())).toList(), Map.of()));
        Answer wrapped = answer("evaluate", run.toString(), "--weights", file.toString());
        assertThat(wrapped.err().strip())
                .isEqualTo(
                        "warning: " + file + ": the names of all tensors start with \"module.\"; this"
                                + " prefix was removed");
        assertThat(wrapped.out()).isEqualTo(answer("evaluate", run.toString()).out());
    }

    @Test
    void dropoutWithASingleRecurrentLayerIsReportedToHaveNoEffect() {
        Answer one = answer("explain", "lstm-pixels", "model.dropout=0.5");
        assertThat(one.status()).isZero();
        assertThat(one.err().strip())
                .isEqualTo("warning: model.dropout=0.5 has no effect: dropout applies between recurrent"
                        + " layers, and model.layers is 1");
        assertThat(answer("explain", "lstm-pixels", "model.dropout=0.5", "model.layers=2").err()).isEmpty();
        assertThat(answer("explain", "lstm-pixels").err()).isEmpty();
        Answer trained = answer("train", "lstm-pixels", "data.shrink=4", "model.hidden=2", "model.dropout=0.5",
                "epochs=1", "data.limit=50", "data.validation=50", "--run", folder.resolve("dropped").toString());
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.err()).startsWith(one.err());
    }

    private String evaluated(Path weights) {
        Answer answer = answer("evaluate", run.toString(), "--weights", weights.toString());
        assertThat(answer.status()).isEqualTo(1);
        return answer.err();
    }

    private static List<Entry> replaced(List<Entry> entries, Entry with) {
        return entries.stream().map(entry -> entry.name().equals(with.name()) ? with : entry).toList();
    }
}
