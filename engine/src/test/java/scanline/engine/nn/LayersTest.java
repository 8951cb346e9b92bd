package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.geometry.CellKind.GRU;
import static scanline.engine.geometry.CellKind.LSTM;
import static scanline.engine.nn.Recurrent.Options.DEFAULT;
import static scanline.engine.tensor.Numbers.uniform;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Recurrent.Options;
import scanline.engine.nn.RecurrentInitializer.Bias;
import scanline.engine.nn.RecurrentInitializer.Matrix;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class LayersTest {
    private static final Backend BACKEND = new ReferenceBackend();

    private static Weights weights(Consumer<Weights> layers) {
        Weights weights = new Engine(BACKEND).weights(1);
        layers.accept(weights);
        return weights;
    }

    private static String described(Weights weights) {
        return weights.parameters().stream().map(parameter -> parameter.name() + parameter.shape())
                .collect(Collectors.joining(" "));
    }

    @Test
    void parametersHaveTheNamesAndShapesOfPyTorch() {
        assertThat(described(weights(w -> new Recurrent(w.scope("lstm"), LSTM, 3, 5, 2, DEFAULT)))).isEqualTo("""
                lstm.weight_ih_l0[20, 3] lstm.weight_hh_l0[20, 5] lstm.bias_ih_l0[20] lstm.bias_hh_l0[20] \
                lstm.weight_ih_l1[20, 5] lstm.weight_hh_l1[20, 5] lstm.bias_ih_l1[20] lstm.bias_hh_l1[20]""");
        assertThat(described(weights(w -> new Linear(w.scope("fc"), 4, 3)))).isEqualTo("fc.weight[3, 4] fc.bias[3]");
    }

    @Test
    void bidirectionalLayersHaveTheNamesOfPyTorch() {
        Options both = new Options(0, true, true, false, RecurrentInitializer.DEFAULT);
        assertThat(described(weights(w -> new Recurrent(w, GRU, 3, 5, 2, both)))).isEqualTo("""
                weight_ih_l0[15, 3] weight_hh_l0[15, 5] bias_ih_l0[15] bias_hh_l0[15] h0_l0[5] \
                weight_ih_l0_reverse[15, 3] weight_hh_l0_reverse[15, 5] bias_ih_l0_reverse[15] \
                bias_hh_l0_reverse[15] h0_l0_reverse[5] \
                weight_ih_l1[15, 10] weight_hh_l1[15, 5] bias_ih_l1[15] bias_hh_l1[15] h0_l1[5] \
                weight_ih_l1_reverse[15, 10] weight_hh_l1_reverse[15, 5] bias_ih_l1_reverse[15] \
                bias_hh_l1_reverse[15] h0_l1_reverse[5]""");
        assertThat(described(weights(w -> new Recurrent(w, LSTM, 3, 5, 1,
                new Options(0, false, true, false, RecurrentInitializer.DEFAULT))))).endsWith(" h0_l0[5] c0_l0[5]");
    }

    @ParameterizedTest
    @CsvSource({"RNN_TANH, 3, 87562", "RNN_RELU, 3, 87562", "LSTM, 3, 346378", "GRU, 3, 260106", "LSTM, 2, 214282"})
    void theRowModelsHaveTheParameterCountsOfTheirSources(CellKind kind, int layers, int count) {
        assertThat(weights(w -> {
            new Recurrent(w.scope(kind.layer()), kind, 28, 128, layers, DEFAULT);
            new Linear(w.scope("fc"), 128, 10);
        }).count()).isEqualTo(count);
    }

    @Test
    void orthogonalMatricesAreOrthogonalGateByGate() {
        for (int features : new int[] {3, 24, 40}) {
            RecurrentInitializer orthogonal = new RecurrentInitializer(Matrix.ORTHOGONAL, Matrix.ORTHOGONAL, Bias.ZERO,
                    0, 784, 1);
            List<Parameter> parameters = first(LSTM, features, 24, orthogonal);
            for (int gate = 0; gate < 4; gate++) {
                assertOrthonormal(parameters.get(0).values(), gate, 24, features);
                assertOrthonormal(parameters.get(1).values(), gate, 24, 24);
            }
            assertThat(parameters.get(2).values()).containsOnly(0f);
            assertThat(parameters.get(3).values()).containsOnly(0f);
        }
    }

    private static void assertOrthonormal(float[] m, int gate, int rows, int columns) {
        boolean byColumn = rows >= columns;
        for (int a = 0; a < Math.min(rows, columns); a++) {
            for (int b = 0; b < Math.min(rows, columns); b++) {
                double dot = 0;
                for (int i = 0; i < Math.max(rows, columns); i++) {
                    int at = gate * rows * columns;
                    dot += byColumn
                            ? m[at + i * columns + a] * (double) m[at + i * columns + b]
                            : m[at + a * columns + i] * (double) m[at + b * columns + i];
                }
                assertThat(dot).isCloseTo(a == b ? 1 : 0, within(1e-6));
            }
        }
    }

    @Test
    void identityNormalAndHeInitializersFollowTheirDefinitions() {
        RecurrentInitializer irnn = new RecurrentInitializer(Matrix.NORMAL, Matrix.IDENTITY, Bias.ZERO, 0, 784, 0.001);
        List<Parameter> parameters = first(CellKind.RNN_RELU, 28, 100, irnn);
        float[] u = parameters.get(1).values();
        for (int i = 0; i < u.length; i++) {
            assertThat(u[i]).isEqualTo(i / 100 == i % 100 ? 1f : 0f);
        }
        assertThat(deviation(parameters.get(0).values())).isCloseTo(0.001, within(5e-5));
        RecurrentInitializer he = new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.UNIFORM, 0, 784, 1);
        assertThat(deviation(first(GRU, 50, 100, he).get(0).values())).isCloseTo(0.2, within(0.01));
        assertThat(deviation(first(GRU, 50, 100, he).get(1).values())).isCloseTo(Math.sqrt(0.02), within(0.01));
    }

    private static double deviation(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    @Test
    void theForgetGateStartsWithItsBias() {
        RecurrentInitializer one = new RecurrentInitializer(Matrix.UNIFORM, Matrix.UNIFORM, Bias.UNIFORM, 1, 784, 1);
        List<Parameter> parameters = first(LSTM, 3, 8, one);
        List<Parameter> usual = first(LSTM, 3, 8, RecurrentInitializer.DEFAULT);
        for (int j = 0; j < 32; j++) {
            boolean forget = j >= 8 && j < 16;
            assertThat(parameters.get(2).values()[j]).isEqualTo(forget ? 1f : usual.get(2).values()[j]);
            assertThat(parameters.get(3).values()[j]).isEqualTo(forget ? 0f : usual.get(3).values()[j]);
        }
    }

    @Test
    void aLemHasTheNamesAndShapesOfItsAuthorsProgramAndAsManyParametersAsAnLstm() {
        Options both = new Options(0, true, true, false, RecurrentInitializer.DEFAULT);
        assertThat(described(weights(w -> new Recurrent(w.scope("lem"), CellKind.LEM, 3, 5, 1, both)))).isEqualTo("""
                lem.l0.inp2hid.weight[20, 3] lem.l0.hid2hid.weight[15, 5] lem.l0.inp2hid.bias[20] \
                lem.l0.hid2hid.bias[15] lem.l0.transform_z2y.weight[5, 5] lem.l0.transform_z2y.bias[5] \
                lem.h0_l0[5] lem.c0_l0[5] \
                lem.l0_reverse.inp2hid.weight[20, 3] lem.l0_reverse.hid2hid.weight[15, 5] \
                lem.l0_reverse.inp2hid.bias[20] lem.l0_reverse.hid2hid.bias[15] \
                lem.l0_reverse.transform_z2y.weight[5, 5] lem.l0_reverse.transform_z2y.bias[5] \
                lem.h0_l0_reverse[5] lem.c0_l0_reverse[5]""");
        assertThat(weights(w -> new Recurrent(w, CellKind.LEM, 1, 128, 2, DEFAULT)).count())
                .isEqualTo(weights(w -> new Recurrent(w, LSTM, 1, 128, 2, DEFAULT)).count());
        for (Parameter each : first(CellKind.LEM, 3, 64, RecurrentInitializer.DEFAULT)) {
            float largest = 0;
            for (float value : each.values()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(largest).as(each.name()).isBetween(0.1f, 0.125f); // 1 / sqrt(64)
        }
    }

    @Test
    void theForgetGatesOfAUrLstmStartSpreadEvenly() {
        Weights weights = weights(w -> new Recurrent(w, CellKind.UR_LSTM, 3, 500, 1, DEFAULT));
        assertThat(described(weights)).isEqualTo(
                "weight_ih_l0[2000, 3] weight_hh_l0[2000, 500] bias_ih_l0[2000] bias_hh_l0[2000]");
        assertThat(weights.statistics()).hasSize(1);
        Statistic offset = weights.statistics().getFirst();
        assertThat(offset.name()).isEqualTo("forget_bias_l0");
        double mean = 0;
        for (float value : offset.values()) {
            double gate = 1 / (1 + Math.exp(-value));
            assertThat(gate).isBetween(0.00199, 0.99801);
            mean += gate / 500;
        }
        // Uniform in 0.002 to 0.998: of 500 numbers the mean has a deviation of 0.2875 / 22.4.
        assertThat(mean).isCloseTo(0.5, within(0.04));
        for (int hidden : new int[] {1, 2}) {
            assertThat(weights(w -> new Recurrent(w, CellKind.UR_LSTM, 3, hidden, 1, DEFAULT)).statistics().getFirst()
                    .values()).containsOnly(0f);
        }
    }

    @Test
    void chronoBiasesSpreadTheMemoryUpToTheLongestTime() {
        RecurrentInitializer chrono = new RecurrentInitializer(Matrix.UNIFORM, Matrix.UNIFORM, Bias.CHRONO, 0, 785, 1);
        float[] lstm = first(LSTM, 3, 500, chrono).get(2).values();
        float[] gru = first(GRU, 3, 500, chrono).get(2).values();
        double mean = 0;
        for (int j = 0; j < 500; j++) {
            assertThat(lstm[500 + j]).isBetween(0f, (float) Math.log(784));
            assertThat(lstm[j]).isEqualTo(-lstm[500 + j]);
            assertThat(lstm[1000 + j]).isZero();
            assertThat(lstm[1500 + j]).isZero();
            assertThat(gru[500 + j]).isBetween(0f, (float) Math.log(784));
            assertThat(gru[j]).isZero();
            mean += Math.exp(lstm[500 + j]) / 500;
        }
        // Uniform in 1 to 784: of 500 numbers the mean has a deviation of 226 / 22.4.
        assertThat(mean).isCloseTo(392.5, within(50.0));
        assertThat(first(LSTM, 3, 500, chrono).get(3).values()).containsOnly(0f);
    }

    @Test
    void gatesThatACellKindLacksAreRejected() {
        assertThatThrownBy(() -> first(GRU, 3, 5, new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.ZERO, 1, 784, 1)))
                .hasMessage("forgetBias must be 0 for GRU, not 1.0: only an LSTM has a forget gate");
        assertThatThrownBy(() -> first(CellKind.RNN_TANH, 3, 5,
                new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.CHRONO, 0, 784, 1)))
                .hasMessage("bias must not be chrono for RNN_TANH, which has no gates");
        assertThatThrownBy(() -> first(CellKind.LEM, 3, 5,
                new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.CHRONO, 0, 784, 1)))
                .hasMessage("bias must not be chrono for LEM: the time steps of its gates are set by dt");
        assertThatThrownBy(() -> first(CellKind.LEM, 3, 5,
                new RecurrentInitializer(Matrix.HE, Matrix.CANDIDATE_IDENTITY, Bias.ZERO, 0, 784, 1)))
                .hasMessage("recurrent must not be candidate_identity for LEM, which has two candidates");
        assertThatThrownBy(() -> first(CellKind.UR_LSTM, 3, 5,
                new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.CHRONO, 0, 784, 1)))
                .hasMessage("bias must not be chrono for UR_LSTM: its gates have an offset of their own");
        assertThatThrownBy(() -> first(CellKind.UR_LSTM, 3, 5,
                new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.ZERO, 1, 784, 1)))
                .hasMessage("forgetBias must be 0 for UR_LSTM, not 1.0: its gates have an offset of their own");
        assertThatThrownBy(() -> new Cell(CellKind.LEM, 1.5)).hasMessage("dt must be above 0 and at most 1, not 1.5");
        assertThatThrownBy(() -> new Cell(LSTM, 0.5))
                .hasMessage("dt must be 1 for LSTM, not 0.5: only a LEM has time steps");
        assertThatThrownBy(() -> new RecurrentInitializer(Matrix.HE, Matrix.HE, Bias.CHRONO, 0, 2, 1))
                .hasMessage("maxTime must be at least 3 steps for bias chrono, not 2");
    }

    private static List<Parameter> first(CellKind kind, int features, int hidden, RecurrentInitializer initializer) {
        return weights(w -> new Recurrent(w, kind, features, hidden, 1,
                new Options(0, false, false, false, initializer))).parameters();
    }

    @Test
    void initialWeightsAreUniformInTheirRange() {
        Weights weights = weights(w -> {
            new Recurrent(w.scope("lstm"), LSTM, 28, 64, 1, DEFAULT);
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
    void initialWeightsDependOnlyOnTheSeedAndTheirNames() {
        Weights alone = weights(w -> new Linear(w.scope("fc"), 4, 3));
        Weights among = weights(w -> {
            new Recurrent(w.scope("lstm"), LSTM, 3, 5, 2, DEFAULT);
            new Linear(w.scope("other"), 4, 3);
            new Linear(w.scope("fc"), 4, 3);
        });
        float[] values = alone.parameters().getFirst().values();
        assertThat(among.parameters().get(10).values()).isEqualTo(values);
        assertThat(among.parameters().get(8).values()).isNotEqualTo(values);
        Weights otherSeed = new Engine(BACKEND).weights(2);
        new Linear(otherSeed.scope("fc"), 4, 3);
        assertThat(otherSeed.parameters().getFirst().values()).isNotEqualTo(values);
    }

    @Test
    void dropoutDropsItsShareInTrainingAndNothingInInference() {
        int n = 100_000;
        float[] ones = new float[n];
        Arrays.fill(ones, 1f);
        Engine engine = new Engine(BACKEND);
        Dropout dropout = new Dropout(0.3f);
        try (Tape tape = engine.training(RandomKey.of(1, "dropout"))) {
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
        try (Tape tape = engine.inference()) {
            Tensor x = tape.input(Shape.of(n), ones);
            assertThat(dropout.forward(x)).isSameAs(x);
        }
    }

    @Test
    void dropoutIsAppliedBetweenRecurrentLayersButNotAfterTheLast() {
        assertThat(sameInTrainingAndInference(1, 0.5f)).isTrue();
        assertThat(sameInTrainingAndInference(2, 0.5f)).isFalse();
        assertThat(sameInTrainingAndInference(2, 0f)).isTrue();
    }

    private static boolean sameInTrainingAndInference(int layers, float rate) {
        Recurrent lstm = new Recurrent(new Engine(BACKEND).weights(1), LSTM, 3, 5, layers, DEFAULT.withDropout(rate));
        Engine engine = new Engine(BACKEND);
        float[] values = uniform("x", 4 * 2 * 3, 1);
        Shape shape = Shape.of(4, 2, 3);
        try (Tape training = engine.training(RandomKey.of(1, "dropout"));
                Tape inference = engine.inference()) {
            float[] trained = lstm.forward(training.input(shape, values), Output.LAST_STEP).values();
            float[] inferred = lstm.forward(inference.input(shape, values), Output.LAST_STEP).values();
            return Arrays.equals(trained, inferred);
        }
    }

    @Test
    void recomputingStatesNeedsLessThanHalfTheMemory() {
        for (CellKind kind : List.of(LSTM, GRU)) {
            assertThat(trainingBytes(kind, true)).isLessThan(trainingBytes(kind, false) / 2);
        }
    }

    @Test
    void moreThanABlockHoldsIsRejected() {
        try (CpuBackend cpu = new CpuBackend(1); Tape tape = new Engine(cpu).training(RandomKey.of(1, "pass"))) {
            Recurrent recurrent = new Recurrent(new Engine(cpu).weights(1), LSTM, 1, 512, 1, DEFAULT);
            Tensor x = tape.input(Shape.of(2000, 600, 1), new float[2000 * 600]);
            assertThatThrownBy(() -> recurrent.forward(x, Output.LAST_STEP))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("use a smaller batch, or recompute");
        }
    }

    private static long trainingBytes(CellKind kind, boolean recompute) {
        int steps = 300;
        int batch = 48;
        try (CpuBackend cpu = new CpuBackend(1)) {
            Recurrent recurrent = new Recurrent(new Engine(cpu).weights(1), kind, 1, 16, 1,
                    new Options(0, false, false, recompute, RecurrentInitializer.DEFAULT));
            Engine engine = new Engine(cpu);
            try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
                Tensor x = tape.input(Shape.of(steps, batch, 1), uniform("x", steps * batch, 1));
                Tensor last = recurrent.forward(x, Output.LAST_STEP);
                tape.backward(Losses.crossEntropy(last, new int[batch], 0));
            }
            return engine.bytes();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1f, Float.NaN})
    void invalidDropoutRatesAreRejected(float rate) {
        assertThatThrownBy(() -> new Dropout(rate)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a dropout rate must be in [0, 1), not " + rate);
    }

    @Test
    void aNetworkWithoutLayersIsRejected() {
        assertThatThrownBy(() -> new Recurrent(new Engine(BACKEND).weights(1), LSTM, 3, 5, 0, DEFAULT))
                .hasMessage("a recurrent network needs at least 1 layer, not 0");
    }

    @Test
    void inputsOfAnotherShapeAreRejected() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Backend backend : new Backend[] {BACKEND, cpu}) {
                Weights weights = new Engine(backend).weights(1);
                Recurrent lstm = new Recurrent(weights.scope("lstm"), LSTM, 3, 5, 1, DEFAULT);
                Linear linear = new Linear(weights.scope("fc"), 3, 2);
                try (Tape tape = new Engine(backend).inference()) {
                    Tensor flat = tape.input(Shape.of(2, 4), new float[8]);
                    Tensor wide = tape.input(Shape.of(1, 2, 4), new float[8]);
                    assertThatThrownBy(() -> lstm.forward(flat, Output.LAST_STEP))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("must have 3 axes, not shape [2, 4]");
                    assertThatThrownBy(() -> lstm.forward(wide, Output.LAST_STEP))
                            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4");
                    assertThatThrownBy(() -> linear.forward(wide))
                            .hasMessage(
                                    "linear cannot take an input of shape [1, 2, 4] and a weight of shape [2, 3]: it needs"
                                            + " [..., inputs] and [outputs, inputs]");
                }
            }
        }
    }
}
