package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.uniform;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.random.RandomKey;

/** What losses are made of, where the entries of the ops do not reach: edges, messages, and engine. */
class LossIngredientsTest {
    private static final CpuBackend CPU = new CpuBackend(2);
    private static final List<Backend> BACKENDS = List.of(CPU, new ReferenceBackend());
    private static final RandomKey KEY = RandomKey.of(1, "pass");

    private final Tape tape = new Engine(CPU).inference();

    @AfterAll
    static void close() {
        CPU.close();
    }

    private Tensor input(int... sizes) {
        return input(Shape.of(sizes), uniform("input", Shape.of(sizes).elements(), 1));
    }

    private Tensor input(Shape shape, float... values) {
        return tape.input(shape, values);
    }

    @Test
    void axesCountFromBothEndsAndTheLastOneLeavesAScalar() {
        Tensor x = input(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertThat(Reductions.sum(x, 0).values()).containsExactly(5, 7, 9);
        assertThat(Reductions.sum(x, -2).values()).containsExactly(5, 7, 9);
        assertThat(Reductions.sum(x, -1).values()).containsExactly(6, 15);
        assertThat(Reductions.mean(x, 1).values()).containsExactly(2, 5);
        assertThat(Reductions.max(x, 1).values()).containsExactly(3, 6);
        assertThat(Reductions.sum(x).values()).containsExactly(21);
        assertThat(Stream.of(Reductions.sum(x), Reductions.mean(x), Reductions.sum(Reductions.sum(x, 0), 0))
                .map(Tensor::shape)).containsOnly(Shape.of(1));
        assertThat(Reductions.max(input(2, 3, 4), 1).shape()).isEqualTo(Shape.of(2, 4));
    }

    /** Recipes keep their bits: the mean over steps was such a chain before there were means along an axis. */
    @Test
    void aMeanOverStepsIsAChainInTheOrderOfTheSteps() {
        int steps = 784;
        int n = 34;
        float[] x = uniform("steps", steps * n, 1);
        float[] expected = new float[n];
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < n; i++) {
                expected[i] += x[t * n + i];
            }
        }
        for (int i = 0; i < n; i++) {
            expected[i] *= 1f / steps;
        }
        assertSameBits("mean over steps", Arithmetic.meanOverSteps(input(Shape.of(steps, 2, n / 2), x)).values(),
                expected);
    }

    @Test
    void aMaximumIsTheFirstOfEqualOnesAndNaNIsAboveAll() {
        float nan = Float.NaN;
        for (Backend backend : BACKENDS) {
            // Along a row, and along the columns of 17 equal ones.
            assertThat(maximum(backend, 1, 1, 3, 3, 2)).containsExactly(3, 0, 1, 0, 0);
            assertThat(maximum(backend, 17, 1, 3, 3, 2)).startsWith(3, 3, 3).endsWith(0, 0, 0);
            assertThat(maximum(backend, 1, -0f, 0f)).containsExactly(-0f, 1, 0);
            assertThat(maximum(backend, 1, 5, nan, 7, nan)).containsExactly(nan, 0, 1, 0, 0);
            assertThat(maximum(backend, 17, 5, nan, 7, nan)).startsWith(nan, nan).endsWith(0, 0, 0);
            assertThat(Arrays.copyOfRange(maximum(backend, 17, 5, nan, 7, nan), 17 * 2, 17 * 3)).containsOnly(1);
            assertThat(maximum(backend, 1, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY))
                    .containsExactly(Float.NEGATIVE_INFINITY, 1, 0);
        }
    }

    /** The maximum of each of some equal columns, and the gradients of all numbers, row by row. */
    private static float[] maximum(Backend backend, int columns, float... column) {
        Weights weights = new Engine(backend).weights(1);
        Parameter x = weights.zeros("x", Shape.of(column.length, columns));
        float[] values = new float[column.length * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = column[i / columns];
        }
        x.value().write(0, values, 0, values.length);
        try (Tape pass = new Engine(backend).training(KEY)) {
            Tensor y = Reductions.max(Numbers.onTape(pass, x), 0);
            float[] most = y.values();
            pass.backward(Reductions.sum(y));
            float[] gradients = x.gradients();
            float[] both = Arrays.copyOf(most, most.length + gradients.length);
            System.arraycopy(gradients, 0, both, most.length, gradients.length);
            return both;
        }
    }

    @Test
    void gradientsAtEdgesAreThoseOfPyTorch() {
        for (Backend backend : BACKENDS) {
            Weights weights = new Engine(backend).weights(1);
            Parameter zero = weights.zeros("zero", Shape.of(1));
            try (Tape pass = new Engine(backend).training(KEY)) {
                Tensor x = Numbers.onTape(pass, zero);
                pass.backward(Arithmetic.abs(x));
                assertThat(zero.gradients()).containsExactly(0);
                pass.backward(Arithmetic.power(x, 0));
                assertThat(zero.gradients()).containsExactly(0);
                pass.backward(Arithmetic.power(x, 1));
                assertThat(zero.gradients()).containsExactly(1);
                // sigmoid(0) - t
                pass.backward(Losses.binaryCrossEntropy(x, pass.input(Shape.of(1), new float[] {0.25f})));
                assertThat(zero.gradients()).containsExactly(1.25f);
                pass.backward(Arithmetic.sqrt(x));
                assertThat(zero.gradients()).containsExactly(Float.POSITIVE_INFINITY);
            }
        }
    }

    @Test
    void targetsOfZeroAndOneGiveTheLossOfLabels() {
        Tensor logits = input(Shape.of(2, 3), -1.5f, 0, 2, 800, -800, 3);
        float labels = Losses.binaryCrossEntropy(logits, new boolean[] {true, false, true, true, false, false})
                .values()[0];
        assertThat(Losses.binaryCrossEntropy(logits, input(Shape.of(2, 3), 1, 0, 1, 1, 0, 0)).values()[0])
                .isCloseTo(labels, within(1e-6f));
        assertThat(Losses.binaryCrossEntropy(input(Shape.of(1), 1e4f), input(Shape.of(1), 0)).values())
                .containsExactly(1e4f);
    }

    @Test
    void aDivergenceIsZeroFromItselfAndFiniteFromAnything() {
        Tensor x = input(Shape.of(1, 3), 1000, 0, -1000);
        assertThat(Losses.klDivergence(x, x).values()).containsExactly(0);
        assertThat(Losses.klDivergence(x, input(Shape.of(1, 3), 0, 1000, 0)).values()).containsExactly(1000);
    }

    @Test
    void whatNeedsNoCopyIsNone() {
        Tensor x = input(2, 3);
        assertThat(Shaping.expand(x, Shape.of(2, 3))).isSameAs(x);
        assertThat(Shaping.reshape(x, Shape.of(3, 2)).value()).isSameAs(x.value());
    }

    @Test
    void aParameterBroadcastsInPlace() {
        Weights weights = new Engine(CPU).weights(1);
        Parameter bias = weights.filled("bias", Shape.of(2), (values, _) -> System.arraycopy(
                new float[] {1, 2}, 0, values, 0, 2));
        try (Tape pass = new Engine(CPU).training(KEY)) {
            Tensor y = Arithmetic.add(pass.input(Shape.of(3, 2), new float[] {0, 0, 10, 10, 20, 20}), bias);
            assertThat(y.values()).containsExactly(1, 2, 11, 12, 21, 22);
            pass.backward(Reductions.sum(y));
            assertThat(bias.gradients()).containsExactly(3, 3);
        }
    }

    @Test
    void aStepWithEveryIngredientAllocatesNoBufferTheSecondTime() {
        int[] allocations = {0};
        Backend counting = (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class}, (_, operation, arguments) -> {
                    allocations[0] += operation.getName().equals("allocate") ? 1 : 0;
                    return operation.invoke(CPU, arguments);
                });
        Parameter w = new Engine(counting).weights(1).uniform("w", Shape.of(4, 4), 1);
        Engine engine = new Engine(counting);
        int first = 0;
        for (int step = 0; step < 4; step++) {
            try (Tape pass = engine.training(KEY.at(step))) {
                Tensor x = pass.input(Shape.of(3, 4), uniform("x", 12, 1));
                Tensor y = Products.matmul(x, w);
                Tensor norm = Arithmetic.sqrt(Reductions.sum(Arithmetic.power(y, 2), -1));
                Tensor unit = Arithmetic.divide(y, Shaping.reshape(norm, Shape.of(3, 1)));
                Tensor both = Shaping.concat(List.of(Shaping.slice(unit, 0, 0, 2), Arithmetic.exp(unit)), 0);
                Tensor most = Reductions.max(Arithmetic.log(Arithmetic.abs(both)), 1);
                pass.backward(Arithmetic.add(Losses.meanSquaredError(y, x), Reductions.mean(most)));
            }
            first = step == 0 ? allocations[0] : first;
        }
        assertThat(first).isPositive();
        assertThat(allocations[0]).isEqualTo(first);
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        String rule = ": compared from the last axis, sizes must be equal or 1";
        assertRejected(() -> Arithmetic.subtract(input(2, 3), input(2)), "subtract cannot take shapes [2, 3] and [2]"
                + rule);
        assertRejected(() -> Arithmetic.divide(input(4, 1, 3), input(2, 3, 3, 3)),
                "divide cannot take shapes [4, 1, 3] and [2, 3, 3, 3]" + rule);
        assertRejected(() -> Shaping.expand(input(2, 3), Shape.of(4, 3)), "expand cannot take shapes [2, 3] and [4, 3]"
                + rule);
        assertRejected(() -> Shaping.expand(input(2, 3), Shape.of(3)), "expand cannot repeat shape [2, 3] to [3]");
        assertRejected(() -> Reductions.sum(input(2, 3), 2), "sum: shape [2, 3] has no axis 2");
        assertRejected(() -> Reductions.mean(input(2, 3), -3), "mean: shape [2, 3] has no axis -3");
        assertRejected(() -> Reductions.max(input(2, 3), 5), "max: shape [2, 3] has no axis 5");
        assertRejected(() -> Shaping.slice(input(2, 3), 2, 0, 1), "slice: shape [2, 3] has no axis 2");
        assertThatThrownBy(() -> Shaping.slice(input(2, 3), 1, 2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertRejected(() -> Shaping.concat(List.of(), 0), "concat needs at least one tensor");
        assertRejected(() -> Shaping.concat(List.of(input(2, 3), input(2, 4)), 0),
                "concat along axis 0 cannot take shapes [2, 3] and [2, 4]: all other sizes must be equal");
        assertRejected(() -> Shaping.concat(List.of(input(2, 3), input(2, 3, 1)), -1),
                "concat along axis -1 cannot take shapes [2, 3] and [2, 3, 1]: all other sizes must be equal");
        assertRejected(() -> Shaping.reshape(input(2, 3), Shape.of(4)),
                "reshape cannot turn shape [2, 3] into [4]: 6 elements are not 4");
        String matrices = ": it needs [M, K] and [K, L], or [N, M, K] and [N, K, L]";
        assertRejected(() -> Products.matmul(input(2, 3), input(2, 3)), "matmul cannot take shapes [2, 3] and [2, 3]"
                + matrices);
        assertRejected(() -> Products.matmul(input(2, 2, 3), input(3, 3, 2)),
                "matmul cannot take shapes [2, 2, 3] and [3, 3, 2]" + matrices);
        assertRejected(() -> Products.matmul(input(2, 2, 3), input(3, 2)),
                "matmul cannot take shapes [2, 2, 3] and [3, 2]" + matrices);
        assertRejected(() -> Products.matmul(input(3), input(3)), "matmul cannot take shapes [3] and [3]" + matrices);
        assertRejected(() -> Arithmetic.power(input(3), Float.NaN), "power needs a finite exponent, not NaN");
        String same = " needs targets of the same shape: it cannot take shapes [2, 3] and [3]";
        assertRejected(() -> Losses.meanSquaredError(input(2, 3), input(3)), "meanSquaredError" + same);
        assertRejected(() -> Losses.meanAbsoluteError(input(2, 3), input(3)), "meanAbsoluteError" + same);
        assertRejected(() -> Losses.binaryCrossEntropy(input(2, 3), input(3)), "binaryCrossEntropy" + same);
        assertRejected(() -> Losses.klDivergence(input(2, 3), input(3)), "klDivergence" + same);
    }

    private static void assertRejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
