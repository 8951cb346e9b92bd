package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.data.sequence.Batch;
import scanline.data.sequence.Loader;
import scanline.engine.tensor.Tape;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.Reading.States;
import scanline.lab.insight.Reading.Writing;
import scanline.lab.model.BeamSearch.Followed;
import scanline.lab.model.Classifier.Readout;
import scanline.lab.recipe.Recipes;
import scanline.lab.task.Answer;

class ReadingTest {
    private static Experiment experiment(String recipe, String... overrides) {
        return new Experiment(Recipes.find(recipe, List.of(overrides)), 1);
    }

    private static ImageSet image(Experiment experiment) {
        Pictures pictures = experiment.testPictures();
        byte[] pixels = new byte[pictures.height() * pictures.width()];
        pictures.draw(7, pixels, 0);
        return new ImageSet(pictures.height(), pictures.width(), pixels, new byte[1], pictures.classes());
    }

    private static Answer answer(Experiment experiment, ImageSet image) {
        Loader loader = experiment.examples(image).loader();
        try (Tape tape = experiment.engine().inference()) {
            Batch batch = loader.batch(new int[] {0}, 0, 1);
            return experiment.task().answers(experiment.read(tape, batch)).getFirst();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn_tanh", "rnn_relu"})
    void recurrentModelsAreShownStepByStep(String cell) {
        try (Experiment experiment = experiment("lstm-rows", "model.cell=" + cell, "model.hidden=9", "data.shrink=2")) {
            ImageSet image = image(experiment);
            Reading reading = Reading.of(experiment, image);
            assertThat(reading.image().height()).isEqualTo(14);
            assertThat(reading.order()).hasSize(14 * 14);
            assertThat(reading.features()).isEqualTo(14);
            assertThat(reading.afterSteps()).hasSize(14);
            assertThat(reading.afterSteps().getLast()).containsExactly(answer(experiment, image).scores());
            assertThat(reading.answer().scores()).containsExactly(answer(experiment, image).scores());
            assertThat(reading.states()).extracting(States::layer).containsExactly("l0", "l1");
            List<String> names = switch (cell) {
                case "lstm" -> List.of("h", "c", "i", "f", "g", "o");
                case "gru" -> List.of("h", "r", "z", "n");
                default -> List.of("h");
            };
            assertThat(reading.states()).allSatisfy(states -> {
                assertThat(states.values().keySet()).containsExactlyElementsOf(names);
                assertThat(states.values().values()).allSatisfy(values -> assertThat(values).hasSize(14 * 9));
            });
            assertThat(reading.attention()).isNull();
            assertThat(reading.maps()).isEmpty();
            assertThat(reading.writing()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s5", "lru", "s4d", "mingru", "minlstm", "recurrence"})
    void theLayersOfADeepSequenceModelAreShownStepByStep(String layer) {
        try (Experiment experiment = experiment("s5-pixels", "model.layer=" + layer, "model.channels=6",
                "model.layers=2", "data.shrink=4", "groups=")) {
            Reading reading = Reading.of(experiment, image(experiment));
            assertThat(reading.afterSteps()).hasSize(49);
            assertThat(reading.states()).extracting(States::layer).containsExactly("layers.0.seq", "layers.0.seq",
                    "layers.1.seq", "layers.1.seq");
            assertThat(reading.states()).allSatisfy(states -> assertThat(states.values().values())
                    .allSatisfy(values -> assertThat(values).hasSize(49 * states.units())));
            assertThat(reading.states()).extracting(states -> String.join(" ", states.values().keySet()))
                    .containsExactly("y", "x", "y", "x");
            float[] state = reading.states().get(1).values().get("x");
            int units = reading.states().get(1).units();
            assertThat(Arrays.copyOfRange(state, 0, units))
                    .isNotEqualTo(Arrays.copyOfRange(state, 48 * units, 49 * units));
        }
    }

    @Test
    void theStatesAreThoseUsedForClassification() {
        try (Experiment experiment = experiment("lstm-rows", "model.hidden=9", "model.learnInitialState=true")) {
            ImageSet image = image(experiment);
            float[] h = Reading.of(experiment, image).states().getLast().values().get("h");
            Loader loader = experiment.examples(image).loader();
            try (Tape tape = experiment.engine().inference()) {
                assertThat(experiment.network()).isInstanceOfSatisfying(scanline.lab.model.Classifier.class,
                        network -> {
                            float[] fused = network.stepwise(experiment.read(tape, loader.batch(new int[] {0}, 0, 1)))
                                    .orElseThrow().states().values();
                            for (int i = 0; i < fused.length; i++) {
                                assertThat(h[i]).isCloseTo(fused[i], within(1e-6f));
                            }
                        });
            }
        }
    }

    @Test
    void theCellStateFollowsFromItsGates() {
        try (Experiment experiment = experiment("lstm-rows", "model.hidden=4", "model.layers=1")) {
            var values = Reading.of(experiment, image(experiment)).states().getFirst().values();
            for (int i = 4; i < 28 * 4; i++) {
                float cell = values.get("f")[i] * values.get("c")[i - 4] + values.get("i")[i] * values.get("g")[i];
                assertThat(values.get("c")[i]).isCloseTo(cell, within(1e-6f));
                assertThat((double) values.get("h")[i]).isCloseTo(values.get("o")[i] * StrictMath.tanh(cell),
                        within(1e-6));
            }
        }
    }

    @Test
    void backwardLayersAreShownInImageOrder() {
        try (Experiment experiment = experiment("lstm-rows", "model.hidden=5", "model.layers=1",
                "model.bidirectional=true")) {
            ImageSet image = image(experiment);
            Reading reading = Reading.of(experiment, image);
            assertThat(reading.afterSteps()).isEmpty();
            assertThat(reading.decided()).isZero();
            assertThat(reading.states()).extracting(States::layer).containsExactly("l0", "l0_reverse");
            // It has read the whole picture at its first row: a change in the first row changes that state alone.
            byte[] changed = image.pixels().clone();
            Arrays.fill(changed, 0, 28, (byte) 255);
            float[] before = reading.states().getLast().values().get("h");
            float[] after = Reading.of(experiment, new ImageSet(28, 28, changed, new byte[1], 10)).states().getLast()
                    .values().get("h");
            assertThat(Arrays.copyOfRange(after, 0, 5)).isNotEqualTo(Arrays.copyOfRange(before, 0, 5));
            assertThat(Arrays.copyOfRange(after, 5, 28 * 5)).isEqualTo(Arrays.copyOfRange(before, 5, 28 * 5));
        }
    }

    @Test
    void theDecisionStepIsWhereTheAnswerNoLongerChanges() {
        Answer answer = new Answer(new int[] {1}, 1, new double[0], new float[0]);
        assertThat(reading(answer, new double[] {0.9, 0.1}, new double[] {0.2, 0.8}, new double[] {0.4, 0.6}).decided())
                .isEqualTo(2);
        assertThat(reading(answer, new double[] {0.1, 0.9}, new double[] {0.2, 0.8}).decided()).isEqualTo(1);
        assertThat(reading(answer, new double[] {0.1, 0.9}, new double[] {0.8, 0.2}).decided()).isEqualTo(2);
    }

    private static Reading reading(Answer answer, double[]... afterSteps) {
        return new Reading(new ImageSet(1, 1, new byte[1], new byte[1], 2), new int[0], 1, answer, List.of(afterSteps),
                List.of(), null, List.of(), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit", "digit-classifier", "row-transformer"})
    void transformersAreShownByTheirAttention(String recipe) {
        try (Experiment experiment = experiment(recipe)) {
            Reading reading = Reading.of(experiment, image(experiment));
            Reading.Attention attention = reading.attention();
            assertThat(attention).isNotNull();
            int tokens = attention.tokens();
            assertThat(tokens)
                    .isEqualTo(experiment.input().steps() + (attention.readout() == Readout.CLASS_TOKEN ? 1 : 0));
            assertThat(attention.blocks()).allSatisfy(weights -> {
                assertThat(weights).hasSize(attention.heads() * tokens * tokens);
                for (int row = 0; row < weights.length; row += tokens) {
                    double sum = 0;
                    for (int k = 0; k < tokens; k++) {
                        sum += weights[row + k];
                    }
                    assertThat(sum).isCloseTo(1, within(1e-5));
                }
            });
            assertThat(Arrays.stream(attention.rollout()).sum()).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void sequencesAreShownWordByWord() {
        try (Experiment experiment = experiment("digit-sequence", "model.width=16", "model.encoderDepth=1",
                "model.decoderDepth=1", "model.feedForward=12")) {
            Reading reading = Reading.of(experiment, image(experiment));
            Writing writing = reading.writing();
            assertThat(writing).isNotNull();
            int words = reading.answer().labels().length + 1;
            assertThat(writing.words()).hasSize(words)
                    .allSatisfy(p -> assertThat(p).hasSize(11));
            assertThat(writing.cross()).hasSize(writing.heads() * words * experiment.input().steps());
            assertThat(writing.own()).hasSize(writing.heads() * words * words);
            double product = IntStream.range(0, words)
                    .mapToDouble(t -> writing.words().get(t)[t == words - 1 ? 10 : reading.answer().labels()[t]])
                    .reduce(1, (a, b) -> a * b);
            assertThat(product).isCloseTo(reading.answer().probability(), within(1e-5));
            assertThat(writing.beam().getLast()).anyMatch(Followed::ended);
        }
    }

    @Test
    void cnnRnnsAreShownByTheirFeatureMapsAndPaths() {
        try (Experiment experiment = experiment("cnn-rnn", "model.beamWidth=3")) {
            Reading reading = Reading.of(experiment, image(experiment));
            assertThat(reading.maps()).extracting(Reading.Maps::layer).containsExactly("conv1", "conv2");
            assertThat(reading.maps()).allSatisfy(
                    maps -> assertThat(maps.values()).hasSize(maps.height() * maps.width() * maps.channels()));
            Writing writing = reading.writing();
            assertThat(writing).isNotNull();
            assertThat(writing.heads()).isZero();
            assertThat(writing.beam()).isNotEmpty().allSatisfy(paths -> assertThat(paths).hasSizeBetween(1, 3));
            Followed best = writing.beam().stream().flatMap(List::stream).filter(Followed::ended)
                    .reduce((a, b) -> a.logProbability() >= b.logProbability() ? a : b).orElseThrow();
            assertThat(best.labels()).containsExactly(reading.answer().labels());
        }
    }

    @Test
    void cnnsAreShownByTheirFeatureMaps() {
        try (Experiment experiment = experiment("cnn")) {
            Reading reading = Reading.of(experiment, image(experiment));
            assertThat(reading.maps()).extracting(Reading.Maps::channels).containsExactly(32, 64);
            assertThat(reading.maps().getFirst().height()).isEqualTo(14);
            assertThat(reading.states()).isEmpty();
        }
    }
}
