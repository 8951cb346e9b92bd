package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class DecoderBlockTest {
    private static final int STEPS = 4;
    private static final int BATCH = 2;
    private static final int WIDTH = 5;
    private static final int REMEMBERED = 3;
    // Of a whole block the third derivatives are larger than those of an op. Measured: 1.0e-3, a quarter of it with half the
    // step.
    private static final double TOLERANCE = 2e-3;

    /** Two heads of three features; GELU, as central differences do not like the bend of a ReLU. */
    private static EncoderBlock.Options options(float dropout, boolean normFirst) {
        return options(WIDTH, 2, 3, true, dropout, normFirst, Nonlinearity.GELU);
    }

    private static EncoderBlock.Options options(int width, int heads, int headWidth, boolean bias, float dropout,
            boolean normFirst, Nonlinearity nonlinearity) {
        return new EncoderBlock.Options(new MultiHeadAttention.Options(width, heads, headWidth, bias, dropout,
                Initializer.UNIFORM, Initializer.UNIFORM), 2 * width, nonlinearity, normFirst, Initializer.UNIFORM);
    }

    @Test
    void parametersHaveTheNamesAndShapesOfPyTorch() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        assertThat(new DecoderBlock(weights, new EncoderBlock.Options(
                MultiHeadAttention.Options.shared(8, 2, 0, Initializer.UNIFORM), 12, Nonlinearity.RELU, false,
                Initializer.UNIFORM))).isNotNull();
        assertThat(weights.parameters().stream().map(parameter -> parameter.name() + parameter.shape()).sorted()
                .collect(Collectors.joining(" "))).isEqualTo("""
                        linear1.bias[12] linear1.weight[12, 8] linear2.bias[8] linear2.weight[8, 12] \
                        multihead_attn.in_proj_bias[24] multihead_attn.in_proj_weight[24, 8] \
                        multihead_attn.out_proj.bias[8] multihead_attn.out_proj.weight[8, 8] \
                        norm1.bias[8] norm1.weight[8] norm2.bias[8] norm2.weight[8] norm3.bias[8] norm3.weight[8] \
                        self_attn.in_proj_bias[24] self_attn.in_proj_weight[24, 8] \
                        self_attn.out_proj.bias[8] self_attn.out_proj.weight[8, 8]""");
    }

    /** How far the gradients of steps, memory and every weight are from central differences. */
    private static double error(Backend backend, boolean normFirst) {
        Weights weights = new Engine(backend).weights(1);
        Parameter steps = weights.uniform("steps", Shape.of(STEPS, BATCH, WIDTH), 1);
        Parameter memory = weights.uniform("memory", Shape.of(REMEMBERED, BATCH, WIDTH), 1);
        DecoderBlock block = new DecoderBlock(weights, options(0.3f, normFirst));
        return GradientCheck.error(weights,
                tape -> block.forward(onTape(tape, steps), onTape(tape, memory), Mask.CAUSAL));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsMatchCentralDifferences(boolean normFirst) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            assertThat(error(cpu, normFirst)).isLessThan(TOLERANCE);
            assertThat(error(new ReferenceBackend(), normFirst)).isLessThan(TOLERANCE);
        }
    }

    /** A duty, and which of its outputs is negated: all that a block's gradient is made by. */
    private record SignError(String operation, int output) {}

    static Stream<SignError> signErrors() {
        return Stream.of(new SignError("accumulate", 0), new SignError("linearGradient", 0),
                new SignError("linearGradient", 1), new SignError("linearGradient", 2),
                new SignError("selfAttendGradient", 0), new SignError("selfAttendGradient", 1),
                new SignError("attendGradient", 0), new SignError("attendGradient", 1),
                new SignError("attendGradient", 2), new SignError("feedForwardGradient", 0),
                new SignError("feedForwardGradient", 1), new SignError("layerNormGradient", 0),
                new SignError("layerNormGradient", 1), new SignError("layerNormGradient", 2));
    }

    @ParameterizedTest
    @MethodSource("signErrors")
    void aSignErrorInAnyGradientIsFound(SignError planted) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            Backend wrong = Numbers.withSignError(cpu, planted.operation, planted.output);
            assertThat(error(wrong, false)).isGreaterThan(100 * TOLERANCE);
            assertThat(error(wrong, true)).isGreaterThan(100 * TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFastBackendMatchesTheReferenceBackend(boolean normFirst) {
        float[][] expected = trained(new ReferenceBackend(), normFirst);
        try (CpuBackend one = new CpuBackend(1); CpuBackend three = new CpuBackend(3)) {
            float[][] actual = trained(one, normFirst);
            float[][] divided = trained(three, normFirst);
            for (int i = 0; i < expected.length; i++) {
                assertClose("output " + i, actual[i], expected[i], 1e-5);
                assertSameBits("output " + i, divided[i], actual[i]);
            }
        }
    }

    /** What a block gives with dropout, and every gradient. */
    private static float[][] trained(Backend backend, boolean normFirst) {
        Weights weights = new Engine(backend).weights(1);
        Parameter steps = weights.uniform("steps", Shape.of(17, 9, 13), 1);
        Parameter memory = weights.uniform("memory", Shape.of(11, 9, 13), 1);
        DecoderBlock block = new DecoderBlock(weights,
                options(13, 3, 7, normFirst, 0.2f, normFirst, Nonlinearity.GELU));
        float[] y;
        try (Tape tape = new Engine(backend).training(RandomKey.of(1, "dropout"))) {
            Tensor output = block.forward(onTape(tape, steps), onTape(tape, memory), Mask.CAUSAL);
            y = output.values();
            tape.backward(weightedSum(output, uniform("dy", y.length, 1)));
        }
        return Stream.concat(Stream.of(y), weights.parameters().stream().map(Parameter::gradients))
                .toArray(float[][]::new);
    }

    @Test
    void everyStepSeesTheWholeMemoryButOnlyItsOwnPast() {
        for (boolean normFirst : new boolean[] {false, true}) {
            Backend backend = new ReferenceBackend();
            DecoderBlock block = new DecoderBlock(new Engine(backend).weights(1), options(0, normFirst));
            float[] steps = uniform("steps", STEPS * BATCH * WIDTH, 1);
            float[] memory = uniform("memory", REMEMBERED * BATCH * WIDTH, 1);
            float[] before = forward(backend, block, steps, memory);
            float[] later = steps.clone();
            later[2 * BATCH * WIDTH] += 1; // step 2 of example 0
            float[] other = memory.clone();
            other[2 * BATCH * WIDTH + WIDTH] += 1; // the last of what example 1 remembers
            for (int row = 0; row < STEPS * BATCH; row++) {
                assertThat(Arrays.equals(row(before, row), row(forward(backend, block, later, memory), row)))
                        .isEqualTo(row % BATCH == 1 || row / BATCH < 2);
                assertThat(Arrays.equals(row(before, row), row(forward(backend, block, steps, other), row)))
                        .isEqualTo(row % BATCH == 0);
            }
        }
    }

    private static float[] row(float[] values, int row) {
        return Arrays.copyOfRange(values, row * WIDTH, (row + 1) * WIDTH);
    }

    private static float[] forward(Backend backend, DecoderBlock block, float[] steps, float[] memory) {
        try (Tape tape = new Engine(backend).inference()) {
            return block.forward(tape.input(Shape.of(STEPS, BATCH, WIDTH), steps),
                    tape.input(Shape.of(REMEMBERED, BATCH, WIDTH), memory), Mask.CAUSAL).values();
        }
    }

    @ParameterizedTest(name = "{0} steps, {1} sequences, width {2}, {3} heads of {4}")
    @CsvSource({"17, 1, 1, 1, 1", "17, 3, 8, 2, 4", "9, 32, 7, 3, 13", "17, 3, 64, 4, 16", "5, 32, 64, 4, 16",
            "17, 1, 64, 4, 16", "7, 3, 15, 1, 65", "6, 3, 33, 8, 64", "5, 1, 200, 5, 33"})
    void stepwiseDecodingHasTheBitsOfTheWholeSequence(int steps, int batch, int width, int heads, int headWidth) {
        for (int threads = 1; threads <= 2; threads++) {
            for (boolean normFirst : new boolean[] {false, true}) {
                try (CpuBackend backend = new CpuBackend(threads)) {
                    Weights weights = new Engine(backend).weights(1);
                    DecoderBlock block = new DecoderBlock(weights, options(width, heads, headWidth, normFirst, 0.3f,
                            normFirst, normFirst ? Nonlinearity.GELU : Nonlinearity.RELU));
                    // Scales and biases that do nothing could hide an error.
                    for (Parameter parameter : weights.parameters()) {
                        float[] values = uniform(parameter.name(), parameter.shape().elements(), 1);
                        parameter.value().write(0, values, 0, values.length);
                    }
                    stepByStep(backend, block, steps, batch, width);
                }
            }
        }
    }

    private static void stepByStep(Backend backend, DecoderBlock block, int steps, int batch, int width) {
        try (Tape tape = new Engine(backend).inference()) {
            Tensor x = tape.input(Shape.of(steps, batch, width), uniform("steps", steps * batch * width, 1));
            Tensor memory = tape.input(Shape.of(19, batch, width), uniform("memory", 19 * batch * width, 1));
            Tensor remembered = block.remember(memory);
            Tensor before = null;
            for (int t = 0; t < steps; t++) {
                DecoderBlock.Next next = block.next(Shaping.rows(x, t, t + 1, x), before, remembered);
                before = next.keysAndValues();
                Tensor whole = block.forward(Shaping.rows(x, 0, t + 1, x), memory, Mask.CAUSAL);
                assertThat(next.y().shape()).isEqualTo(Shape.of(1, batch, width));
                assertSameBits("step " + t, next.y().values(), whole.step(t).values());
            }
        }
    }

    @Test
    void sequencesMayBeSelectedAndRepeatedWhileDecoding() {
        int[] chosen = {1, 0, 1};
        try (CpuBackend backend = new CpuBackend(1); Tape tape = new Engine(backend).inference()) {
            DecoderBlock block = new DecoderBlock(new Engine(backend).weights(1), options(0, false));
            Tensor x = tape.input(Shape.of(2, BATCH, WIDTH), uniform("steps", 2 * BATCH * WIDTH, 1));
            Tensor memory = tape.input(Shape.of(REMEMBERED, BATCH, WIDTH),
                    uniform("memory", REMEMBERED * BATCH * WIDTH, 1));
            Tensor remembered = block.remember(memory);
            Tensor first = block.next(Shaping.rows(x, 0, 1, x), null, remembered).keysAndValues();
            Tensor y = block.next(Shaping.examples(Shaping.rows(x, 1, 2, x), chosen), Shaping.examples(first, chosen),
                    Shaping.examples(remembered, chosen)).y();
            Tensor whole = block.forward(Shaping.examples(x, chosen), Shaping.examples(memory, chosen), Mask.CAUSAL);
            assertSameBits("the second step", y.values(), whole.step(1).values());
        }
    }

    @Test
    void aMemoryOfAnotherBatchSizeIsRejected() {
        Backend backend = new ReferenceBackend();
        DecoderBlock block = new DecoderBlock(new Engine(backend).weights(1), options(0, false));
        try (Tape tape = new Engine(backend).inference()) {
            Tensor x = tape.input(Shape.of(1, BATCH, WIDTH), new float[BATCH * WIDTH]);
            Tensor memory = tape.input(Shape.of(1, 1, WIDTH), new float[WIDTH]);
            assertThatThrownBy(() -> block.forward(x, memory, Mask.CAUSAL))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 steps of 2 examples");
        }
    }
}
