package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.buffer;
import static scanline.engine.tensor.Numbers.labels;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.values;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.FusedAttention;
import scanline.engine.tensor.FusedPerceptron;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.PooledNormalisation;
import scanline.engine.tensor.RecurrentSequences;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Every duty of {@link CpuBackend} against its twin in {@link ReferenceBackend}. */
class CpuBackendTest {
    private static final ReferenceBackend REFERENCE = new ReferenceBackend();
    private static final CpuBackend[] TEAMS = {new CpuBackend(1), new CpuBackend(2), new CpuBackend(3)};
    // Large enough for the work to be divided over threads, and no multiple of anything.
    private static final int DIVIDED = 50_021;
    private static final int BLOCKS = 4;
    // Elements after the n of a duty, which it must not touch.
    private static final int MARGIN = 3;
    private static final RandomKey KEY = RandomKey.of(7, "dropout");

    private interface Work {
        void run(Backend backend, Buffer[] blocks, int n);
    }

    /** A duty on four blocks, the last two of which are positive, and the error that its twin may have. */
    private record Duty(String name, double tolerance, Work work) {
        @Override
        public String toString() {
            return name;
        }
    }

    @AfterAll
    static void close() {
        Arrays.stream(TEAMS).forEach(CpuBackend::close);
    }

    static Stream<Duty> duties() {
        // 0 where both do the same operations; four units of the largest result, where one of them uses a fused
        // multiply-add, or a polynomial of our own. Measured: below 1.5e-7.
        return Stream.of(
                new Duty("fill", 0, (b, v, n) -> b.fill(v[0], 1, n, 2.5f)),
                new Duty("copy", 0, (b, v, n) -> b.copy(v[0], 1, n, v[1], 2, n, 1, n)),
                new Duty("copy", 0, (b, v, n) -> b.copy(v[0], 0, 67, v[1], 1, 1, n / 67, 67)),
                new Duty("copy", 0, (b, v, n) -> b.copy(v[0], 0, 3, v[1], 0, 2, n / 3, 2)),
                new Duty("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 1, n, v[1], 2, n, 1, n)),
                new Duty("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 67, v[1], 1, 1, n / 67, 67)),
                new Duty("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 3, v[1], 0, 2, n / 3, 2)),
                new Duty("add", 0, (b, v, n) -> b.add(v[0], v[1], v[2], n)),
                new Duty("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 0, v[1], 0, 7, n / 7, 7)),
                new Duty("subtract", 0, (b, v, n) -> b.subtract(v[0], v[1], v[2], n)),
                new Duty("subtractGradient", 0, (b, v, n) -> b.subtractGradient(v[0], v[1], n)),
                new Duty("multiply", 0, (b, v, n) -> b.multiply(v[0], v[1], v[2], n)),
                new Duty("multiplyGradient", 5e-7, (b, v, n) -> b.multiplyGradient(v[0], v[1], v[2], n)),
                new Duty("sigmoid", 5e-7, (b, v, n) -> b.sigmoid(v[0], v[1], n)),
                new Duty("sigmoidGradient", 5e-7, (b, v, n) -> b.sigmoidGradient(v[0], v[1], v[2], n)),
                new Duty("tanh", 5e-7, (b, v, n) -> b.tanh(v[0], v[1], n)),
                new Duty("tanhGradient", 5e-7, (b, v, n) -> b.tanhGradient(v[0], v[1], v[2], n)),
                new Duty("relu", 0, (b, v, n) -> b.relu(v[0], v[1], n)),
                new Duty("reluGradient", 0, (b, v, n) -> b.reluGradient(v[0], v[1], v[2], n)),
                new Duty("gelu", 5e-7, (b, v, n) -> b.gelu(v[0], v[1], n)),
                new Duty("geluGradient", 5e-7, (b, v, n) -> b.geluGradient(v[0], v[1], v[2], n)),
                new Duty("softmax", 5e-7, (b, v, n) -> b.softmax(v[0], v[1], n / 7, 7)),
                new Duty("softmaxGradient", 5e-7, (b, v, n) -> b.softmaxGradient(v[0], v[1], v[2], n / 7, 7)),
                new Duty("dropout", 5e-7, (b, v, n) -> b.dropout(v[0], v[1], KEY, 0.3f, n)),
                new Duty("dropoutGradient", 5e-7, (b, v, n) -> b.dropoutGradient(v[0], v[1], KEY, 0.3f, n)),
                new Duty("scale", 0, (b, v, n) -> b.scale(v[0], 0.7f, n)),
                new Duty("clamp", 0, (b, v, n) -> b.clamp(v[0], 0.5f, n)),
                new Duty("sgd", 5e-7, (b, v, n) -> b.sgd(v[0], v[1], v[2], 0.1f, 0f, false, 0f, n)),
                new Duty("sgd", 5e-7, (b, v, n) -> b.sgd(v[0], v[1], v[2], 0.1f, 0.9f, false, 0.01f, n)),
                new Duty("sgd", 5e-7, (b, v, n) -> b.sgd(v[0], v[1], v[2], 0.1f, 0.9f, true, 0.01f, n)),
                new Duty("rmsProp", 5e-7,
                        (b, v, n) -> b.rmsProp(v[0], v[1], v[3], v[2], 0.01f, 0.99, 1e-8f, 0.9f, 0.01f, n)),
                new Duty("adam", 5e-7,
                        (b, v, n) -> b.adam(v[0], v[1], v[2], v[3], 0.01f, 1f, 0.01f, 0.9, 0.999, 0.3f, 1e-8f, n)),
                new Duty("adam", 5e-7,
                        (b, v, n) -> b.adam(v[0], v[1], v[2], v[3], 0.01f, 0.99f, 0f, 0.9, 0.999, 0.3f, 1e-8f, n)));
    }

    @ParameterizedTest
    @MethodSource("duties")
    void aDutyGivesWhatItsTwinGives(Duty duty) {
        for (int n : append(AWKWARD, DIVIDED)) {
            float[][] expected = run(REFERENCE, duty, n);
            float[][] once = run(TEAMS[0], duty, n);
            for (int block = 0; block < BLOCKS; block++) {
                assertClose(duty + ", " + n + " elements", once[block], expected[block], duty.tolerance);
            }
            for (CpuBackend team : TEAMS) {
                float[][] actual = run(team, duty, n);
                for (int block = 0; block < BLOCKS; block++) {
                    assertSameBits(duty + " by " + team.name(), actual[block], once[block]);
                }
            }
        }
    }

    private static float[][] run(Backend backend, Duty duty, int n) {
        Buffer[] blocks = new Buffer[BLOCKS];
        for (int block = 0; block < BLOCKS; block++) {
            float[] content = uniform("block" + block, n + MARGIN, 2);
            for (int i = 0; i < content.length && block == 3; i++) {
                content[i] = 0.01f + Math.abs(content[i]);
            }
            blocks[block] = buffer(backend, content);
        }
        duty.work.run(backend, blocks, n);
        return Stream.of(blocks).map(block -> values(block)).toArray(float[][]::new);
    }

    @Test
    void aProductIsTheSameChainAsItsTwin() {
        for (int i = 0; i < AWKWARD.length; i++) {
            for (int j = 0; j < AWKWARD.length; j++) {
                // Every pair of rows and inputs, and every pair of inputs and outputs, occurs.
                product(AWKWARD[i], AWKWARD[j], AWKWARD[(i + j) % AWKWARD.length]);
            }
        }
        product(700, 130, 10);
        product(3, 1000, 260);
    }

    private static void product(int rows, int inputs, int outputs) {
        float[][] expected = product(REFERENCE, rows, inputs, outputs);
        for (CpuBackend team : TEAMS) {
            float[][] actual = product(team, rows, inputs, outputs);
            String what = rows + " x " + inputs + " to " + outputs + " by " + team.name();
            String[] names = {"y", "y without bias", "dx", "dw", "db", "dw alone"};
            for (int i = 0; i < names.length; i++) {
                assertSameBits(names[i] + ", " + what, actual[i], expected[i]);
            }
        }
    }

    private static float[][] product(Backend backend, int rows, int inputs, int outputs) {
        Buffer x = buffer(backend, uniform("x", rows * inputs, 1));
        Buffer w = buffer(backend, uniform("w", outputs * inputs, 1));
        Buffer b = buffer(backend, uniform("b", outputs, 1));
        Buffer dy = buffer(backend, uniform("dy", rows * outputs, 1));
        Buffer y = buffer(backend, uniform("y", rows * outputs + MARGIN, 1));
        Buffer plain = buffer(backend, uniform("plain", rows * outputs + MARGIN, 1));
        // Gradients are added to what is there.
        Buffer dx = buffer(backend, uniform("dx", rows * inputs + MARGIN, 1));
        Buffer dw = buffer(backend, uniform("dw", outputs * inputs + MARGIN, 1));
        Buffer db = buffer(backend, uniform("db", outputs + MARGIN, 1));
        Buffer alone = buffer(backend, uniform("alone", outputs * inputs + MARGIN, 1));
        backend.linear(y, x, w, b, rows, inputs, outputs);
        backend.linear(plain, x, w, null, rows, inputs, outputs);
        backend.linearGradient(dx, dw, db, dy, x, w, rows, inputs, outputs);
        backend.linearGradient(null, alone, null, dy, x, w, rows, inputs, outputs);
        return new float[][] {values(y), values(plain), values(dx), values(dw), values(db), values(alone)};
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, 0.1f})
    void crossEntropyGivesWhatItsTwinGives(float smoothing) {
        for (int rows : AWKWARD) {
            for (int classes : AWKWARD) {
                int[] labels = labels(rows, classes);
                crossEntropy(smoothing, labels, rows, classes);
                for (int row = 0; row < rows - 1; row += 3) {
                    labels[row] = Losses.IGNORED;
                }
                crossEntropy(smoothing, labels, rows, classes);
            }
        }
    }

    private static void crossEntropy(float smoothing, int[] labels, int rows, int classes) {
        float[][] expected = crossEntropy(REFERENCE, smoothing, labels, rows, classes);
        float[][] actual = crossEntropy(TEAMS[1], smoothing, labels, rows, classes);
        for (int i = 0; i < expected.length; i++) {
            assertClose(rows + " rows, " + classes + " classes", actual[i], expected[i], 1e-6);
        }
    }

    @Test
    void anIgnoredRowIsAsIfItWereNotThere() {
        float[] rows = uniform("rows", 5 * 3, 4);
        rows[3] = Float.NaN; // whatever it holds
        float[] others = {rows[0], rows[1], rows[2], rows[9], rows[10], rows[11], rows[12], rows[13], rows[14]};
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            float[][] some = train(backend, rows, 2, Losses.IGNORED, Losses.IGNORED, 0, 1);
            float[][] without = train(backend, others, 2, 0, 1);
            assertSameBits("loss", some[0], without[0]);
            assertSameBits("gradient", Arrays.copyOf(some[1], 3), Arrays.copyOf(without[1], 3));
            assertSameBits("gradient", Arrays.copyOfRange(some[1], 9, 15), Arrays.copyOfRange(without[1], 3, 9));
            assertThat(Arrays.copyOfRange(some[1], 3, 9)).containsOnly(0f);
        }
    }

    /** The loss and the gradient of rows of three logits. */
    private static float[][] train(Backend backend, float[] rows, int... labels) {
        Weights weights = new Weights(backend, 1);
        Parameter logits = weights.zeros("logits", Shape.of(labels.length, 3));
        logits.value().write(0, rows, 0, rows.length);
        try (Tape tape = Tape.training(new Memory(backend), RandomKey.of(1, "none"))) {
            Tensor loss = Losses.crossEntropy(onTape(tape, logits), labels, 0.1f);
            tape.backward(loss);
            return new float[][] {loss.values(), logits.gradients()};
        }
    }

    @Test
    void aBinaryCrossEntropyIsFiniteAtEveryLogit() {
        float most = Float.MAX_VALUE;
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            assertThat(binary(backend, true, most, most, 800, 0)).isEqualTo((float) (Math.log(2) / 4));
            assertThat(binary(backend, false, -most, -most, -800, 0)).isEqualTo((float) (Math.log(2) / 4));
            assertThat(binary(backend, false, 800, -800, 1e4f, -1e4f)).isEqualTo(2700f);
            assertThat(binary(backend, true, -most)).isEqualTo(most);
        }
    }

    private static float binary(Backend backend, boolean target, float... logits) {
        boolean[] targets = new boolean[logits.length];
        Arrays.fill(targets, target);
        try (Tape tape = Tape.inference(new Memory(backend))) {
            return Losses.binaryCrossEntropy(tape.input(Shape.of(logits.length), logits), targets).values()[0];
        }
    }

    @Test
    void aLayerNormalisationGivesWhatItsTwinGives() {
        for (int i = 0; i < AWKWARD.length; i++) {
            layerNorm(AWKWARD[i], AWKWARD[(3 * i + 5) % AWKWARD.length]);
            layerNorm(AWKWARD[i], AWKWARD[(5 * i + 2) % AWKWARD.length]);
        }
        layerNorm(1025, 64);
        layerNorm(511, 100);
    }

    private static void layerNorm(int rows, int n) {
        float[][] expected = layerNorm(REFERENCE, rows, n);
        float[][] once = layerNorm(TEAMS[0], rows, n);
        for (int i = 0; i < expected.length; i++) {
            // The mean over two numbers, or three, may cancel the gradient but for its rounding.
            assertClose(i + " of " + rows + " x " + n, once[i], expected[i], n < 4 ? 1e-3 : 5e-6);
        }
        for (CpuBackend team : TEAMS) {
            float[][] actual = layerNorm(team, rows, n);
            for (int i = 0; i < expected.length; i++) {
                assertSameBits(i + " of " + rows + " x " + n + " by " + team.name(), actual[i], once[i]);
            }
        }
    }

    private static float[][] layerNorm(Backend backend, int rows, int n) {
        Buffer x = buffer(backend, uniform("x", rows * n, 2));
        Buffer gamma = buffer(backend, uniform("gamma", n, 2));
        Buffer beta = buffer(backend, uniform("beta", n, 2));
        Buffer dy = buffer(backend, uniform("dy", rows * n, 1));
        Buffer y = buffer(backend, uniform("y", rows * n + MARGIN, 1));
        Buffer mean = backend.allocate(rows + MARGIN);
        Buffer inverse = backend.allocate(rows + MARGIN);
        Buffer dx = buffer(backend, uniform("dx", rows * n + MARGIN, 1));
        Buffer dgamma = buffer(backend, uniform("dgamma", n + MARGIN, 1));
        Buffer dbeta = buffer(backend, uniform("dbeta", n + MARGIN, 1));
        Buffer alone = buffer(backend, uniform("alone", n + MARGIN, 1));
        backend.layerNorm(y, mean, inverse, x, gamma, beta, 1e-5f, rows, n);
        backend.layerNormGradient(dx, dgamma, dbeta, dy, x, mean, inverse, gamma, rows, n);
        backend.layerNormGradient(null, alone, dbeta, dy, x, mean, inverse, gamma, rows, n);
        return new float[][] {values(y), values(dx), values(dgamma), values(dbeta), values(alone)};
    }

    @Test
    void aClassThatIsRuledOutAddsNothingToTheLoss() {
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            try (Tape tape = Tape.inference(new Memory(backend))) {
                Tensor logits = tape.input(Shape.of(1, 3), new float[] {1, Float.NEGATIVE_INFINITY, 1});
                assertThat(Losses.crossEntropy(logits, new int[] {2}, 0).values()[0]).isCloseTo((float) Math.log(2),
                        within(1e-6f));
            }
        }
    }

    private static float[][] crossEntropy(Backend backend, float smoothing, int[] labels, int rows, int classes) {
        // One class alone has a loss of 0, in which the twins need not agree to a share of it: start from 1.
        Buffer loss = backend.allocate(1);
        Buffer probabilities = backend.allocate(rows * classes + MARGIN);
        Buffer logits = buffer(backend, uniform("logits", rows * classes, 8));
        Buffer dlogits = buffer(backend, uniform("dlogits", rows * classes + MARGIN, 1));
        backend.crossEntropy(loss, probabilities, logits, labels, smoothing, rows, classes);
        backend.crossEntropyGradient(dlogits, buffer(backend, 0.7f), probabilities, labels, smoothing, rows, classes);
        return new float[][] {{1f, values(loss)[0]}, values(probabilities), values(dlogits)};
    }

    @Test
    void largeLogitsNeitherOverflowNorLoseTheLoss() {
        float[] logits = {1000f, 990f, -1000f, 0f, 200f, 100f};
        Buffer loss = TEAMS[0].allocate(1);
        Buffer probabilities = TEAMS[0].allocate(6);
        TEAMS[0].crossEntropy(loss, probabilities, buffer(TEAMS[0], logits), new int[] {1, 0}, 0f, 2, 3);
        assertThat(values(loss)[0]).isEqualTo((10.0000454f + 200f) / 2);
        assertClose("probabilities", values(probabilities), new float[] {0.9999546f, 4.539787e-5f, 0, 0, 1, 0}, 1e-7);
    }

    @Test
    void theSumOfSquaresIsThatOfItsTwin() {
        for (int n : append(AWKWARD, DIVIDED)) {
            float[] x = uniform("x", n + MARGIN, 1);
            float expected = REFERENCE.sumOfSquares(buffer(REFERENCE, x), n);
            for (CpuBackend team : TEAMS) {
                // 16 lanes of n / 16 terms, each rounded to half a unit: the errors grow with the root of n / 16.
                assertClose(n + " squares", new float[] {team.sumOfSquares(buffer(team, x), n)},
                        new float[] {expected}, 1e-7 * (2 + Math.sqrt(n / 16.0)));
            }
        }
    }

    @Test
    void clampingKeepsWhatIsNoNumber() {
        Buffer y = buffer(TEAMS[0], uniform("y", 40, 1));
        y.write(3, new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, 0, 3);
        y.write(38, new float[] {Float.NaN}, 0, 1);
        TEAMS[0].clamp(y, 0.5f, 40);
        float[] clamped = values(y);
        assertThat(clamped[3]).isNaN();
        assertThat(clamped[38]).isNaN();
        assertThat(clamped[4]).isEqualTo(0.5f);
        assertThat(clamped[5]).isEqualTo(-0.5f);
    }

    @Test
    void everyDutyHasItsTwinTested() {
        Set<String> tested = new TreeSet<>(Set.of("layerNorm", "layerNormGradient", "linear", "linearGradient",
                "crossEntropy", "crossEntropyGradient",
                "sumOfSquares"));
        tested.addAll(ImageTwinTest.DUTIES);
        duties().forEach(duty -> tested.add(duty.name));
        Set<String> duties = new TreeSet<>();
        for (Method method : Backend.class.getMethods()) {
            if (Arrays.asList(method.getParameterTypes()).contains(Buffer.class)) {
                duties.add(method.getName());
            }
        }
        assertThat(tested).isEqualTo(duties);
        // The abilities: RecurrentTwinTest, AttentionTwinTest and ImageTwinTest.
        assertThat(CpuBackend.class.getInterfaces()).containsExactly(Backend.class, RecurrentSequences.class,
                FusedAttention.class, FusedPerceptron.class, PooledNormalisation.class);
    }

    private static int[] append(int[] sizes, int size) {
        int[] longer = Arrays.copyOf(sizes, sizes.length + 1);
        longer[sizes.length] = size;
        return longer;
    }
}
