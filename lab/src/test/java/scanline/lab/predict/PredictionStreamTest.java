package scanline.lab.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static scanline.lab.predict.PredictorTest.assertSame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.data.image.ImageSet;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.RecurrentModel;
import scanline.lab.recipe.Recipes;
import scanline.lab.task.Answer;

class PredictionStreamTest {
    private static final int STATE_HEADER = 40;

    static List<String> recurrentRecipes() {
        return Recipes.names().stream()
                .filter(name -> Recipes.find(name, List.of()).model() instanceof RecurrentModel).toList();
    }

    /** The pixels of each image in the order in which the model reads them. */
    private static float[][][] steps(Experiment experiment, ImageSet images) {
        Examples examples = experiment.examples(images);
        int[] order = examples.loader().order();
        int features = examples.loader().features();
        float[][][] steps = new float[images.count()][order.length / features][features];
        for (int i = 0; i < images.count(); i++) {
            byte[] pixels = new byte[examples.pictures().height() * examples.pictures().width()];
            examples.pictures().draw(i, pixels, 0);
            for (int p = 0; p < order.length; p++) {
                // A scan that reads outside of the picture reads a black pixel.
                steps[i][p / features][p % features] = order[p] < 0 ? 0 : Byte.toUnsignedInt(pixels[order[p]]);
            }
        }
        return steps;
    }

    /** The answers after each step. */
    private static List<Answer> read(PredictionStream stream, float[][] steps) {
        return Arrays.stream(steps).map(stream::step).toList();
    }

    @ParameterizedTest
    @MethodSource("recurrentRecipes")
    void theAnswerAfterTheLastStepIsThatOfTheWholeImage(String recipe) {
        assertLastIsWhole(PredictorTest.experiment(recipe));
    }

    @ParameterizedTest
    @CsvSource({
            "lstm-rows, data.scan=columns data.shrink=2 head.softmax=true model.relu=true model.learnInitialState=true",
            "lstm-rows, model.readout=mean model.relu=true",
            "gru-pixels-deep-permuted, model.readout=mean data.shrink=2",
            "lstm-rows, model=sequence model.channels=10 model.layers=2",
            "lstm-rows, model=sequence model.channels=7 model.layer.cell=gru model.norm=layer model.normFirst=false"
                    + " model.gate=joint model.gelu=erf model.readout=last",
            "gru-rows-deep, data.scan=patches data.scan.size=5 data.scan.pad=true data.mean=0.1307 data.std=0.3081",
            "rnn-rows, data.canvas=scatter data.canvas.size=16 data.canvas.minSize=5 data.canvas.maxSize=8 model.hidden=9",
            "lstm-pixels-permuted, data.scan.size=7 data.scan.seed=4"})
    void everyOptionKeepsTheBits(String recipe, String keys) {
        assertLastIsWhole(PredictorTest.experiment(recipe, keys.split(" ")));
    }

    @Test
    void anotherBackendKeepsItsBits() {
        Compute reference = new Compute("reference", 1);
        Experiment experiment = new Experiment(Recipes.find("gru-rows-deep", List.of("model.hidden=5")), reference);
        assertLastIsWhole(experiment, Predictor.of(experiment, reference));
    }

    private static void assertLastIsWhole(Experiment experiment) {
        assertLastIsWhole(experiment, Predictor.of(experiment, 2));
    }

    private static void assertLastIsWhole(Experiment opened, Predictor ofIt) {
        try (Experiment experiment = opened; Predictor predictor = ofIt) {
            ImageSet images = PredictorTest.pictures(experiment, 2);
            float[][][] steps = steps(experiment, images);
            List<Answer> whole = predictor.answers(images);
            int length = experiment.input().steps();
            for (int i = 0; i < 2; i++) {
                PredictionStream stream = predictor.stream();
                assertThat(stream.steps()).isZero();
                assertSame(read(stream, steps[i]).subList(length - 1, length), whole.subList(i, i + 1));
                assertThat(stream.steps()).isEqualTo(length);
            }
        }
    }

    @Test
    void streamsThatReadTogetherGiveTheAnswersOfEach() {
        try (Experiment experiment = PredictorTest.experiment("gru-rows-deep");
                Predictor predictor = Predictor.of(experiment, 2)) {
            float[][][] steps = steps(experiment, PredictorTest.pictures(experiment, 5));
            List<List<Answer>> alone = Arrays.stream(steps).map(image -> read(predictor.stream(), image)).toList();
            List<PredictionStream> streams = IntStream.range(0, 5).mapToObj(_ -> predictor.stream()).toList();
            streams.get(3).step(steps[3][0]); // is a step ahead of the others
            for (int t = 0; t < 20; t++) {
                float[] together = new float[5 * steps[0][0].length];
                for (int i = 0; i < 5; i++) {
                    float[] own = steps[i][i == 3 ? t + 1 : t];
                    System.arraycopy(own, 0, together, i * own.length, own.length);
                }
                List<Answer> answers = predictor.step(streams, together);
                for (int i = 0; i < 5; i++) {
                    int step = i == 3 ? t + 1 : t;
                    assertSame(answers.subList(i, i + 1), alone.get(i).subList(step, step + 1));
                }
            }
            assertThat(streams).extracting(PredictionStream::steps).containsExactly(20, 20, 20, 21, 20);
            assertThat(predictor.step(List.of(), new float[0])).isEmpty();
        }
    }

    @Test
    void severalThreadsReadStreamsOfOnePredictor() throws Exception {
        try (Experiment experiment = PredictorTest.experiment("lstm-rows");
                Predictor predictor = Predictor.of(experiment, 2);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            ImageSet images = PredictorTest.pictures(experiment, 8);
            float[][][] steps = steps(experiment, images);
            List<Future<List<Answer>>> found = new ArrayList<>();
            for (float[][] image : steps) {
                found.add(threads.submit(() -> read(predictor.stream(), image)));
            }
            List<Answer> whole = predictor.answers(images);
            for (int i = 0; i < steps.length; i++) {
                assertSame(found.get(i).get().subList(27, 28), whole.subList(i, i + 1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows, 9", "gru-rows-deep, 0", "rnn-rows, 27"})
    void aSavedStateContinuesInAnotherPredictor(String recipe, int at) {
        try (Experiment experiment = PredictorTest.experiment(recipe);
                Predictor first = Predictor.of(experiment, 1);
                Predictor second = Predictor.of(experiment, 2)) {
            float[][] steps = steps(experiment, PredictorTest.pictures(experiment, 1))[0];
            PredictionStream one = first.stream();
            List<Answer> answers = read(one, steps);
            PredictionStream begun = first.stream();
            read(begun, Arrays.copyOf(steps, at));
            byte[] state = begun.state();
            PredictionStream other = second.stream();
            other.step(steps[3]); // is forgotten
            other.restore(state);
            assertThat(other.steps()).isEqualTo(at);
            assertThat(other.state()).isEqualTo(state);
            assertSame(read(other, Arrays.copyOfRange(steps, at, steps.length)), answers.subList(at, steps.length));
            assertThat(other.state()).isEqualTo(one.state());
        }
    }

    @Test
    void aStateOfSomethingElseIsRejectedAndChangesNothing() {
        try (Experiment experiment = PredictorTest.experiment("rnn-rows");
                Experiment other = PredictorTest.experiment("rnn-rows", "model.hidden=5");
                Predictor predictor = Predictor.of(experiment, 1);
                Predictor others = Predictor.of(other, 1)) {
            PredictionStream stream = predictor.stream();
            float[][] steps = steps(experiment, PredictorTest.pictures(experiment, 1))[0];
            stream.step(steps[0]);
            byte[] state = stream.state();
            assertRejected(stream, new byte[0], "this is not the state of a sequence");
            assertRejected(stream, "a text that is long enough to be the state of a sequence".getBytes(
                    StandardCharsets.US_ASCII), "this is not the state of a sequence");
            assertRejected(stream, ByteBuffer.wrap(state.clone()).putInt(4, 2).array(),
                    "the state of the sequence has version 2, but this program reads version 1");
            assertRejected(stream, others.stream().state(),
                    "the state of the sequence is of a model with other weights: their hash is " + others.weightsHash()
                            + ", but that of this model is " + predictor.weightsHash());
            assertRejected(stream, Arrays.copyOf(state, state.length - 1),
                    "the state of the sequence is damaged: it has " + (state.length - 1) + " bytes instead of "
                            + state.length);
            assertRejected(stream, Arrays.copyOf(state, STATE_HEADER),
                    "the state of the sequence is damaged: it has 40 bytes instead of " + state.length);
            assertRejected(stream, ByteBuffer.wrap(state.clone()).putLong(STATE_HEADER, -1).array(),
                    "the state of the sequence is damaged: it cannot be that of -1 steps");
            assertThat(stream.state()).isEqualTo(state);
        }
    }

    private static void assertRejected(PredictionStream stream, byte[] state, String message) {
        assertThatExceptionOfType(RunException.class).isThrownBy(() -> stream.restore(state)).withMessage(message);
    }

    @Test
    void wrongStepsAreRejectedAndChangeNothing() {
        try (Experiment experiment = PredictorTest.experiment("rnn-rows");
                Predictor predictor = Predictor.of(experiment, 1);
                Predictor another = Predictor.of(experiment, 1)) {
            PredictionStream stream = predictor.stream();
            byte[] state = stream.state();
            assertThatExceptionOfType(RunException.class).isThrownBy(() -> stream.step(new float[27]))
                    .withMessage("a step takes 28 values, not 27");
            PredictionStream second = predictor.stream();
            assertThatExceptionOfType(RunException.class)
                    .isThrownBy(() -> predictor.step(List.of(stream, second), new float[57]))
                    .withMessage("a step of each of 2 sequences takes 56 values, not 57");
            for (float wrong : new float[] {-1, 255.5f, Float.NaN}) {
                float[] step = new float[28];
                step[2] = wrong;
                assertThatExceptionOfType(RunException.class).isThrownBy(() -> stream.step(step))
                        .withMessage("value 3 is %s, but a pixel is from 0 to 255", wrong);
            }
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> predictor.step(List.of(stream, stream), new float[56]));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> another.step(List.of(stream), new float[28]))
                    .withMessage("this is a stream of another predictor");
            assertThat(stream.state()).isEqualTo(state);
        }
    }

    @Test
    void aStreamEndsWithItsPredictor() {
        try (Experiment experiment = PredictorTest.experiment("rnn-rows")) {
            Predictor predictor = Predictor.of(experiment, 1);
            PredictionStream stream = predictor.stream();
            predictor.close();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> stream.step(new float[28]))
                    .withMessage("this predictor has been closed");
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(predictor::stream)
                    .withMessage("this predictor has been closed");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    cnn | this model is not recurrent, so it has no answer after a step
                    lstm-rows model.bidirectional=true head.softmax=true | this model also reads sequences from the end \
                    (model.bidirectional=true), so it has no answer after a step
                    digit-sequence | this model writes labels one after the other once it has read the whole picture, so it has \
                    no answer after a step
                    """)
    void aModelThatCannotStreamSaysWhy(String nameAndKeys, String message) {
        List<String> keys = new ArrayList<>(List.of(nameAndKeys.split(" ")));
        try (Experiment experiment = new Experiment(Recipes.find(keys.removeFirst(), keys), 1);
                Predictor predictor = Predictor.of(experiment, 1)) {
            assertThat(predictor.canStream()).isFalse();
            assertThatExceptionOfType(RunException.class).isThrownBy(predictor::stream).withMessage(message);
        }
    }

    @Test
    void aRecurrentModelCanStream() {
        try (Experiment experiment = PredictorTest.experiment("lstm-rows");
                Predictor predictor = Predictor.of(experiment, 1)) {
            assertThat(predictor.canStream()).isTrue();
        }
    }
}
