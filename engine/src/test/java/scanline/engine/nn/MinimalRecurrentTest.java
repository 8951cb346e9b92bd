package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.geometry.MinimalKind;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.MinimalRecurrence;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class MinimalRecurrentTest {
    private static final int STEPS = 9;
    private static final int FEATURES = 6;

    @Test
    void parametersHaveTheNamesAndShapesOfTheReference() {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            new MinimalRecurrent(weights.scope("gru"), MinimalKind.GRU, 6, 1);
            new MinimalRecurrent(weights.scope("lstm"), MinimalKind.LSTM, 6, 1.5);
            assertThat(weights.parameters().stream().map(each -> each.name() + each.shape())
                    .collect(Collectors.joining(" "))).isEqualTo(
                            "gru.to_hidden_and_gate.weight[12, 6] lstm.to_hidden_and_f_i_gate.weight[27, 6]"
                                    + " lstm.to_out.weight[6, 9]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamHasTheBitsOfTheWholeSequence(MinimalKind kind) {
        for (int threads : new int[] {1, 3}) {
            try (Engine engine = Engine.open(1)) {
                Weights weights = engine.weights(1);
                MinimalRecurrent layer = new MinimalRecurrent(weights, kind, FEATURES, 11.7);
                float[] x = Numbers.uniform("x", STEPS * FEATURES, 3);
                float[] expected;
                try (Tape tape = engine.inference()) {
                    expected = layer.forward(tape.input(Shape.of(STEPS, 1, FEATURES), x)).values();
                }
                try (StreamingPredictor predictor = StreamingPredictor.of(weights,
                        others -> new MinimalRecurrent(others, kind, FEATURES, 11.7), FEATURES, FEATURES, threads)) {
                    StreamingPredictor.Stream stream = predictor.open();
                    float[] y = new float[FEATURES];
                    for (int t = 0; t < STEPS; t++) {
                        predictor.step(stream, Arrays.copyOfRange(x, t * FEATURES, (t + 1) * FEATURES), y);
                        assertThat(y).as("step %d", t)
                                .isEqualTo(Arrays.copyOfRange(expected, t * FEATURES, (t + 1) * FEATURES));
                    }
                }
            }
        }
    }

    @Test
    void sizesThatDoNotMatchAreRejected() {
        try (Engine engine = Engine.open(1); Tape tape = engine.inference()) {
            assertThatThrownBy(() -> new MinimalRecurrent(engine.weights(1), MinimalKind.GRU, 4, 0.1))
                    .hasMessage("a state of 4 times 0.1 values must have at least 1");
            Tensor sums = tape.input(Shape.of(2, 3, 7), new float[42]);
            assertThatThrownBy(() -> MinimalRecurrence.minimal(sums, MinimalKind.GRU, null))
                    .hasMessage("the sums of a minimal recurrence must have shape [2, 3, 6], not [2, 3, 7]");
            Tensor six = tape.input(Shape.of(2, 3, 6), new float[36]);
            Tensor before = tape.input(Shape.of(3, 2), new float[6]);
            assertThatThrownBy(() -> MinimalRecurrence.minimal(six, MinimalKind.GRU, before))
                    .hasMessage("the initial state of a minimal recurrence must have shape [3, 3], not [3, 2]");
        }
    }
}
