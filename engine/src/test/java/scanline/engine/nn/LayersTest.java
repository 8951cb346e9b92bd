package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.uniform;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class LayersTest {
    private static final Backend BACKEND = new ReferenceBackend();

    private static Weights weights(Consumer<Weights> layers) {
        Weights weights = new Weights(BACKEND, 1);
        layers.accept(weights);
        return weights;
    }

    private static String described(Weights weights) {
        return weights.parameters().stream().map(parameter -> parameter.name() + parameter.shape())
                .collect(Collectors.joining(" "));
    }

    @Test
    void parametersHaveTheNamesAndShapesOfPyTorch() {
        assertThat(described(weights(w -> new Lstm(w.scope("lstm"), 3, 5, 2, 0)))).isEqualTo("""
                lstm.weight_ih_l0[20, 3] lstm.weight_hh_l0[20, 5] lstm.bias_ih_l0[20] lstm.bias_hh_l0[20] \
                lstm.weight_ih_l1[20, 5] lstm.weight_hh_l1[20, 5] lstm.bias_ih_l1[20] lstm.bias_hh_l1[20]""");
        assertThat(described(weights(w -> new Linear(w.scope("fc"), 4, 3)))).isEqualTo("fc.weight[3, 4] fc.bias[3]");
    }

    @Test
    void theRowModelHasAsManyParametersAsItsSource() {
        assertThat(weights(w -> {
            new Lstm(w.scope("lstm"), 28, 128, 2, 0);
            new Linear(w.scope("fc"), 128, 10);
        }).count()).isEqualTo(214_282);
    }

    @Test
    void theFirstWeightsFillTheirRangeEvenly() {
        Weights weights = weights(w -> {
            new Lstm(w.scope("lstm"), 28, 64, 1, 0);
            new Linear(w.scope("fc"), 64, 100);
        });
        for (Parameter parameter : weights.parameters()) {
            double sum = 0;
            float largest = 0;
            for (float value : parameter.values()) {
                sum += value;
                largest = Math.max(largest, Math.abs(value));
            }
            int n = parameter.shape().elements();
            // Uniform within 1 / sqrt(64): of n numbers the mean has a deviation of 0.125 / sqrt(3 n).
            assertThat(largest).as(parameter.name()).isLessThanOrEqualTo(0.125f).isGreaterThan(0.125f * (1 - 20f / n));
            assertThat(Math.abs(sum / n)).as(parameter.name()).isLessThan(5 * 0.125 / Math.sqrt(3.0 * n));
        }
    }

    @Test
    void theFirstWeightsDependOnTheSeedAndTheirNamesAlone() {
        Weights alone = weights(w -> new Linear(w.scope("fc"), 4, 3));
        Weights among = weights(w -> {
            new Lstm(w.scope("lstm"), 3, 5, 2, 0);
            new Linear(w.scope("other"), 4, 3);
            new Linear(w.scope("fc"), 4, 3);
        });
        float[] values = alone.parameters().getFirst().values();
        assertThat(among.parameters().get(10).values()).isEqualTo(values);
        assertThat(among.parameters().get(8).values()).isNotEqualTo(values);
        Weights otherSeed = new Weights(BACKEND, 2);
        new Linear(otherSeed.scope("fc"), 4, 3);
        assertThat(otherSeed.parameters().getFirst().values()).isNotEqualTo(values);
    }

    @Test
    void dropoutDropsItsShareWhileTrainingAndNothingElsewhere() {
        int n = 100_000;
        float[] ones = new float[n];
        Arrays.fill(ones, 1f);
        Memory memory = new Memory(BACKEND);
        Dropout dropout = new Dropout(0.3f);
        try (Tape tape = Tape.training(memory, RandomKey.of(1, "dropout"))) {
            Tensor x = tape.input(Shape.of(n), ones);
            float[] first = dropout.forward(x).values();
            float[] second = dropout.forward(x).values();
            int dropped = 0;
            int both = 0;
            for (int i = 0; i < n; i++) {
                assertThat(first[i]).isIn(0f, 1 / 0.7f);
                dropped += first[i] == 0 ? 1 : 0;
                both += first[i] == 0 && second[i] == 0 ? 1 : 0;
            }
            // Deviations: 145 of 30,000, and 91 of 9,000 that two draws without relation share.
            assertThat(dropped).isBetween(29_275, 30_725);
            assertThat(both).isBetween(8_545, 9_455);
            assertThat(new Dropout(0).forward(x)).isSameAs(x);
        }
        try (Tape tape = Tape.inference(memory)) {
            Tensor x = tape.input(Shape.of(n), ones);
            assertThat(dropout.forward(x)).isSameAs(x);
        }
    }

    @Test
    void dropoutLiesBetweenTheLayersOfAnLstmAndNotAfterTheLast() {
        assertThat(sameInTrainingAndInference(1, 0.5f)).isTrue();
        assertThat(sameInTrainingAndInference(2, 0.5f)).isFalse();
        assertThat(sameInTrainingAndInference(2, 0f)).isTrue();
    }

    private static boolean sameInTrainingAndInference(int layers, float rate) {
        Lstm lstm = new Lstm(new Weights(BACKEND, 1), 3, 5, layers, rate);
        Memory memory = new Memory(BACKEND);
        float[] values = uniform("x", 4 * 2 * 3, 1);
        Shape shape = Shape.of(4, 2, 3);
        try (Tape training = Tape.training(memory, RandomKey.of(1, "dropout"));
                Tape inference = Tape.inference(memory)) {
            float[] trained = lstm.forward(training.input(shape, values), Output.LAST_STEP).values();
            float[] inferred = lstm.forward(inference.input(shape, values), Output.LAST_STEP).values();
            return Arrays.equals(trained, inferred);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1f, Float.NaN})
    void aRateOfDropoutThatIsNoShareIsRefused(float rate) {
        assertThatThrownBy(() -> new Dropout(rate)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a dropout rate lies in [0, 1), unlike " + rate);
    }

    @Test
    void anLstmWithoutLayersIsRefused() {
        assertThatThrownBy(() -> new Lstm(new Weights(BACKEND, 1), 3, 5, 0, 0))
                .hasMessage("an LSTM needs at least 1 layer, not 0");
    }

    @Test
    void inputsOfAnotherShapeAreRefused() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Backend backend : new Backend[] {BACKEND, cpu}) {
                Weights weights = new Weights(backend, 1);
                Lstm lstm = new Lstm(weights.scope("lstm"), 3, 5, 1, 0);
                Linear linear = new Linear(weights.scope("fc"), 3, 2);
                try (Tape tape = Tape.inference(new Memory(backend))) {
                    Tensor flat = tape.input(Shape.of(2, 4), new float[8]);
                    Tensor wide = tape.input(Shape.of(1, 2, 4), new float[8]);
                    assertThatThrownBy(() -> lstm.forward(flat, Output.LAST_STEP))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("must have 3 axes, not shape [2, 4]");
                    assertThatThrownBy(() -> lstm.forward(wide, Output.LAST_STEP))
                            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4");
                    assertThatThrownBy(() -> linear.forward(wide))
                            .hasMessage("a linear map of 3 inputs was given shape [1, 2, 4]");
                }
            }
        }
    }
}
