package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.error;
import static scanline.engine.tensor.Numbers.uniform;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class TransformerLayersTest {
    private static final Backend BACKEND = new ReferenceBackend();
    private static final int STEPS = 6;
    private static final int BATCH = 3;
    private static final int WIDTH = 8;
    private static final Shape SHAPE = Shape.of(STEPS, BATCH, WIDTH);

    private static List<Parameter> parameters(Consumer<Weights> layers) {
        Weights weights = new Engine(BACKEND).weights(1);
        layers.accept(weights);
        return weights.parameters();
    }

    private static String described(Consumer<Weights> layers) {
        return parameters(layers).stream().map(parameter -> parameter.name() + parameter.shape()).sorted()
                .collect(Collectors.joining(" "));
    }

    private static float[] first(String name, Consumer<Weights> layers) {
        return parameters(layers).stream().filter(parameter -> parameter.name().equals(name)).findFirst()
                .orElseThrow().values();
    }

    private static EncoderBlock.Options block(float dropout, boolean normFirst, Initializer first) {
        return new EncoderBlock.Options(MultiHeadAttention.Options.shared(WIDTH, 2, dropout, first), 12,
                Nonlinearity.RELU, normFirst, first);
    }

    @Test
    void parametersHaveTheNamesAndShapesOfPyTorch() {
        assertThat(described(w -> new MultiHeadAttention(w,
                MultiHeadAttention.Options.shared(8, 2, 0, Initializer.UNIFORM)))).isEqualTo("""
                        in_proj_bias[24] in_proj_weight[24, 8] out_proj.bias[8] out_proj.weight[8, 8]""");
        assertThat(described(w -> new EncoderBlock(w, block(0, false, Initializer.UNIFORM)))).isEqualTo("""
                linear1.bias[12] linear1.weight[12, 8] linear2.bias[8] linear2.weight[8, 12] \
                norm1.bias[8] norm1.weight[8] norm2.bias[8] norm2.weight[8] \
                self_attn.in_proj_bias[24] self_attn.in_proj_weight[24, 8] \
                self_attn.out_proj.bias[8] self_attn.out_proj.weight[8, 8]""");
        assertThat(described(w -> new Embedding(w.scope("words"), 12, 8))).isEqualTo("words.weight[12, 8]");
    }

    @Test
    void headsOfAnyWidthMayOmitTheBiasAsInVitPyTorch() {
        assertThat(described(w -> new MultiHeadAttention(w,
                new MultiHeadAttention.Options(8, 3, 5, false, 0, Initializer.UNIFORM, Initializer.UNIFORM))))
                .isEqualTo("in_proj_weight[45, 8] out_proj.bias[8] out_proj.weight[8, 15]");
        assertThat(described(w -> {
            new PatchEmbedding(w.scope("embedding"), 36, 8);
            new ClassToken(w, 8);
            new Positions(w, 26, 8);
        })).isEqualTo("""
                cls_token[8] embedding.linear.bias[8] embedding.linear.weight[8, 36] embedding.norm1.bias[36] \
                embedding.norm1.weight[36] embedding.norm2.bias[8] embedding.norm2.weight[8] pos_embedding[26, 8]""");
    }

    @Test
    void attentionIsInitializedAsInPyTorch() {
        Consumer<Weights> attention = w -> new MultiHeadAttention(w,
                MultiHeadAttention.Options.shared(64, 4, 0, Initializer.UNIFORM));
        // PyTorch fills the whole of in_proj, [3 64, 64], as one matrix: a bound of sqrt(6 / (64 + 3 64)).
        assertFills(first("in_proj_weight", attention), (float) Math.sqrt(6.0 / 256));
        assertThat(first("in_proj_bias", attention)).containsOnly(0f);
        assertFills(first("out_proj.weight", attention), 0.125f);
        assertThat(first("out_proj.bias", attention)).containsOnly(0f);
    }

    @Test
    void attentionUsesTheGivenInitializerInBothProjections() {
        Consumer<Weights> attention = w -> new MultiHeadAttention(w,
                MultiHeadAttention.Options.shared(64, 4, 0, Initializer.XAVIER));
        assertFills(first("in_proj_weight", attention), (float) Math.sqrt(6.0 / 256));
        assertFills(first("out_proj.weight", attention), (float) Math.sqrt(6.0 / 128));
        assertThat(first("out_proj.bias", attention)).containsOnly(0f);
    }

    @Test
    void attentionWeightsRejectWhatAttentionRejects() {
        MultiHeadAttention attention = new MultiHeadAttention(new Engine(BACKEND).weights(1),
                MultiHeadAttention.Options.shared(WIDTH, 2, 0, Initializer.UNIFORM));
        try (Tape tape = new Engine(BACKEND).inference()) {
            Tensor x = tape.input(SHAPE, new float[SHAPE.elements()]);
            assertThatThrownBy(() -> attention.weights(x, Mask.NONE.padded(1, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a mask needs 3 lengths from 1 to 6, not [1, 2]");
            Tensor two = tape.input(Shape.of(STEPS, 2, WIDTH), new float[STEPS * 2 * WIDTH]);
            assertThatThrownBy(() -> attention.weights(x, two, Mask.NONE)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("keys and values of attention must have 6 steps of 3 examples, not shape [6, 2, 8]");
        }
    }

    private static void assertFills(float[] values, float bound) {
        double sum = 0;
        float largest = 0;
        for (float value : values) {
            sum += value;
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isLessThanOrEqualTo(bound).isGreaterThan(bound * (1 - 20f / values.length));
        // Of n numbers the mean has a deviation of bound / sqrt(3 n).
        assertThat(Math.abs(sum / values.length)).isLessThan(5 * bound / Math.sqrt(3.0 * values.length));
    }

    @Test
    void heAndUniformInitializersFollowTheirDefinitions() {
        Consumer<Weights> he = w -> new Linear(w, 50, 200, Initializer.HE);
        assertNormal(first("weight", he), 0.2);
        assertThat(first("bias", he)).containsOnly(0f);
        Consumer<Weights> uniform = w -> new Linear(w, 64, 200, Initializer.UNIFORM);
        assertFills(first("weight", uniform), 0.125f);
        assertFills(first("bias", uniform), 0.125f);
        Consumer<Weights> attention = w -> new MultiHeadAttention(w,
                new MultiHeadAttention.Options(50, 4, 32, true, 0, Initializer.HE, Initializer.HE));
        assertNormal(first("in_proj_weight", attention), 0.2);
        assertNormal(first("out_proj.weight", attention), 0.125);
        assertThat(first("in_proj_bias", attention)).containsOnly(0f);
    }

    @Test
    void tokensPositionsAndEmbeddingsAreInitializedNormally() {
        assertNormal(first("cls_token", w -> new ClassToken(w, 4000)), 1);
        assertNormal(first("pos_embedding", w -> new Positions(w, 40, 100)), 1);
        assertNormal(first("weight", w -> new Embedding(w, 40, 100)), 1);
    }

    /** About a mean of 0, with this deviation: five deviations of what so many numbers have. */
    private static void assertNormal(float[] values, double deviation) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        int n = values.length;
        assertThat(sum / n).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
        assertThat(Math.sqrt(squares / n)).isCloseTo(deviation, within(5 * deviation / Math.sqrt(2.0 * n)));
    }

    @Test
    void aNewNormChangesOnlyMeanAndVariance() {
        assertThat(first("weight", w -> new LayerNorm(w, 8))).containsOnly(1f);
        assertThat(first("bias", w -> new LayerNorm(w, 8))).containsOnly(0f);
    }

    @Test
    void headsThatDoNotDivideTheWidthAreRejected() {
        for (int heads : new int[] {3, 0}) {
            assertThatThrownBy(() -> MultiHeadAttention.Options.shared(8, heads, 0, Initializer.UNIFORM))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a width of 8 is not divisible by " + heads + " heads");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0"})
    void attentionWithAZeroSizeIsRejected(int width, int heads, int headWidth) {
        assertThatThrownBy(
                () -> new MultiHeadAttention.Options(width, heads, headWidth, true, 0, Initializer.UNIFORM,
                        Initializer.UNIFORM))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("attention needs a width, a number of "
                        + "heads and a head width of at least 1, not " + width + ", " + heads + " and " + headWidth);
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1f, Float.NaN})
    void invalidDropoutRatesAreRejected(float rate) {
        assertThatThrownBy(() -> MultiHeadAttention.Options.shared(8, 2, rate, Initializer.UNIFORM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a dropout rate must be in [0, 1), not " + rate);
    }

    @Test
    void sequencesLongerThanTheirPositionsAreRejected() {
        Positions positions = new Positions(new Engine(BACKEND).weights(1), STEPS - 1, WIDTH);
        assertThatThrownBy(() -> inferred(BACKEND, new float[SHAPE.elements()], x -> positions.forward(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence of 6 steps is longer than the 5 learned positions");
    }

    @Test
    void shorterSequencesUseTheFirstPositions() {
        Weights weights = new Engine(BACKEND).weights(1);
        Positions positions = new Positions(weights, STEPS + 2, WIDTH);
        float[] sums = inferred(BACKEND, new float[SHAPE.elements()], x -> positions.forward(x));
        float[] learned = weights.parameters().getFirst().values();
        for (int i = 0; i < sums.length; i++) {
            assertThat(sums[i]).isEqualTo(learned[i / (BATCH * WIDTH) * WIDTH + i % WIDTH]);
        }
    }

    @Test
    void aSingleStepUsesThePositionAtItsIndex() {
        Positions positions = new Positions(new Engine(BACKEND).weights(1), STEPS + 2, WIDTH);
        float[] x = uniform("x", SHAPE.elements(), 1);
        float[] all = inferred(BACKEND, x, positions::forward);
        try (Tape tape = new Engine(BACKEND).inference()) {
            Tensor sequence = tape.input(SHAPE, x);
            for (int t = 0; t < STEPS; t++) {
                assertThat(positions.at(Shaping.rows(sequence, t, t + 1, sequence), t).values())
                        .isEqualTo(Arrays.copyOfRange(all, t * BATCH * WIDTH, (t + 1) * BATCH * WIDTH));
            }
            assertThatThrownBy(() -> positions.at(sequence, 0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the tensor added to every example must have shape [6, 8], not [1, 8]");
            Tensor step = Shaping.rows(sequence, 0, 1, sequence);
            for (int place : new int[] {-1, STEPS + 2}) {
                assertThatThrownBy(() -> positions.at(step, place)).isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("position " + place + " is out of range for 8 learned positions");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 12})
    void wordsOutsideTheVocabularyAreRejected(int word) {
        Embedding embedding = new Embedding(new Engine(BACKEND).weights(1), 12, WIDTH);
        try (Tape tape = new Engine(BACKEND).inference()) {
            Tensor like = tape.input(Shape.of(1), new float[1]);
            assertThatThrownBy(() -> embedding.forward(new int[] {0, 11, word, 3}, 2, 2, like))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("lookUp: row " + word + " is out of range for a table of shape [12, " + WIDTH
                            + "]: there are rows from 0 to 11");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withACausalMaskLaterStepsDoNotChangeEarlierOutputs(boolean normFirst) {
        withBlocks(normFirst, (backend, block) -> {
            float[] x = uniform("x", SHAPE.elements(), 1);
            float[] before = inferred(backend, x, steps -> block.forward(steps, Mask.CAUSAL));
            for (int b = 0; b < BATCH; b++) {
                x[at(4, b)] += 1;
            }
            float[] after = inferred(backend, x, steps -> block.forward(steps, Mask.CAUSAL));
            for (int t = 0; t < STEPS; t++) {
                for (int b = 0; b < BATCH; b++) {
                    assertThat(Arrays.equals(step(before, t, b), step(after, t, b))).isEqualTo(t < 4);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void paddingDoesNotChangeTheOutputsOfOtherSteps(boolean normFirst) {
        withBlocks(normFirst, (backend, block) -> {
            int[] lengths = {6, 4, 1};
            for (Mask mask : new Mask[] {Mask.NONE.padded(lengths), Mask.CAUSAL.padded(lengths)}) {
                float[] x = uniform("x", SHAPE.elements(), 1);
                float[] before = inferred(backend, x, steps -> block.forward(steps, mask));
                x[at(4, 1)] += 1;
                float[] after = inferred(backend, x, steps -> block.forward(steps, mask));
                for (int t = 0; t < STEPS; t++) {
                    for (int b = 0; b < BATCH; b++) {
                        assertThat(Arrays.equals(step(before, t, b), step(after, t, b))).isEqualTo(t != 4 || b != 1);
                    }
                }
            }
        });
    }

    @Test
    void withoutPositionsAttentionIgnoresTheOrderOfSteps() {
        int[] order = {3, 0, 5, 1, 4, 2};
        withBlocks(false, (backend, block) -> {
            float[] x = uniform("x", SHAPE.elements(), 1);
            float[] y = inferred(backend, x, steps -> block.forward(steps, Mask.NONE));
            float[] shuffled = inferred(backend, shuffled(x, order), steps -> block.forward(steps, Mask.NONE));
            assertClose("shuffled", shuffled, shuffled(y, order), 1e-6);
            Positions positions = new Positions(new Engine(backend).weights(1), STEPS, WIDTH);
            UnaryOperator<Tensor> placed = steps -> block.forward(positions.forward(steps), Mask.NONE);
            assertThat(error(inferred(backend, shuffled(x, order), placed),
                    shuffled(inferred(backend, x, placed), order))).isGreaterThan(0.1);
        });
    }

    private static float[] shuffled(float[] x, int[] order) {
        float[] y = new float[x.length];
        int n = BATCH * WIDTH;
        for (int t = 0; t < order.length; t++) {
            System.arraycopy(x, order[t] * n, y, t * n, n);
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dropoutChangesTrainingButNotInference(boolean normFirst) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Backend backend : new Backend[] {BACKEND, cpu}) {
                float[] x = uniform("x", SHAPE.elements(), 1);
                EncoderBlock dropping = new EncoderBlock(new Engine(backend).weights(1),
                        block(0.5f, normFirst, Initializer.UNIFORM));
                EncoderBlock keeping = new EncoderBlock(new Engine(backend).weights(1),
                        block(0, normFirst, Initializer.UNIFORM));
                float[] inferred = inferred(backend, x, steps -> dropping.forward(steps, Mask.NONE));
                assertThat(inferred).isEqualTo(inferred(backend, x, steps -> keeping.forward(steps, Mask.NONE)));
                assertThat(trained(backend, x, keeping, 1)).isEqualTo(inferred);
                assertThat(trained(backend, x, dropping, 1)).isNotEqualTo(inferred)
                        .isEqualTo(trained(backend, x, dropping, 1)).isNotEqualTo(trained(backend, x, dropping, 2));
            }
        }
    }

    @Test
    void attentionDropsOnlyWeights() {
        // What dropout of attention's weights alone does: a lone step's only weight is 1, and becomes 0 or 2.
        MultiHeadAttention attention = new MultiHeadAttention(new Engine(BACKEND).weights(1),
                new MultiHeadAttention.Options(1, 1, 1, false, 0.5f, Initializer.UNIFORM, Initializer.UNIFORM));
        int batch = 1000;
        float[] ones = new float[batch];
        Arrays.fill(ones, 1f);
        Engine engine = new Engine(BACKEND);
        try (Tape training = engine.training(RandomKey.of(1, "dropout"));
                Tape inference = engine.inference()) {
            Shape shape = Shape.of(1, batch, 1);
            float[] trained = attention.self(training.input(shape, ones), Mask.NONE).values();
            float[] inferred = attention.self(inference.input(shape, ones), Mask.NONE).values();
            float[] outcomes = attention.self(inference.input(Shape.of(1, 2, 1), new float[] {0, 2}), Mask.NONE)
                    .values();
            int dropped = 0;
            for (int b = 0; b < batch; b++) {
                assertThat(inferred[b]).isEqualTo(inferred[0]);
                assertThat(trained[b]).isIn(outcomes[0], outcomes[1]);
                dropped += trained[b] == outcomes[0] ? 1 : 0;
            }
            // A deviation of 16.
            assertThat(dropped).isBetween(420, 580);
        }
    }

    /** A block of each backend, with the same weights. */
    private static void withBlocks(boolean normFirst, BiConsumer<Backend, EncoderBlock> test) {
        try (CpuBackend cpu = new CpuBackend(2)) {
            for (Backend backend : new Backend[] {BACKEND, cpu}) {
                test.accept(backend,
                        new EncoderBlock(new Engine(backend).weights(1), block(0, normFirst, Initializer.XAVIER)));
            }
        }
    }

    private static float[] inferred(Backend backend, float[] x, UnaryOperator<Tensor> layer) {
        try (Tape tape = new Engine(backend).inference()) {
            return layer.apply(tape.input(SHAPE, x)).values();
        }
    }

    private static float[] trained(Backend backend, float[] x, EncoderBlock block, long seed) {
        try (Tape tape = new Engine(backend).training(RandomKey.of(seed, "dropout"))) {
            return block.forward(tape.input(SHAPE, x), Mask.NONE).values();
        }
    }

    private static int at(int step, int example) {
        return (step * BATCH + example) * WIDTH;
    }

    private static float[] step(float[] values, int step, int example) {
        return Arrays.copyOfRange(values, at(step, example), at(step, example) + WIDTH);
    }
}
