package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.buffer;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.values;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Backend.AdamStep;
import scanline.engine.backend.Backend.RmsPropStep;
import scanline.engine.backend.Backend.SgdStep;
import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedAttention;
import scanline.engine.backend.FusedDiagonal;
import scanline.engine.backend.FusedFeedForward;
import scanline.engine.backend.FusedGate;
import scanline.engine.backend.FusedMinimalRecurrence;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.backend.FusedRecurrence;
import scanline.engine.backend.FusedS4d;
import scanline.engine.backend.RepeatedPasses;
import scanline.engine.geometry.Learned;
import scanline.engine.geometry.Place;
import scanline.engine.kernel.Elementwise;
import scanline.engine.kernel.Reduction;
import scanline.engine.ops.OpCases;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** The duties of {@link CpuBackend} that belong to no op against their twins in {@link ReferenceBackend}. */
class CpuBackendTest {
    private static final ReferenceBackend REFERENCE = new ReferenceBackend();
    private static final CpuBackend[] TEAMS = {new CpuBackend(1), new CpuBackend(2), new CpuBackend(3)};
    // Large enough for the work to be divided over threads, and no multiple of anything.
    private static final int DIVIDED = 50_021;
    private static final int BLOCKS = 4;
    // Elements after the n of a duty, which it must not touch.
    private static final int MARGIN = 3;

    private interface Work {
        void run(Backend backend, Buffer[] blocks, int n);
    }

    /** A duty on four blocks, the last two of which are positive, and the error that its twin may have. */
    private record Operation(String name, double tolerance, Work work) {
        @Override
        public String toString() {
            return name;
        }
    }

    @AfterAll
    static void close() {
        Arrays.stream(TEAMS).forEach(CpuBackend::close);
    }

    static Stream<Operation> operations() {
        // 0 where both do the same operations; four units of the largest result, where one of them uses a fused
        // multiply-add, or a polynomial of our own. Measured: below 1.5e-7.
        return Stream.of(
                new Operation("fill", 0, (b, v, n) -> b.fill(v[0], 1, n, 2.5f)),
                new Operation("copy", 0, (b, v, n) -> b.copy(v[0], 1, n, v[1], 2, n, 1, n)),
                new Operation("copy", 0, (b, v, n) -> b.copy(v[0], 0, 67, v[1], 1, 1, n / 67, 67)),
                new Operation("copy", 0, (b, v, n) -> b.copy(v[0], 0, 3, v[1], 0, 2, n / 3, 2)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 1, n, v[1], 2, n, 1, n)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 67, v[1], 1, 1, n / 67, 67)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 3, v[1], 0, 2, n / 3, 2)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], 0, 0, v[1], 0, 7, n / 7, 7)),
                new Operation("scale", 0, (b, v, n) -> b.scale(v[0], 0.7f, n)),
                new Operation("interpolate", 0, (b, v, n) -> b.interpolate(v[0], v[1], 0.3f, n)),
                // Two axes swapped, every row of a block into one, a row for each block.
                new Operation("copy", 0,
                        (b, v, n) -> b.copy(v[0], new Place(1, 5, 35), v[1], new Place(0, n / 35 * 5, 5),
                                7, n / 35, 5)),
                new Operation("copy", 0, (b, v, n) -> b.copy(v[0], new Place(0, n / 7, 1), v[1], new Place(2, 1, 0), 7,
                        n / 7, 1)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], new Place(1, 5, 35), v[1],
                        new Place(0, n / 35 * 5, 5), 7, n / 35, 5)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], new Place(0, 5, 0), v[1],
                        new Place(0, n / 35 * 5, 5), 7, n / 35, 5)),
                new Operation("accumulate", 0, (b, v, n) -> b.accumulate(v[0], new Place(2, 0, 5), v[1],
                        new Place(0, n / 35 * 5, 5), 7, n / 35, 5)),
                new Operation("lookUp", 0, (b, v, n) -> b.lookUp(v[0], v[1], numbers(n), 3)),
                new Operation("lookUpGradient", 0, (b, v, n) -> b.lookUpGradient(v[0], v[1], numbers(n), 3)),
                new Operation("fill", 0, (b, v, n) -> b.fill(List.of(v[0], v[2]), 2.5f)),
                new Operation("clamp", 0, (b, v, n) -> b.clamp(List.of(v[0], v[2]), 0.5f)),
                // 16 lanes of n / 16 squares, each rounded to half a unit, twice: the errors grow with the root of n / 16.
                new Operation("clipNorm", 6e-6, (b, v, n) -> b.clipNorm(List.of(v[0], v[2], v[3]), 0.5)),
                new Operation("clipNorm", 0, (b, v, n) -> b.clipNorm(List.of(v[0], v[2], v[3]), 1e9)),
                new Operation("sgd", 5e-7, (b, v, n) -> b.sgd(learned(v, 2), List.of(new SgdStep(0.1f, 0f, false, 0f),
                        new SgdStep(0.2f, 0f, false, 0f)))),
                new Operation("sgd", 5e-7, (b, v, n) -> b.sgd(learned(v, 2),
                        List.of(new SgdStep(0.1f, 0.9f, false, 0.01f), new SgdStep(0.1f, 0.9f, true, 0.01f)))),
                new Operation("rmsProp", 5e-7,
                        (b, v, n) -> b.rmsProp(List.of(new Learned<>(v[0], v[1], List.of(v[3], v[2]))),
                                List.of(new RmsPropStep(0.01f, 0.99, 1e-8f, 0.9f, 0.01f)))),
                new Operation("adam", 5e-7, (b, v, n) -> b.adam(List.of(new Learned<>(v[0], v[1], List.of(v[2], v[3]))),
                        List.of(new AdamStep(0.01f, 1f, 0.01f, 0.9, 0.999, 0.3f, 1e-8f)))),
                new Operation("adam", 5e-7, (b, v, n) -> b.adam(List.of(new Learned<>(v[0], v[1], List.of(v[2], v[3]))),
                        List.of(new AdamStep(0.01f, 0.99f, 0f, 0.9, 0.999, 0.3f, 1e-8f)))));
    }

    /** Rows of three floats, most of which come several times. */
    private static int[] numbers(int n) {
        return IntStream.range(0, n / 3).map(i -> i * i % Math.max(1, n / 5)).toArray();
    }

    /** Two parameters with the same gradient. */
    private static List<Learned<Buffer>> learned(Buffer[] blocks, int state) {
        return List.of(new Learned<>(blocks[0], blocks[1], List.of(blocks[state])),
                new Learned<>(blocks[state + 1], blocks[1], List.of(blocks[state])));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyOperationMatchesItsReference(Operation operation) {
        for (int n : append(AWKWARD, DIVIDED)) {
            float[][] expected = run(REFERENCE, operation, n);
            float[][] once = run(TEAMS[0], operation, n);
            for (int block = 0; block < BLOCKS; block++) {
                assertClose(operation + ", " + n + " elements", once[block], expected[block], operation.tolerance);
            }
            for (CpuBackend team : TEAMS) {
                float[][] actual = run(team, operation, n);
                for (int block = 0; block < BLOCKS; block++) {
                    assertSameBits(operation + " by " + team.name(), actual[block], once[block]);
                }
            }
        }
    }

    private static float[][] run(Backend backend, Operation operation, int n) {
        Buffer[] blocks = new Buffer[BLOCKS];
        for (int block = 0; block < BLOCKS; block++) {
            float[] content = uniform("block" + block, n + MARGIN, 2);
            for (int i = 0; i < content.length && block == 3; i++) {
                content[i] = 0.01f + Math.abs(content[i]);
            }
            blocks[block] = buffer(backend, content);
        }
        operation.work.run(backend, blocks, n);
        return Stream.of(blocks).map(block -> values(block)).toArray(float[][]::new);
    }

    @Test
    void ignoredRowsHaveNoEffect() {
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
        Weights weights = new Engine(backend).weights(1);
        Parameter logits = weights.zeros("logits", Shape.of(labels.length, 3));
        logits.value().write(0, rows, 0, rows.length);
        try (Tape tape = new Engine(backend).training(RandomKey.of(1, "none"))) {
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
        try (Tape tape = new Engine(backend).inference()) {
            return Losses.binaryCrossEntropy(tape.input(Shape.of(logits.length), logits), targets).values()[0];
        }
    }

    @Test
    void aClassWithProbabilityZeroAddsNothingToTheLoss() {
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            try (Tape tape = new Engine(backend).inference()) {
                Tensor logits = tape.input(Shape.of(1, 3), new float[] {1, Float.NEGATIVE_INFINITY, 1});
                assertThat(Losses.crossEntropy(logits, new int[] {2}, 0).values()[0]).isCloseTo((float) Math.log(2),
                        within(1e-6f));
            }
        }
    }

    @Test
    void largeLogitsNeitherOverflowNorLoseTheLoss() {
        float[] logits = {1000f, 990f, -1000f, 0f, 200f, 100f};
        float[] expected = {0.9999546f, 4.539787e-5f, 0, 0, 1, 0};
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            Buffer loss = backend.allocate(1);
            Buffer probabilities = backend.allocate(6);
            backend.crossEntropy(loss, probabilities, buffer(backend, logits), new int[] {1, 0}, 0f, 2, 3);
            assertThat(values(loss)[0]).isEqualTo((10.0000454f + 200f) / 2);
            assertClose("probabilities", values(probabilities), expected, 1e-7);
            backend.softmax(probabilities, buffer(backend, logits), 2, 3);
            assertClose("softmax", values(probabilities), expected, 1e-7);
        }
    }

    @Test
    void theSquaresOfEachBufferAreRoundedAndThenAddedInTheirOrder() {
        for (CpuBackend team : TEAMS) {
            float[][] before = {uniform("a", 17, 1), uniform("b", DIVIDED, 1e-3f), uniform("c", 300, 1), new float[1]};
            double squares = 0;
            for (float[] each : before) {
                squares += Reduction.sumOfSquares(each, 0, each.length);
            }
            List<Buffer> all = Stream.of(before).map(each -> buffer(team, each)).toList();
            team.clipNorm(all, 2);
            for (int i = 0; i < before.length; i++) {
                Elementwise.scale(before[i], (float) (2 / (Math.sqrt(squares) + 1e-6)), 0, before[i].length);
                assertSameBits("buffer " + i + " by " + team.name(), values(all.get(i)), before[i]);
            }
        }
    }

    @Test
    void aNormThatIsNotANumberClipsNothing() {
        for (Backend backend : List.of(REFERENCE, TEAMS[1])) {
            Buffer broken = buffer(backend, new float[] {Float.NaN, 3f});
            backend.clipNorm(List.of(broken), 0.1);
            assertThat(values(broken)).containsExactly(Float.NaN, 3f);
        }
    }

    @Test
    void clampingKeepsNaN() {
        Buffer y = buffer(TEAMS[0], uniform("y", 40, 1));
        y.write(3, new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, 0, 3);
        y.write(38, new float[] {Float.NaN}, 0, 1);
        TEAMS[0].clamp(List.of(y), 0.5f);
        float[] clamped = values(y);
        assertThat(clamped[3]).isNaN();
        assertThat(clamped[38]).isNaN();
        assertThat(clamped[4]).isEqualTo(0.5f);
        assertThat(clamped[5]).isEqualTo(-0.5f);
    }

    @Test
    void everyOperationIsComparedWithItsReference() {
        // What ops call is tested by OpTwinTest.
        Set<String> tested = new TreeSet<>(OpCases.called());
        operations().forEach(operation -> tested.add(operation.name));
        Set<String> operations = new TreeSet<>();
        for (Method method : Backend.class.getMethods()) {
            List<Class<?>> types = List.of(method.getParameterTypes());
            if (types.contains(Buffer.class) || types.contains(List.class)) {
                operations.add(method.getName());
            }
        }
        assertThat(tested).isEqualTo(operations);
        // The abilities belong to ops.
        assertThat(CpuBackend.class.getInterfaces()).containsExactly(Backend.class, FusedRecurrence.class,
                FusedDiagonal.class, FusedMinimalRecurrence.class,
                FusedAttention.class, FusedFeedForward.class, FusedNormPool.class, FusedS4d.class, FusedGate.class,
                RepeatedPasses.class);
    }

    private static int[] append(int[] sizes, int size) {
        int[] longer = Arrays.copyOf(sizes, sizes.length + 1);
        longer[sizes.length] = size;
        return longer;
    }
}
