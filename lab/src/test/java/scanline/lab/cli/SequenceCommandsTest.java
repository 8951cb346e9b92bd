package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.base.Json;

/** The commands on models that say several labels: one that writes sequences, one that says sets at once. */
class SequenceCommandsTest {
    private static final List<String> FEW = List.of("epochs=1", "batch=10", "data.limit=200", "data.validation=100",
            "data.canvas.train=40", "data.canvas.validation=20", "data.canvas.test=30");
    private static final List<String> SMALL = List.of("model.width=8", "model.heads=2", "model.feedForward=12",
            "model.encoderDepth=1", "model.decoderDepth=1");

    @TempDir
    private static Path folder;

    private static Path sequence = Path.of("");
    private static Path set = Path.of("");

    private static Answer train(Path run, String recipe, List<String> keys, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", recipe, "--run", run.toString()));
        arguments.addAll(FEW);
        arguments.addAll(keys);
        arguments.addAll(List.of(more));
        Answer trained = answer(arguments);
        assertThat(trained.status()).as(trained.err()).isZero();
        return trained;
    }

    @BeforeAll
    static void trainOnce() {
        sequence = folder.resolve("sequence");
        assertThat(train(sequence, "digit-sequence", SMALL).out()).contains("test accuracy", "digit accuracy",
                "edit distance", "length accuracy");
        set = folder.resolve("set");
        assertThat(train(set, "cnn-sigmoid", List.of("data.canvas.size=16", "data.canvas.minSize=5",
                "data.canvas.maxSize=8", "model.channels=2", "model.hidden=6")).out())
                .contains("test accuracy", "overall F1", "per-class F1", "mean average precision");
    }

    @Test
    @SuppressWarnings("unchecked")
    void theResultOfARunHasItsMetrics() throws IOException {
        Map<String, Object> result = Json.read(sequence.resolve("result.json"));
        assertThat(result).containsEntry("testExamples", 30);
        Map<String, Double> measures = (Map<String, Double>) result.get("testMeasures");
        assertThat(measures).containsOnlyKeys("digitAccuracy", "editDistance", "lengthAccuracy");
        assertThat(measures.get("digitAccuracy")).isBetween(0.0, 1.0);
        assertThat(measures.get("editDistance")).isBetween(0.0, 4.0);
        assertThat(sequence.resolve("report.html")).content().contains(">digit accuracy<", ">edit distance<");
        assertThat((Map<String, Double>) Json.read(set.resolve("result.json")).get("testMeasures"))
                .containsOnlyKeys("overallPrecision", "overallRecall", "overallF1", "classPrecision", "classRecall",
                        "classF1", "meanAveragePrecision");
    }

    @Test
    void aRunSavesAMatrixForSequencesAndATableForSets() throws IOException {
        assertThat(Files.readAllLines(sequence.resolve("confusion.csv"))).hasSize(11).first()
                .isEqualTo("class,0,1,2,3,4,5,6,7,8,9");
        assertThat(sequence.resolve("labels.csv")).doesNotExist();
        assertThat(Files.readAllLines(set.resolve("labels.csv"))).hasSize(11).first()
                .isEqualTo("label,present,predicted,correct,averagePrecision");
        assertThat(set.resolve("confusion.csv")).doesNotExist();
    }

    @Test
    void evaluatePrintsTheMeasuresOfSequences() throws IOException {
        Answer answer = answer("evaluate", sequence.toString());
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).containsPattern("digit accuracy \\d+\\.\\d\\d %\\R")
                .containsPattern("edit distance \\d\\.\\d{4}\\R").containsPattern("length accuracy \\d+\\.\\d\\d %\\R")
                .contains("actual\\predicted");
        Map<?, ?> kept = (Map<?, ?>) Json.read(sequence.resolve("result.json")).get("testMeasures");
        assertThat(evaluated(sequence).get("editDistance")).isEqualTo(kept.get("editDistance"));
    }

    private static Map<String, Object> evaluated(Path run, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("evaluate", run.toString(), "--json"));
        arguments.addAll(List.of(more));
        Answer answer = answer(arguments);
        assertThat(answer.status()).as(answer.err()).isZero();
        return Json.read(Files.writeString(folder.resolve("evaluated.json"), answer.out()));
    }

    @Test
    void evaluatePrintsTheMeasuresAsJson() throws IOException {
        assertThat(evaluated(sequence)).containsKeys("accuracy", "loss", "digitAccuracy", "editDistance",
                "lengthAccuracy", "confusion").containsEntry("examples", 30).doesNotContainKey("labels");
        assertThat(evaluated(set, "--split", "validation")).containsKeys("overallF1", "classF1",
                "meanAveragePrecision").containsEntry("examples", 20).doesNotContainKey("confusion");
        assertThat((List<?>) evaluated(set).get("labels")).hasSize(10).first().asInstanceOf(
                InstanceOfAssertFactories.MAP).containsEntry("label", 0)
                .containsKeys("present", "predicted", "correct", "averagePrecision");
    }

    @Test
    void evaluateAcceptsAnotherBeamWidth() throws IOException {
        assertThat(evaluated(sequence, "model.beamWidth=3").get("loss")).isEqualTo(evaluated(sequence).get("loss"));
        Answer wrong = answer("evaluate", sequence.toString(), "model.beamWidth=65");
        assertThat(wrong.err().strip()).isEqualTo("scanline: model.beamWidth must be from 1 (greedy) to 64, not 65");
        assertThat(wrong.status()).isEqualTo(2);
    }

    @Test
    void aSequenceModelHasNoLogitsToWrite() {
        Path logits = folder.resolve("none.csv");
        Answer answer = answer("evaluate", sequence.toString(), "--logits", logits.toString());
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err().strip()).isEqualTo(
                "scanline: --logits: this model has no logits for an image, because it writes one label after the"
                        + " other");
        assertThat(logits).doesNotExist();
    }

    @Test
    void evaluatePrintsATableOfLabelsAndWritesLogitsForSets() throws IOException {
        Path logits = folder.resolve("logits.csv");
        Answer answer = answer("evaluate", set.toString(), "--logits", logits.toString());
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("label  present  predicted", "mean average precision")
                .doesNotContain("actual\\predicted");
        assertThat(answer.out().lines().filter(line -> line.matches("\\d +\\d+ +\\d+ +\\d+ +[01]\\.\\d{4} .*")))
                .hasSize(10);
        List<String> lines = Files.readAllLines(logits);
        assertThat(lines).hasSize(31).first().asString().startsWith("index,label,logit0,").endsWith(",logit9");
        assertThat(lines.subList(1, 31)).allMatch(line -> line.matches("\\d+,\\d( \\d){0,3}(,-?[\\d.E-]+){10}"))
                .anyMatch(line -> line.matches("\\d+,\\d \\d.*"));
    }

    @ParameterizedTest
    @ValueSource(ints = {56, 100})
    void predictWorksOnPicturesOfAnySize(int side) throws IOException {
        Path image = folder.resolve("picture" + side + ".png");
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
        Answer answer = answer("predict", sequence.toString(), image.toString());
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.out().strip())
                .matches(".*picture" + side + "\\.png \\[0\\]  (\\(none\\)|\\d( \\d){0,3})  \\d+\\.\\d\\d %");
        Answer json = answer("predict", sequence.toString(), image.toString(), "--json");
        assertThat(json.out()).contains("\"label\"", "\"labels\"", "\"probability\"", "\"probabilities\"", "\"9\"");
        assertThat(answer("predict", set.toString(), image.toString()).out().strip())
                .matches(".*\\.png \\[0\\]  (\\(none\\)|\\d( \\d)*)  \\d+\\.\\d\\d %");
    }

    @Test
    void withoutAValidationSetNothingIsValidated() {
        Path run = folder.resolve("unvalidated");
        Answer trained = train(run, "digit-sequence", SMALL, "data.validation=0", "data.canvas.train=10");
        assertThat(trained.err()).contains("none held out");
        assertThat(run.resolve("result.json")).content().contains("\"validationAccuracy\" : null");
        Answer evaluated = answer("evaluate", run.toString(), "--split", "validation");
        assertThat(evaluated.status()).isEqualTo(1);
        assertThat(evaluated.err())
                .contains("the recipe has no validation set (see data.validation and data.canvas.validation)");
    }

    @Test
    void explainDescribesInputAndOutput() {
        assertThat(answer("explain", "digit-sequence").out()).contains("input [16 steps, 196 features]",
                "decoder.pos_embedding", "721,996 parameters", "data.canvas.rows: 2");
        assertThat(answer("explain", "cnn-rnn").out()).contains("cnn.conv1", "label_projection", "[12, 64]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    digit-sequence data.canvas.rows=5    | 2 | data.canvas.rows must be from 1 to 4, not 5
                    digit-sequence data.canvas.blanks=1  | 2 | data.canvas.blanks must be in [0, 1), not 1.0
                    cnn-rnn data.canvas.maxImages=9           | 2 | data.canvas.maxImages is 9, but a canvas of 48 x 48 only has room for 4 images of 22 x 22 side by side
                    cnn-rnn data.canvas.order=rare       | 2 | the command line: data.canvas.order is "rare", but must be one of frequent, random
                    digit-sequence model.beamWidth=0          | 2 | model.beamWidth must be from 1 (greedy) to 64, not 0
                    digit-sequence data.canvas=grids     | 2 | the command line: data.canvas is "grids", but must be one of grid, scatter, single; did you mean grid?
                    digit-sequence data.canvas.row=3     | 2 | the command line: unknown key data.canvas.row; did you mean data.canvas.rows?
                    digit-sequence data.canvas=single    | 1 | this model writes labels one after the other, so it needs a canvas with several labels: data.canvas=grid or scatter
                    digit-sequence data.scan.size=9      | 1 | data.scan.size is 9
                    digit-sequence data.validation=60000 | 1 | data.validation=60000 leaves nothing to train on
                    cnn-rnn data.limit=6 data.validation=3 | 1 | data.canvas: none of the 6 images to compose pictures from has label
                    """)
    void aWrongKeyGetsOneLineAndItsStatus(String recipeAndKeys, int status, String message) {
        Path run = folder.resolve("refused");
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(List.of(recipeAndKeys.split(" ")));
        arguments.addAll(List.of("--run", run.toString()));
        Answer answer = answer(arguments);
        assertThat(answer.err().strip()).startsWith("scanline: " + message).doesNotContain("\n");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.out()).isEmpty();
        assertThat(run).doesNotExist();
    }
}
