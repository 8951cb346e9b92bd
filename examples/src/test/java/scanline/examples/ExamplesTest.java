package scanline.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.image.ImageSet;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Learner;
import scanline.lab.predict.Predictor;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** Checks that each example runs and learns, in a short training. */
class ExamplesTest {
    @Test
    void theWeightsOfAShortTrainingPredictDigitsBetterThanChance(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("digits.safetensors");
        // With ten classes, chance has a loss of 2.3 and an accuracy of 0.1; measured: 1.4 and 0.7.
        assertThat(TrainAModel.train(100, 20, file)).isBetween(0f, 1.9f);
        assertThat(PredictFromWeights.accuracy(file, 500)).isGreaterThan(0.3);
    }

    @Test
    void aTrainedModelAnswersFromSeveralThreadsAndRowByRow() throws Exception {
        Recipe recipe = Recipes.find("lstm-rows", List.of("model.hidden=32", "model.layers=1"));
        try (Experiment experiment = new Experiment(recipe, 2)) {
            Learner learner = new Learner(experiment);
            for (int step = 0; step < 100; step++) {
                learner.learn(experiment.splits().epoch(0), step * learner.examplesAStep());
            }
            ImageSet digits = experiment.splits().testImages();
            try (Predictor predictor = Predictor.of(experiment, 2)) {
                // Chance has an accuracy of 0.1.
                assertThat(PredictFromRun.accuracy(predictor, digits.first(100))).isGreaterThan(0.3);
                assertThat(PredictFromRun.read(predictor, digits.first(1))).hasSize(28).last()
                        .usingRecursiveComparison().isEqualTo(predictor.answers(digits.first(1)).getFirst());
            }
        }
    }

    @Test
    void aNetworkWithACustomLayerLearnsToRememberTheFirstSymbol() {
        // With eight symbols, chance has a loss of 2.08; measured: 0.8.
        assertThat(OwnLayer.train(300, 64)).isBetween(0f, 1.6f);
    }

    @Test
    void aModelWithAnOwnOpLearnsACurve() {
        assertThat(GradientCheck.error(new Squareplus(), Shape.of(3, 13))).isLessThan(1e-3);
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            // x^2 has a variance of 4/45; measured: 2e-5.
            assertThat(OwnModel.train(engine, weights, OwnModel.of(weights), 1000)).isBetween(0f, 1e-3f);
        }
    }

    @Test
    void theGradientsOfOwnLossesAreRight() {
        try (Engine engine = Engine.open(1)) {
            Shape shape = Shape.of(5, 4);
            assertThat(
                    GradientCheck.error(engine, x -> OwnLosses.triplet(x.get(0), x.get(1), x.get(2), x.get(3)), shape,
                            shape, shape, Shape.of(1)))
                    .isLessThan(0.05);
            assertThat(GradientCheck.error(engine, x -> OwnLosses.regression(x.get(0), x.get(1)), shape, shape))
                    .isLessThan(0.05);
        }
    }

    @Test
    void onlyTheNewLayerOfFineTuningLearns() throws IOException, URISyntaxException {
        Path file = Path.of(Objects.requireNonNull(ExamplesTest.class.getResource("rows.safetensors")).toURI());
        // Chance has a loss of 0.69; measured: 0.2.
        assertThat(FineTune.train(file, 100)).isBetween(0f, 0.5f);
    }

    @Test
    void onnxRuntimeAnswersAsTheOwnModelDoes(@TempDir Path folder) throws IOException, OrtException {
        Path file = folder.resolve("curve.onnx");
        float[] x = {-1, -0.5f, 0, 0.3f, 1};
        float[] expected = ExportOnnx.export(file, 300, x);
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (OrtSession session = onnx.createSession(file.toString());
                OnnxTensor input = OnnxTensor.createTensor(onnx, FloatBuffer.wrap(x), new long[] {x.length, 1});
                OrtSession.Result result = session.run(Map.of("x", input))) {
            float[][] actual = (float[][]) result.get(0).getValue();
            for (int i = 0; i < x.length; i++) {
                assertThat(actual[i][0]).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    @Test
    void theProgramOfReadmeHasFifteenLinesAndLearns() throws IOException, InterruptedException {
        assertThat(Files.readAllLines(Path.of("FirstModel.java"))).filteredOn(line -> !line.isBlank())
                .hasSizeLessThanOrEqualTo(15);
        // MNIST is on the class path here, because no module requires it.
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path", System.getProperty("jdk.module.path"), "--class-path",
                System.getProperty("java.class.path"), "--add-modules", "scanline.data", "FirstModel.java")
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(said).isZero();
        // Chance has a loss of 2.3; measured: 0.44.
        assertThat(Double.parseDouble(said.substring(said.lastIndexOf(' ')))).isBetween(0.0, 1.0);
    }

    @Test
    void theNewExamplesHaveFewerThanFortyLines() throws IOException {
        for (String name : List.of("Squareplus", "OwnModel", "OwnLosses", "FineTune", "ExportOnnx")) {
            assertThat(Files.readAllLines(Path.of("src/main/java/scanline/examples", name + ".java"))).as(name)
                    .hasSizeLessThan(40);
        }
    }
}
