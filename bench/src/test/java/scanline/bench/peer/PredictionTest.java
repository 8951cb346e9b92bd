package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import scanline.lab.recipe.Recipes;

/** All that predicts, on the same small model. */
class PredictionTest {
    private static final int IMAGES = 3;

    private static Steps steps(String recipe, String... overrides) {
        return new Steps(Recipes.find(recipe, List.of(overrides)), 1);
    }

    @Test
    void aPredictionHasTheLogitsOfAnEvaluation() {
        try (Steps steps = steps("lstm-rows", "model.hidden=5");
                Prediction prediction = new Prediction(steps, IMAGES, 2)) {
            assertThat(prediction.run(0)).isEqualTo(steps.logits(steps.testBatch(IMAGES))[0]);
            assertThat(steps.testImage(1).values()).hasSize(28 * 28).isNotEqualTo(steps.testImage(0).values());
        }
    }

    @Test
    void onnxRuntimeHasTheSameLogits() throws IOException, OrtException {
        try (Steps steps = steps("lstm-rows", "model.hidden=5")) {
            PeerFolder folder = PeerFolder.of(steps.experiment().recipe(), Case.Work.PREDICT, steps,
                    List.of(steps.testBatch(IMAGES)));
            OnnxSide side = new OnnxSide(folder.path(), new long[] {28, IMAGES, 28}, 10);
            float logit = steps.logits(steps.testBatch(IMAGES))[0];
            for (String threads : List.of("1", "2")) {
                side.restart(Map.of("threads", threads, "spinning", "off"));
                new Timings(logit, new double[0]).requireSame("case", "ONNX Runtime",
                        new Timings(side.run(0), new double[0]));
            }
        }
    }

    @Test
    void onlyClassifiersArePredicted() {
        try (Steps steps = steps("digit-sequence", "data.canvas.train=10", "data.canvas.test=10")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Prediction.classifier(steps.experiment().network()))
                    .withMessage("only predictions of classifiers are measured");
        }
    }

    @Test
    void everyAnswerIsComparedWithAnEvaluation() throws InterruptedException {
        try (LatencySide side = new LatencySide("digit-classifier", 2)) {
            assertThat(side.latencies(0.05, 1).count()).isGreaterThanOrEqualTo(3);
            assertThat(side.whileTraining(0.05).median()).isPositive();
            assertThat(side.together(0.05, 4)).isPositive();
            assertThat(side.allocated(10)).isNotNegative();
            assertThat(side.different()).isZero();
        }
    }

    @Test
    void percentilesAreNearestRanks() {
        long[] nanos = new long[2000];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = (nanos.length - i) * 1_000_000L;
        }
        Latencies latencies = Latencies.of(nanos, nanos.length);
        assertThat(latencies).isEqualTo(new Latencies(1000, 1980, 1998, 2000, 2000));
        assertThat(List.of(latencies.words().split(" "))).hasSize(5);
        assertThat(Latencies.of(List.of(latencies.words().split(" ")).stream().mapToDouble(Double::parseDouble)
                .toArray())).isEqualTo(latencies);
        assertThat(Latencies.of(new long[] {3_000_000}, 1)).isEqualTo(new Latencies(3, 3, 3, 3, 1));
    }

    @Test
    void afterAPauseAPredictionMayTakeTwiceAsLongAndAWhile() {
        Latencies loop = new Latencies(0.1, 0.2, 9, 9, 100);
        assertThat(new Latencies(0.5, 0.7, 99, 99, 100).isWithin(loop.allowed())).isTrue();
        assertThat(new Latencies(0.51, 0.7, 9, 9, 100).isWithin(loop.allowed())).isFalse();
        assertThat(new Latencies(0.5, 0.71, 9, 9, 100).isWithin(loop.allowed())).isFalse();
    }
}
