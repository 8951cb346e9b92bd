package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier;
import scanline.lab.recipe.Recipes;

class SaliencyTest {
    private static Experiment experiment(String recipe, String... overrides) {
        return new Experiment(Recipes.find(recipe, List.of(overrides)), 1);
    }

    private static ImageSet image(Experiment experiment) {
        Pictures pictures = experiment.testPictures();
        byte[] pixels = new byte[pictures.height() * pictures.width()];
        pictures.draw(7, pixels, 0);
        return new ImageSet(pictures.height(), pictures.width(), pixels, new byte[1], pictures.classes());
    }

    private static int largest(float[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /** The logits if the sequence ends after that many steps. */
    private static float[] logits(Experiment experiment, float[] values, int steps) {
        int features = experiment.input().features();
        try (Tape tape = experiment.engine().inference()) {
            Tensor x = tape.input(Shape.of(steps, 1, features), Arrays.copyOf(values, steps * features));
            return ((Classifier) experiment.network()).forward(x).values();
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows, 28", "lstm-rows, 11", "gru-rows-deep, 20"})
    void itIsTheDerivativeOfThePredictedScore(String recipe, int step) {
        try (Experiment experiment = experiment(recipe, "model.hidden=9", "data.scan=columns")) {
            ImageSet image = image(experiment);
            Saliency saliency = Saliency.of(experiment, image, step);
            Examples examples = experiment.examples(image);
            float[] values = examples.batch(0, 1).values();
            int label = largest(logits(experiment, values, step));
            assertThat(saliency.labels()).containsExactly(label);
            assertThat(saliency.gradient()).hasSize(28 * 28);
            int[] order = examples.loader().order();
            float most = 0;
            for (float value : saliency.gradient()) {
                most = Math.max(most, Math.abs(value));
            }
            float epsilon = 0.1f;
            for (int i = 0; i < order.length; i += 37) {
                float[] up = values.clone();
                float[] down = values.clone();
                up[i] += epsilon;
                down[i] -= epsilon;
                double derivative = (logits(experiment, up, step)[label] - logits(experiment, down, step)[label])
                        / (2 * epsilon);
                assertThat((double) saliency.gradient()[order[i]]).as("pixel %d", order[i]).isCloseTo(derivative,
                        within(0.01 * most));
                if (i >= step * 28) {
                    assertThat(saliency.gradient()[order[i]]).isZero();
                }
            }
        }
    }

    @Test
    void aModelThatReadsTheWholeImageIsExplainedWhateverTheStep() {
        try (Experiment experiment = experiment("cnn")) {
            ImageSet image = image(experiment);
            Saliency saliency = Saliency.of(experiment, image, 1);
            assertThat(saliency.gradient()).isEqualTo(Saliency.of(experiment, image, 28).gradient())
                    .isNotEqualTo(new float[28 * 28]);
            assertThat(saliency.labels()).hasSize(1);
        }
    }

    @Test
    void allLabelsOfASetAreExplainedTogether() {
        try (Experiment experiment = experiment("lstm-rows", "data.canvas=scatter", "model.hidden=3")) {
            ImageSet image = image(experiment);
            Saliency saliency = Saliency.of(experiment, image, 1);
            float[] values = experiment.examples(image).batch(0, 1).values();
            float[] logits = logits(experiment, values, experiment.input().steps());
            assertThat(saliency.labels()).isNotEmpty();
            if (logits[largest(logits)] >= 0) {
                assertThat(saliency.labels()).isEqualTo(
                        IntStream.range(0, logits.length).filter(label -> logits[label] >= 0).toArray());
            } else {
                assertThat(saliency.labels()).containsExactly(largest(logits));
            }
        }
    }

    @Test
    void eachWordOfAnAnswerIsExplained() {
        try (Experiment experiment = experiment("digit-sequence")) {
            ImageSet image = image(experiment);
            int[] answer = Reading.of(experiment, image).answer().labels();
            Saliency end = Saliency.of(experiment, image, answer.length + 1);
            assertThat(end.labels()).isEmpty();
            assertThat(Saliency.of(experiment, image, 1_000).gradient()).isEqualTo(end.gradient());
            for (int word = 0; word < answer.length; word++) {
                Saliency saliency = Saliency.of(experiment, image, word + 1);
                assertThat(saliency.labels()).containsExactly(answer[word]);
                assertThat(saliency.gradient()).isNotEqualTo(end.gradient())
                        .isNotEqualTo(new float[end.gradient().length]);
            }
        }
    }

    @Test
    void theGradientsOfTheWeightsAreLeftAtZero() {
        try (Experiment experiment = experiment("lstm-rows", "model.hidden=5")) {
            ImageSet image = image(experiment);
            float[] first = Saliency.of(experiment, image, 28).gradient();
            assertThat(Saliency.of(experiment, image, 28).gradient()).isEqualTo(first);
            for (Parameter parameter : experiment.weights().parameters()) {
                assertThat(parameter.gradients()).containsOnly(0);
            }
        }
    }

    @Test
    void aStepBeforeTheFirstIsRefused() {
        try (Experiment experiment = experiment("lstm-rows", "model.hidden=5")) {
            ImageSet image = image(experiment);
            assertThatThrownBy(() -> Saliency.of(experiment, image, 0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the step of a saliency map must be at least 1, not 0");
        }
    }
}
