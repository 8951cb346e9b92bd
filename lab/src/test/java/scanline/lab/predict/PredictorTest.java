package scanline.lab.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Tape;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.OtherWeights;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.task.Answer;

class PredictorTest {
    private static final int COUNT = 7;

    static List<String> recipes() {
        return Recipes.names();
    }

    /** A recipe whose sequences have at most 49 steps, with weights in which nothing is zero, one or the identity. */
    static Experiment experiment(String name, String... keys) {
        List<String> overrides = new ArrayList<>(List.of(keys));
        if (Recipes.find(name, List.of()).text().contains("pixels")) {
            overrides.add("data.shrink=4");
            if (Recipes.find(name, List.of()).keys().containsKey("data.scan.order")) {
                overrides.add("data.scan.order=bit_reversal"); // some orders are for 28 x 28 only
            }
        }
        Experiment experiment = new Experiment(Recipes.find(name, overrides), 1);
        OtherWeights.write(experiment);
        return experiment;
    }

    /** The first test pictures, without what is on them. */
    static ImageSet pictures(Experiment experiment, int count) {
        Pictures known = experiment.testPictures();
        int pixels = known.height() * known.width();
        byte[] all = new byte[count * pixels];
        IntStream.range(0, count).forEach(i -> known.draw(i, all, i * pixels));
        return new ImageSet(known.height(), known.width(), all, new byte[count], known.classes());
    }

    /** The answers that an evaluation counts. */
    private static List<Answer> evaluated(Experiment experiment, ImageSet images) {
        Examples examples = experiment.examples(images);
        List<Answer> answers = new ArrayList<>();
        int size = experiment.network().evaluationBatch();
        for (int from = 0; from < examples.count(); from += size) {
            try (Tape tape = experiment.engine().inference()) {
                answers.addAll(experiment.task().answers(experiment.read(tape,
                        examples.batch(from, Math.min(examples.count(), from + size)))));
            }
        }
        return answers;
    }

    static void assertSame(List<Answer> actual, List<Answer> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).labels()).isEqualTo(expected.get(i).labels());
            assertThat(actual.get(i).probability()).isEqualTo(expected.get(i).probability());
            assertThat(actual.get(i).scores()).isEqualTo(expected.get(i).scores());
            assertThat(actual.get(i).logits()).isEqualTo(expected.get(i).logits());
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theAnswersOfEveryRecipeAreThoseOfAnEvaluation(String recipe) {
        try (Experiment experiment = experiment(recipe)) {
            ImageSet images = pictures(experiment, COUNT);
            List<Answer> expected = evaluated(experiment, images);
            try (Predictor one = Predictor.of(experiment, 1); Predictor two = Predictor.of(experiment, 2)) {
                assertSame(one.answers(images), expected);
                assertSame(one.answers(images.slice(4, 5)), expected.subList(4, 5));
                assertSame(two.answers(images), expected);
                assertSame(two.answers(images.slice(2, 4)), expected.subList(2, 4));
                assertSame(two.answers(images.slice(1, 2)), expected.subList(1, 2));
                assertSame(two.answers(images), expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "digit-classifier", "cnn-rnn data.canvas.size=16 data.canvas.minSize=5"
            + " data.canvas.maxSize=8 model.cnn.channels=2 model.cnn.hidden=6"})
    void moreImagesThanABatchAreAnsweredInParts(String recipeAndKeys) {
        String[] words = recipeAndKeys.split(" ");
        try (Experiment experiment = experiment(words[0], Arrays.copyOfRange(words, 1, words.length));
                Predictor predictor = Predictor.of(experiment, 2)) {
            ImageSet images = pictures(experiment, experiment.network().evaluationBatch() + 2);
            assertSame(predictor.answers(images), evaluated(experiment, images));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gru-rows-deep", "cnn", "digit-sequence", "cnn-rnn"})
    void manyThreadsGetTheAnswersOfOne(String recipe) throws Exception {
        try (Experiment experiment = experiment(recipe);
                Predictor predictor = Predictor.of(experiment, 2);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            ImageSet images = pictures(experiment, COUNT);
            List<Answer> expected = evaluated(experiment, images);
            List<Future<List<Answer>>> found = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                ImageSet some = images.slice(i % COUNT, i % 3 == 0 ? COUNT : i % COUNT + 1);
                found.add(threads.submit(() -> predictor.answers(some)));
            }
            for (int i = 0; i < found.size(); i++) {
                assertSame(found.get(i).get(), expected.subList(i % COUNT, i % 3 == 0 ? COUNT : i % COUNT + 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "digit-sequence"})
    void anotherBackendAnswersAsItEvaluates(String name) {
        Recipe recipe = Recipes.find(name, List.of(name.equals("lstm-rows") ? "model.hidden=9" : "model.width=8"));
        Compute reference = new Compute("reference", 1);
        try (Experiment experiment = new Experiment(recipe, reference);
                Predictor predictor = Predictor.of(experiment, reference)) {
            ImageSet images = pictures(experiment, 2);
            assertSame(predictor.answers(images), evaluated(experiment, images));
        }
    }

    @Test
    void aPredictorKeepsTheWeightsThatItWasCreatedWith() {
        Predictor predictor;
        ImageSet images;
        List<Answer> expected;
        try (Experiment experiment = experiment("cnn-rnn")) {
            images = pictures(experiment, 3);
            expected = evaluated(experiment, images);
            predictor = Predictor.of(experiment, 1);
            assertThat(predictor.weightsHash()).isEqualTo(WeightsFile.hash(experiment.weights()));
            experiment.weights().parameters().forEach(parameter -> parameter.value().write(0,
                    new float[parameter.shape().elements()], 0, parameter.shape().elements()));
        }
        try (predictor) {
            assertSame(predictor.answers(images), expected);
        }
    }

    @Test
    void noImagesHaveNoAnswers() {
        try (Experiment experiment = experiment("lstm-rows"); Predictor predictor = Predictor.of(experiment, 1)) {
            assertThat(predictor.answers(pictures(experiment, 0))).isEmpty();
        }
    }

    @Test
    void itKnowsWhatItReads() {
        try (Experiment experiment = experiment("cnn-rnn"); Predictor predictor = Predictor.of(experiment, 1)) {
            assertThat(predictor.input()).isEqualTo(experiment.input());
            assertThat(predictor.pictureSize()).isEqualTo(experiment.pictureSize());
            assertThat(predictor.preparation()).isEqualTo(experiment.preparation());
            assertThat(predictor.classNames()).isEqualTo(experiment.dataset().classNames());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows", "digit-sequence"})
    void wrongUseIsRejected(String recipe) {
        try (Experiment experiment = experiment(recipe)) {
            Predictor predictor = Predictor.of(experiment, 1);
            ImageSet small = new ImageSet(5, 4, new byte[20], new byte[1], 10);
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> predictor.answers(small))
                    .withMessage("this model reads images of %s, not 5 x 4", experiment.pictureSize());
            ImageSet images = pictures(experiment, 1);
            predictor.close();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> predictor.answers(images))
                    .withMessage("this predictor has been closed");
        }
    }
}
