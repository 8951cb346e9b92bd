package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A stream gives what the model computes for the whole sequence up to each step, to the bit. */
class StreamingPredictorTest {
    private static final int STEPS = 6;
    private static final int FEATURES = 5;
    private static final int OUTPUTS = 4;

    /** Two recurrent layers, and a linear map of the last state. */
    private record Network(Recurrent layers, Linear fc) {
        static Network of(Weights weights, CellKind kind) {
            return new Network(
                    new Recurrent(weights.scope("recurrent"), kind, FEATURES, 70, 2,
                            new Recurrent.Options(0, false, true, false, RecurrentInitializer.DEFAULT)),
                    new Linear(weights.scope("fc"), 70, OUTPUTS));
        }

        StepModel steps() {
            return layers.then(fc::forward);
        }
    }

    /** The outputs after each step of a batch, [B, T, O], each computed for the whole sequence up to it. */
    private static float[][][] whole(Engine engine, Network network, float[][][] sequences) {
        float[][][] outputs = new float[sequences.length][STEPS][];
        for (int t = 0; t < STEPS; t++) {
            float[] x = new float[(t + 1) * sequences.length * FEATURES];
            for (int b = 0; b < sequences.length; b++) {
                for (int i = 0; i <= t; i++) {
                    System.arraycopy(sequences[b][i], 0, x, (i * sequences.length + b) * FEATURES, FEATURES);
                }
            }
            try (Tape tape = engine.inference()) {
                Tensor input = tape.input(Shape.of(t + 1, sequences.length, FEATURES), x);
                float[] y = network.fc.forward(network.layers.forward(input, Output.LAST_STEP)).values();
                for (int b = 0; b < sequences.length; b++) {
                    outputs[b][t] = Arrays.copyOfRange(y, b * OUTPUTS, (b + 1) * OUTPUTS);
                }
            }
        }
        return outputs;
    }

    private static float[][][] sequences(int count) {
        float[][][] sequences = new float[count][STEPS][];
        for (int b = 0; b < count; b++) {
            for (int t = 0; t < STEPS; t++) {
                sequences[b][t] = Numbers.uniform("x" + b + "." + t, FEATURES, 1);
            }
        }
        return sequences;
    }

    private static void withNetwork(CellKind kind, int threads, Test3 test) {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(3);
            Network network = Network.of(weights, kind);
            weights.parameters().stream().filter(each -> each.name().contains("0_l")).forEach(each -> each.value()
                    .write(0, Numbers.uniform(each.name(), 70, 1), 0, 70)); // initial states other than zero
            try (StreamingPredictor predictor = StreamingPredictor.of(weights,
                    others -> Network.of(others, kind).steps(),
                    FEATURES, OUTPUTS, threads)) {
                test.run(engine, network, predictor);
            }
        }
    }

    private interface Test3 {
        void run(Engine engine, Network network, StreamingPredictor predictor);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamHasTheBitsOfTheWholeSequence(CellKind kind) {
        for (int threads : new int[] {1, 2}) {
            withNetwork(kind, threads, (engine, network, predictor) -> {
                float[][][] sequences = sequences(1);
                float[][][] expected = whole(engine, network, sequences);
                Stream stream = predictor.open();
                float[] y = new float[OUTPUTS];
                for (int t = 0; t < STEPS; t++) {
                    predictor.step(stream, sequences[0][t], y);
                    assertThat(y).as("step %d", t).isEqualTo(expected[0][t]);
                    assertThat(stream.steps()).isEqualTo(t + 1);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyStreamsTogetherHaveTheBitsOfEach(CellKind kind) {
        withNetwork(kind, 2, (engine, network, predictor) -> {
            float[][][] sequences = sequences(9);
            float[][][] expected = whole(engine, network, sequences);
            List<Stream> streams = new ArrayList<>();
            for (int b = 0; b < 9; b++) {
                streams.add(predictor.open());
            }
            float[] x = new float[9 * FEATURES];
            float[] y = new float[9 * OUTPUTS];
            for (int t = 0; t < STEPS; t++) {
                for (int b = 0; b < 9; b++) {
                    System.arraycopy(sequences[b][t], 0, x, b * FEATURES, FEATURES);
                }
                predictor.step(streams, x, y);
                for (int b = 0; b < 9; b++) {
                    assertThat(Arrays.copyOfRange(y, b * OUTPUTS, (b + 1) * OUTPUTS)).isEqualTo(expected[b][t]);
                }
            }
        });
    }

    @Test
    void aStateIsSavedAndRestored() {
        withNetwork(CellKind.LSTM, 1, (engine, network, predictor) -> {
            float[][][] sequences = sequences(1);
            float[][][] expected = whole(engine, network, sequences);
            float[] y = new float[OUTPUTS];
            Stream stream = predictor.open();
            for (int t = 0; t < 3; t++) {
                predictor.step(stream, sequences[0][t], y);
            }
            Stream other = predictor.open();
            predictor.step(other, sequences[0][4], y);
            other.restore(stream.state());
            assertThat(other.steps()).isEqualTo(3);
            for (int t = 3; t < STEPS; t++) {
                predictor.step(other, sequences[0][t], y);
                assertThat(y).isEqualTo(expected[0][t]);
            }
        });
    }

    @Test
    void wrongUseIsReportedInOneLine() {
        withNetwork(CellKind.GRU, 1, (_, _, predictor) -> {
            Stream stream = predictor.open();
            rejected(() -> predictor.step(stream, new float[4], new float[OUTPUTS]),
                    message -> assertThat(message).isEqualTo(
                            "a step of 1 stream needs arrays of at least 5 and 4 floats, not 4 and 4"));
            rejected(() -> predictor.step(List.of(stream, stream), new float[10], new float[8]),
                    message -> assertThat(message).isEqualTo("a stream is twice among those that read a step"));
            rejected(() -> stream.restore(new byte[3]), message -> assertThat(message)
                    .isEqualTo("the state of this model has 568 bytes, not 3"));
        });
        try (Engine engine = Engine.open(1)) {
            Recurrent both = new Recurrent(engine.weights(1), CellKind.LSTM, 2, 3, 1,
                    new Recurrent.Options(0, true, false, false, RecurrentInitializer.DEFAULT));
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(both::stateSize).withMessage(
                    "a bidirectional layer needs the whole sequence, so it cannot read step by step");
        }
    }

    private static void rejected(Runnable use, Consumer<String> message) {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(use::run)
                .satisfies(e -> message.accept(e.getMessage()));
    }
}
