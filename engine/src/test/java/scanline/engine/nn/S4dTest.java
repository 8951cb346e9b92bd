package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.uniform;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.nn.S4d.Initialization;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Sgd;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Weights;

class S4dTest {
    private static final Sgd RULE = new Sgd(0.1, 0.9, false, 0);

    /** A linear map, two layers with a GELU between them, and a linear map of the mean over time. */
    private static GoldenModel golden(Backend backend) throws IOException {
        return new GoldenModel(backend, "s4d", weights -> {
            Linear encoder = new Linear(weights.scope("encoder"), 3, 20);
            S4d first = new S4d(weights.scope("first"), 20, 10, Initialization.LIN);
            S4d second = new S4d(weights.scope("second"), 20, 10, Initialization.LIN);
            Linear fc = new Linear(weights.scope("fc"), 20, 10);
            return x -> fc.forward(second.forward(first.forward(encoder.forward(x)).gelu()).meanOverSteps());
        });
    }

    @Test
    void aModelMatchesOneInDoublePrecisionOverTenSteps() throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                GoldenModel model = golden(backend);
                model.comparePasses();
                model.compareTraining("sgd", RULE, Clipping.None.DEFAULT);
                model.assertEverythingWasCompared();
            }
        }
    }

    @Test
    void parametersAreNamedAndShapedAsInTheReference() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        S4d layer = new S4d(weights.scope("layer"), 3, 8, Initialization.LIN);
        assertThat(weights.parameters()).extracting(each -> each.name() + each.shape()).containsExactly("layer.D[3]",
                "layer.kernel.C[3, 4, 2]", "layer.kernel.log_dt[3]", "layer.kernel.log_A_real[3, 4]",
                "layer.kernel.A_imag[3, 4]");
        assertThat(layer.stateSize()).isEqualTo(24);
        assertThat(layer.initialState()).containsOnly(0f).hasSize(24);
    }

    @Test
    void initialValuesAreThoseOfThePaper() {
        assertThat(frequencies(Initialization.LIN)).containsExactly(at(0), at(Math.PI), at(2 * Math.PI),
                at(3 * Math.PI));
        assertThat(frequencies(Initialization.INV)).containsExactly(at(8 / Math.PI * 7), at(8 / Math.PI * (8 / 3. - 1)),
                at(8 / Math.PI * (8 / 5. - 1)), at(8 / Math.PI * (8 / 7. - 1)));
        float[] legs = frequencies(Initialization.LEGS);
        Hippo hippo = Hippo.of(8);
        for (int n = 0; n < 4; n++) {
            assertThat(legs[n]).isEqualTo(at(hippo.frequency(3 - n)));
        }
        assertThat(legs).isSorted();
        for (Initialization initialization : Initialization.values()) {
            assertThat(value(initialization, 8, "kernel.log_A_real")).containsOnly((float) Math.log(0.5));
            float[] dts = value(initialization, 8, "kernel.log_dt");
            assertThat(min(dts)).isBetween((float) Math.log(0.001), -6.7f);
            assertThat(-min(negated(dts))).isBetween(-2.5f, (float) Math.log(0.1));
            assertThat(meanSquare(value(initialization, 8, "D"))).isCloseTo(1, within(0.1));
        }
        // C = C_r + i C_i has variance 1.
        assertThat(2 * meanSquare(value(Initialization.LIN, 8, "kernel.C"))).isCloseTo(1, within(0.1));
        // The squares of B over all eigenvectors, and their conjugates, add up to |B|^2 = sum (2 k + 1) = N^2.
        assertThat(2 * 4 * 2 * meanSquare(value(Initialization.LEGS, 8, "kernel.C"))).isCloseTo(64, within(6.4));
    }

    private static float at(double value) {
        return (float) value;
    }

    private static float[] frequencies(Initialization initialization) {
        return Arrays.copyOf(value(initialization, 8, "kernel.A_imag"), 4);
    }

    private static float[] value(Initialization initialization, int states, String name) {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        new S4d(weights, 1000, states, initialization);
        return weights.parameters().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow()
                .values();
    }

    private static float min(float[] values) {
        float min = values[0];
        for (float value : values) {
            min = Math.min(min, value);
        }
        return min;
    }

    private static float[] negated(float[] values) {
        float[] negated = values.clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        return negated;
    }

    private static double meanSquare(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum / values.length;
    }

    @Test
    void anOddNumberOfStatesIsRefused() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new S4d(weights, 4, 7, Initialization.LIN)).withMessage(
                "the states of S4D are pairs of complex conjugates, so their number must be even and at least 2, not 7");
        assertThatIllegalArgumentException().isThrownBy(() -> new S4d(weights, 4, 0, Initialization.LIN))
                .withMessageEndingWith("not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new S4d(weights, 0, 2, Initialization.LIN))
                .withMessage("S4D needs at least 1 channel, not 0");
        assertThat(weights.parameters()).isEmpty();
    }

    @Test
    void theImpulseResponseIsWhatTheLayerMakesOfAnImpulse() {
        int steps = 300;
        int channels = 18;
        for (Backend backend : Golden.backends()) {
            try (backend; Engine engine = new Engine(backend); Tape tape = engine.inference()) {
                S4d layer = new S4d(engine.weights(4), channels, 16, Initialization.INV);
                float[] impulse = new float[steps * channels];
                Arrays.fill(impulse, 0, channels, 1f);
                float[] y = layer.forward(tape.input(Shape.of(steps, 1, channels), impulse)).values();
                float[][] response = layer.weights().impulseResponse(steps);
                for (int h = 0; h < channels; h++) {
                    float[] actual = new float[steps];
                    for (int t = 0; t < steps; t++) {
                        actual[t] = y[t * channels + h];
                    }
                    assertClose("channel " + h + " on " + backend.name(), actual, response[h],
                            backend instanceof CpuBackend ? 1e-5 : 1e-4);
                }
            }
        }
    }

    @Test
    void stepsHaveTheBitsOfTheWholeSequence() {
        int steps = 140;
        for (int[] n : new int[][] {{1, 1, 2}, {2, 17, 6}, {3, 48, 16}}) {
            int batch = n[0];
            int channels = n[1];
            int row = batch * channels;
            for (int threads : new int[] {1, 2}) {
                try (Engine engine = new Engine(new CpuBackend(threads)); Tape tape = engine.inference()) {
                    S4d layer = new S4d(engine.weights(4), channels, n[2], Initialization.LIN);
                    float[] x = uniform("x", steps * row, 1);
                    float[] whole = layer.forward(tape.input(Shape.of(steps, batch, channels), x)).values();
                    float[] state = new float[batch * layer.stateSize()];
                    for (int t = 0; t < steps; t++) {
                        StepModel.Step step = layer.step(
                                tape.input(Shape.of(batch, channels), Arrays.copyOfRange(x, t * row, (t + 1) * row)),
                                tape.input(Shape.of(batch, layer.stateSize()), state));
                        assertSameBits("step " + t, step.output().values(),
                                Arrays.copyOfRange(whole, t * row, (t + 1) * row));
                        state = step.state().values();
                    }
                }
            }
        }
    }

    @Test
    void aStreamHasTheBitsOfTheWholeSequence() {
        int steps = 30;
        int channels = 20;
        for (int threads : new int[] {1, 2}) {
            try (Engine engine = Engine.open(1)) {
                Weights weights = engine.weights(3);
                S4d layer = new S4d(weights, channels, 8, Initialization.LEGS);
                float[] x = uniform("x", steps * channels, 1);
                float[] whole;
                try (Tape tape = engine.inference()) {
                    whole = layer.forward(tape.input(Shape.of(steps, 1, channels), x)).values();
                }
                try (StreamingPredictor predictor = StreamingPredictor.of(weights,
                        others -> new S4d(others, channels, 8, Initialization.LEGS), channels, channels, threads)) {
                    Stream stream = predictor.open();
                    float[] y = new float[channels];
                    for (int t = 0; t < steps; t++) {
                        predictor.step(stream, Arrays.copyOfRange(x, t * channels, (t + 1) * channels), y);
                        assertSameBits("step " + t, y,
                                Arrays.copyOfRange(whole, t * channels, (t + 1) * channels));
                    }
                }
            }
        }
    }

    @Test
    void aStepOfPlainOpsIsTheSameFilter() {
        int channels = 5;
        try (Engine engine = new Engine(new ReferenceBackend()); Tape tape = engine.inference()) {
            S4d layer = new S4d(engine.weights(4), channels, 6, Initialization.LIN);
            float[] x = uniform("x", 3 * 2 * channels, 1);
            float[] whole = layer.forward(tape.input(Shape.of(3, 2, channels), x)).values();
            float[] state = new float[2 * layer.stateSize()];
            for (int t = 0; t < 3; t++) {
                StepModel.Step step = layer.step(
                        tape.input(Shape.of(2, channels), Arrays.copyOfRange(x, t * 10, t * 10 + 10)),
                        tape.input(Shape.of(2, layer.stateSize()), state));
                assertSameBits("step " + t, step.output().values(), Arrays.copyOfRange(whole, t * 10, t * 10 + 10));
                state = step.state().values();
            }
        }
    }

    /** A state of subnormal numbers would make every step many times as slow. */
    @Test
    void aStateThatDecaysDoesNotBecomeSubnormal() {
        int channels = 16;
        try (Engine engine = new Engine(new CpuBackend(1))) {
            Weights weights = engine.weights(4);
            S4d layer = new S4d(weights, channels, 8, Initialization.LIN);
            fill(weights, "kernel.log_dt", 0);
            float[] state = new float[layer.stateSize()];
            float[] x = uniform("x", channels, 1);
            for (int t = 0; t < 400; t++) { // exp(-0.5 * 400) is 1e-87
                try (Tape tape = engine.inference()) {
                    StepModel.Step step = layer.step(tape.input(Shape.of(1, channels), x),
                            tape.input(Shape.of(1, layer.stateSize()), state));
                    state = step.state().values();
                    for (float value : state) {
                        assertThat(value == 0 || Math.abs(value) >= Float.MIN_NORMAL).as("%s in step %d", value, t)
                                .isTrue();
                    }
                    if (t > 200) {
                        for (float value : step.output().values()) {
                            assertThat(Math.abs(value)).isLessThan(1e-20f);
                        }
                    }
                }
                x = new float[channels];
            }
        }
    }

    private static void fill(Weights weights, String name, float value) {
        Parameter parameter = weights.parameters().stream().filter(each -> each.name().equals(name)).findFirst()
                .orElseThrow();
        weights.backend().fill(parameter.value(), 0, parameter.shape().elements(), value);
    }

    @Test
    void theCompilerAndTheThreadCountChangeNothing() throws IOException, InterruptedException {
        String expected = "";
        for (int i = 0; i < 300; i++) { // until the second compiler has done its work
            expected = S4dFingerprint.hash(1);
        }
        assertThat(S4dFingerprint.hash(2)).isEqualTo(expected);
        for (String option : new String[] {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:MaxVectorSize=16"}) {
            assertThat(ChildJvm.run(List.of(option), S4dFingerprint.class).get("hash")).as(option)
                    .containsExactly(expected);
        }
    }
}
