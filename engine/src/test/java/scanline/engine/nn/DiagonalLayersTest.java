package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Sgd;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** S5 and LRU as layers: parity with PyTorch in double precision, initial values, streams, and refusals. */
class DiagonalLayersTest {
    private static final S5.Options S5_OPTIONS = S5.Options.DEFAULT.withStates(12, 2);
    private static final Lru.Options LRU_OPTIONS = new Lru.Options(7, 0.4, 0.99, 1);

    /** The layers, for H features. */
    enum Kind {
        S5((weights, features) -> new S5(weights, features, S5_OPTIONS)), S5_CLIPPED((weights,
                features) -> new S5(weights, features, new S5.Options(10, 1, true, 0.01, 0.1))), LRU(
                        (weights,
                                features) -> new Lru(weights, features, LRU_OPTIONS));

        private final BiFunction<Weights, Integer, SequenceLayer> layer;

        Kind(BiFunction<Weights, Integer, SequenceLayer> layer) {
            this.layer = layer;
        }
    }

    /** A layer between two linear maps. */
    private static GoldenModel golden(Backend backend, String model) throws IOException {
        return new GoldenModel(backend, model, weights -> {
            Linear encoder = new Linear(weights.scope("encoder"), 7, 12);
            Weights scope = weights.scope("layer");
            SequenceLayer layer = model.equals("s5")
                    ? new S5(scope, 12, S5.Options.DEFAULT.withStates(10, 1))
                    : new Lru(scope, 12, new Lru.Options(5, 0, 1, 6.28));
            Linear fc = new Linear(weights.scope("fc"), 12, 10);
            return x -> fc.forward(layer.forward(encoder.forward(x)).meanOverSteps());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s5", "lru"})
    void logitsGradientsAndTenStepsOfTrainingMatchPyTorch(String model) throws IOException {
        for (Backend backend : Golden.backends()) {
            try (backend) {
                GoldenModel golden = golden(backend, model);
                golden.comparePasses();
                golden.compareTraining("sgd", new Sgd(0.1, 0, false, 0), Clipping.None.DEFAULT);
                golden.assertEverythingWasCompared();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamHasTheBitsOfTheWholeSequence(Kind kind) {
        int steps = 30;
        for (int features : new int[] {5, 96}) {
            for (int batch : new int[] {1, 3, 9}) {
                try (Engine engine = Engine.open(2)) {
                    Weights weights = engine.weights(1);
                    SequenceLayer layer = kind.layer.apply(weights, features);
                    int n = batch * features;
                    float[] x = Numbers.uniform("x", steps * n, 1);
                    float[] expected = whole(engine, layer, x, steps, batch, features);
                    float[] state = new float[batch * layer.stateSize()];
                    for (int t = 0; t < steps; t++) {
                        try (Tape tape = engine.inference()) {
                            StepModel.Step step = layer.step(
                                    tape.input(Shape.of(batch, features), Arrays.copyOfRange(x, t * n, t * n + n)),
                                    tape.input(Shape.of(batch, layer.stateSize()), state));
                            assertSameBits("step " + t, step.output().values(),
                                    Arrays.copyOfRange(expected, t * n, t * n + n));
                            state = step.state().values();
                        }
                    }
                }
            }
        }
    }

    private static float[] whole(Engine engine, SequenceLayer layer, float[] x, int steps, int batch, int features) {
        try (Tape tape = engine.inference()) {
            return layer.forward(tape.input(Shape.of(steps, batch, features), x)).values();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepOfAPredictorHasTheSameBits(Kind kind) {
        int features = 6;
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            SequenceLayer layer = kind.layer.apply(weights, features);
            float[] x = Numbers.uniform("x", 50 * features, 1);
            float[] expected = whole(engine, layer, x, 50, 1, features);
            try (StreamingPredictor predictor = StreamingPredictor.of(weights,
                    others -> kind.layer.apply(others, features), features, features, 1)) {
                StreamingPredictor.Stream stream = predictor.open();
                float[] step = new float[features];
                float[] y = new float[features];
                for (int t = 0; t < 50; t++) {
                    System.arraycopy(x, t * features, step, 0, features);
                    predictor.step(stream, step, y);
                    assertSameBits("step " + t, y, Arrays.copyOfRange(expected, t * features, (t + 1) * features));
                }
            }
        }
    }

    /** A layer of three features whose states decay by a half every step or two. */
    private static SequenceLayer decaying(Kind kind, Weights weights) {
        SequenceLayer layer = kind.layer.apply(weights, 3);
        weights.parameters().stream().filter(each -> each.name().equals("log_step"))
                .forEach(each -> write(each, -0.7f));
        weights.parameters().stream().filter(each -> each.name().equals("D")).forEach(each -> write(each, 0f));
        return layer;
    }

    @ParameterizedTest
    @EnumSource
    void aStateWithoutInputBecomesZeroAndIsNeverSubnormal(Kind kind) {
        int steps = 4000;
        try (Engine engine = Engine.open(1)) {
            SequenceLayer layer = decaying(kind, engine.weights(1));
            float[] x = new float[steps * 3];
            x[0] = 1;
            float[] y = whole(engine, layer, x, steps, 1, 3);
            assertNoneIsTiny(y);
            assertThat(y[0]).isNotZero();
            assertThat(y[y.length - 1]).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGradientOfTheLastStepBecomesZeroAndIsNeverSubnormal(Kind kind) {
        int steps = 4000;
        for (int batch : new int[] {1, 8}) {
            try (Engine engine = Engine.open(1); Tape tape = engine.inferenceWithGradients()) {
                SequenceLayer layer = decaying(kind, engine.weights(1));
                int n = batch * 3;
                Tensor x = tape.input(Shape.of(steps, batch, 3), Numbers.uniform("x", steps * n, 1), true);
                tape.backward(layer.forward(x).step(steps - 1).sum());
                float[] dx = x.gradients();
                assertNoneIsTiny(dx);
                assertThat(dx[dx.length - 1]).isNotZero();
                assertThat(dx[0]).isZero();
            }
        }
    }

    /** Each product of a state that is not flushed with a weight is far from the subnormal numbers. */
    private static void assertNoneIsTiny(float... values) {
        for (float value : values) {
            assertThat(value == 0 || Math.abs(value) > 1e-32).as("%s", value).isTrue();
        }
    }

    private static void write(Parameter parameter, float value) {
        float[] values = new float[parameter.shape().elements()];
        Arrays.fill(values, value);
        parameter.value().write(0, values, 0, values.length);
    }

    @Test
    void s5StartsWithBlocksOfHippo() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        assertThat(new S5(weights, 4, S5.Options.DEFAULT.withStates(16, 2)).stateSize()).isEqualTo(16);
        Map<String, float[]> values = values(weights);
        assertThat(values.keySet()).containsExactlyInAnyOrder("Lambda_re", "Lambda_im", "log_step", "B_re", "B_im",
                "C_re", "C_im", "D");
        assertThat(values.get("Lambda_re")).containsOnly(-0.5f);
        assertThat(values.get("Lambda_im")).containsExactly(
                new float[] {19.857410f, 5.354208f, 1.957794f, 0.427489f, 19.857410f, 5.354208f, 1.957794f, 0.427489f},
                within(1e-5f));
        for (float step : values.get("log_step")) {
            assertThat(step).isBetween(-6.9078f, -2.3025f);
        }
        assertThat(Numbers.hash(0, values.get("B_re"))).isNotEqualTo(Numbers.hash(0, values.get("B_im")));
    }

    /** V^H keeps lengths: those of B's columns in both halves of the spectrum are those of B0, of variance 1/P. */
    @Test
    void theMatricesOfS5HaveTheirVariance() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        new S5(weights, 200, S5.Options.DEFAULT.withStates(64, 1));
        Map<String, float[]> values = values(weights);
        // One of each pair of conjugates is kept, so half of the squares.
        assertThat(squares(values.get("B_re")) + squares(values.get("B_im"))).isCloseTo(200 * 0.5, within(4.0));
        // C0 is complex, with a variance of 1/P in each part.
        assertThat(squares(values.get("C_re")) + squares(values.get("C_im"))).isCloseTo(200.0, within(8.0));
    }

    private static double squares(float... values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return sum;
    }

    @Test
    void lruStartsInItsRing() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        new Lru(weights, 4, new Lru.Options(500, 0.5, 0.9, 0.3));
        Map<String, float[]> values = values(weights);
        assertThat(values.keySet()).containsExactlyInAnyOrder("nu_log", "theta_log", "gamma_log", "B_re", "B_im",
                "C_re",
                "C_im", "D");
        double sum = 0;
        for (int s = 0; s < 500; s++) {
            double magnitude = Math.exp(-Math.exp(values.get("nu_log")[s]));
            assertThat(magnitude).isBetween(0.499999, 0.900001);
            assertThat(Math.exp(values.get("theta_log")[s])).isBetween(0.0, 0.300001);
            assertThat(Math.exp(values.get("gamma_log")[s])).isCloseTo(Math.sqrt(1 - magnitude * magnitude),
                    within(1e-5));
            sum += magnitude * magnitude;
        }
        assertThat(sum / 500).isCloseTo((0.25 + 0.81) / 2, within(0.02)); // uniform in area
    }

    private static Map<String, float[]> values(Weights weights) {
        return weights.parameters().stream().collect(Collectors.toMap(Parameter::name, Parameter::values));
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() {
        assertThatThrownBy(() -> S5.Options.DEFAULT.withStates(7, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("states must be even and at least 2, not 7: S5 has pairs of conjugate states");
        assertThatThrownBy(() -> S5.Options.DEFAULT.withStates(12, 4)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("blocks must divide the 12 states into even numbers of states, which 4 does not");
        assertThatThrownBy(() -> new S5.Options(8, 1, false, 0.1, 0.01)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leastStep must be positive and at most mostStep, not 0.1 with mostStep 0.01");
        assertThatThrownBy(() -> new Lru.Options(0, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("states must be at least 1, not 0");
        assertThatThrownBy(() -> new Lru.Options(4, 0.9, 0.5, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leastRadius must be at least 0 and below mostRadius, which is at most 1, not 0.9 with"
                        + " mostRadius 0.5");
        assertThatThrownBy(() -> new Lru.Options(4, 0, 1, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mostPhase must be positive, not 0.0");
        try (Engine engine = Engine.open(1); Tape tape = engine.inference()) {
            S5 layer = new S5(engine.weights(1), 4, S5_OPTIONS);
            Tensor x = tape.input(Shape.of(2, 1, 5), new float[10]);
            assertThatThrownBy(() -> layer.forward(x)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the input of a diagonal recurrence").hasMessageContaining("[2, 1, 4]");
        }
    }

    @Test
    void theLossOfALongSequenceFalls() {
        try (Engine engine = Engine.open(2)) {
            Classifier classifier = new Classifier(engine.backend(), Shape.of(2000, 2, 3), weights -> {
                SequenceLayer layer = new Lru(weights, 3, LRU_OPTIONS);
                Linear fc = new Linear(weights.scope("fc"), 3, Classifier.CLASSES);
                return x -> fc.forward(layer.forward(x).meanOverSteps());
            });
            float first = classifier.step();
            float last = first;
            for (int i = 0; i < 50; i++) {
                last = classifier.step();
            }
            assertThat(last).isLessThan(first);
        }
    }
}
