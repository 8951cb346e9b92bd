package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.lang.reflect.Proxy;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.Cell;
import scanline.engine.geometry.CellKind;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Recurrence.RecurrentWeights;

class TapeTest {
    private static final RandomKey KEY = RandomKey.of(1, "tape");
    private static final Backend BACKEND = new ReferenceBackend();

    private final Weights weights = new Engine(BACKEND).weights(1);
    private final Engine engine = new Engine(BACKEND);
    private final Tape tape = engine.training(KEY);

    @AfterEach
    void close() {
        tape.close();
    }

    private static void assertRejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private Tensor input(int... sizes) {
        Shape shape = Shape.of(sizes);
        return tape.input(shape, new float[shape.elements()]);
    }

    @Test
    void gradientsAddUpOverPassesUntilTheyAreCleared() {
        Parameter w = weights.uniform("w", Shape.of(3), 1);
        for (int pass = 1; pass <= 2; pass++) {
            try (Tape next = engine.training(KEY)) {
                Tensor ones = next.input(Shape.of(3), new float[] {1, 1, 1});
                next.backward(weightedSum(Arithmetic.multiply(w, ones), new float[] {1, 2, 3}));
            }
        }
        assertThat(w.gradients()).containsExactly(2, 4, 6);
        weights.clearGradients();
        assertThat(w.gradients()).containsOnly(0);
    }

    @Test
    void theSumOfATensorWithItselfDoublesTheGradient() {
        Parameter w = weights.uniform("w", Shape.of(2), 1);
        Tensor x = Arithmetic.multiply(w, tape.input(Shape.of(2), new float[] {1, 1}));
        Tensor y = Arithmetic.add(Arithmetic.add(x, x), Arithmetic.subtract(x, w));
        tape.backward(weightedSum(y, new float[] {1, 10}));
        assertThat(w.gradients()).containsExactly(2, 20);
    }

    @Test
    void propagatedGradientsAreReleased() {
        Parameter w = weights.uniform("w", Shape.of(2), 1);
        Tensor y = Arithmetic.multiply(w, tape.input(Shape.of(2), new float[] {1, 1}));
        tape.backward(weightedSum(y, new float[] {1, 1}));
        assertThatThrownBy(y::gradient).isInstanceOf(IllegalStateException.class).hasMessage(
                "the gradient of this tensor of shape [2] has been propagated to its sources, and its memory is in use"
                        + " again");
    }

    @Test
    void aMemoryGrowsOnlyInTheFirstPass() {
        Engine counted = new Engine(BACKEND);
        for (int pass = 1; pass <= 3; pass++) {
            try (Tape next = counted.training(KEY)) {
                next.scratch(10);
                next.scratch(20);
            }
            assertThat(counted.bytes()).isEqualTo(4 * (10 + 20));
        }
        try (Tape next = counted.training(KEY)) {
            next.scratch(100);
        }
        assertThat(counted.bytes()).isEqualTo(4 * (10 + 20 + 100));
    }

    @Test
    void aGradientFlowsThroughALinearMapWithConstantWeights() {
        Parameter x = weights.uniform("x", Shape.of(1, 2), 1);
        Tensor w = tape.input(Shape.of(2, 2), new float[] {1, 2, 3, 4});
        Tensor b = tape.input(Shape.of(2), new float[2]);
        tape.backward(weightedSum(Products.linear(x, w, b), new float[] {1, 10}));
        assertThat(x.gradients()).containsExactly(31, 42);
    }

    @Test
    void aTensorThatIsUsedTwiceGetsBothGradients() {
        Parameter w = weights.uniform("w", Shape.of(2), 1);
        Tensor y = Arithmetic.multiply(w, tape.input(Shape.of(2), new float[] {2, 3}));
        tape.backward(weightedSum(Arithmetic.add(y, Activation.tanh(Arithmetic.add(y, y))), new float[] {1, 1}));
        float[] values = w.values();
        float[] expected = new float[2];
        for (int i = 0; i < 2; i++) {
            double tanh = Math.tanh(2 * values[i] * (i + 2));
            expected[i] = (float) ((i + 2) * (1 + 2 * (1 - tanh * tanh)));
        }
        Numbers.assertClose("gradient", w.gradients(), expected, 1e-6);
    }

    @Test
    void tensorsThatTheLossDoesNotUseGetNoGradient() {
        Parameter w = weights.uniform("w", Shape.of(2), 1);
        Parameter unused = weights.uniform("unused", Shape.of(2), 1);
        Tensor x = input(2);
        Arithmetic.multiply(unused, x);
        tape.backward(weightedSum(Arithmetic.multiply(w, x), new float[] {1, 1}));
        assertThat(unused.gradients()).containsOnly(0);
        assertThat(x.needsGradient()).isFalse();
        assertThatThrownBy(x::gradient).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no gradient flows to this tensor of shape [2]: ");
    }

    @Test
    void backwardNeedsATrainingPassAndAScalar() {
        Parameter w = weights.uniform("w", Shape.of(2), 1);
        assertRejected(() -> tape.backward(Arithmetic.multiply(w, input(2))),
                "backward needs a loss with exactly one element, not shape [2]");
        try (Tape inference = engine.inference()) {
            Tensor loss = weightedSum(onTape(inference, w), new float[] {1, 1});
            assertThat(loss.needsGradient()).isFalse();
            assertRejected(() -> inference.backward(loss), "backward needs a pass that records gradients, and this is"
                    + " an inference pass: start it with Engine.training or Engine.inferenceWithGradients");
        }
    }

    @Test
    void mismatchedShapesAreNamed() {
        assertRejected(() -> tape.input(Shape.of(2, 3), new float[5]),
                "an input of shape [2, 3] has 6 elements, but the number of values is 5");
        assertRejected(() -> Arithmetic.add(input(2, 3), input(3, 2)),
                "add cannot take shapes [2, 3] and [3, 2]: compared from the last axis, sizes must be equal or 1");
        assertRejected(() -> Arithmetic.multiply(input(2, 3), input(6)),
                "multiply cannot take shapes [2, 3] and [6]: compared from the last axis, sizes must be equal or 1");
        assertRejected(() -> Products.linear(input(2, 3), input(4, 5), null),
                "linear cannot take an input of shape [2, 3] and a weight of shape [4, 5]: it needs [..., inputs] and"
                        + " [outputs, inputs]");
        assertRejected(() -> Products.linear(input(2, 3), input(4, 3, 1), null),
                "the weight of linear must have 2 axes, not shape [4, 3, 1]");
        assertRejected(() -> Products.linear(input(2, 3), input(4, 3), input(5)),
                "linear cannot take a weight of shape [4, 3] and a bias of shape [5]: it needs [outputs, inputs] and"
                        + " [outputs]");
        assertRejected(() -> Shaping.step(input(2, 3), 0), "a sequence must have 3 axes, not shape [2, 3]");
        assertRejected(() -> Shaping.stack(List.of(input(2, 3), input(3, 2))),
                "every step of a sequence must have shape [2, 3], not [3, 2]");
        assertRejected(() -> Shape.of(2, 0),
                "invalid shape [2, 0]: sizes must be positive, with at most 2^31 - 1 elements in total");
        assertRejected(() -> Shape.of(50_000, 50_000),
                "invalid shape [50000, 50000]: sizes must be positive, with at most 2^31 - 1 elements in total");
    }

    @Test
    void weightsOfDifferentLayersAreRejected() {
        Tensor ih = input(8, 3);
        Tensor hh = input(8, 2);
        assertRejected(() -> new RecurrentWeights(CellKind.LSTM, ih, input(8, 3), input(8), input(8)),
                "the hidden weight of LSTM must have shape [12, 3], not [8, 3]");
        assertRejected(() -> new RecurrentWeights(CellKind.LSTM, input(7, 3), hh, input(8), input(8)),
                "the input weight of LSTM must have shape [8, 3], not [7, 3]");
        assertRejected(() -> new RecurrentWeights(CellKind.LSTM, ih, hh, input(7), input(8)),
                "the input bias of LSTM must have shape [8], not [7]");
        assertRejected(() -> new RecurrentWeights(CellKind.LSTM, ih, hh, input(8), input(9)),
                "the hidden bias of LSTM must have shape [8], not [9]");
        assertRejected(() -> new RecurrentWeights(CellKind.LEM, ih, input(6, 2), input(8), input(6)),
                "LEM needs a cell weight");
        assertRejected(() -> new RecurrentWeights(CellKind.UR_LSTM, ih, hh, input(8), input(8)),
                "UR_LSTM needs a cell bias");
        assertRejected(() -> new RecurrentWeights(Cell.of(CellKind.LEM), ih, input(6, 2), input(8), input(6),
                input(2, 3), input(2)), "the cell weight of LEM must have shape [2, 2], not [2, 3]");
        assertRejected(() -> new RecurrentWeights(Cell.of(CellKind.LSTM), ih, hh, input(8), input(8), input(2, 2),
                input(2)), "LSTM has no cell weight");
    }

    @Test
    void slicesOutOfBoundsAreRejected() {
        assertThatThrownBy(() -> Shaping.step(input(2, 3, 4), 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Shaping.step(input(2, 3, 4), -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Shaping.columns(input(2, 3), 2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Shaping.columns(input(2, 3), -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertRejected(() -> Shaping.examples(input(2, 3, 4), new int[] {0, 3}),
                "examples: example 3 is out of range for a sequence of shape [2, 3, 4]: there are examples from 0 to 2");
        assertRejected(() -> Shaping.examples(input(2, 3, 4), new int[] {-1}),
                "examples: example -1 is out of range for a sequence of shape [2, 3, 4]: there are examples from 0 to 2");
        assertRejected(() -> Shaping.examples(input(2, 3, 4), new int[0]),
                "invalid shape [2, 0, 4]: sizes must be positive, with at most 2^31 - 1 elements in total");
        assertRejected(() -> Shaping.append(input(2, 3, 4), input(1, 2, 4)),
                "the appended sequence must have shape [1, 3, 4], not [1, 2, 4]");
    }

    @Test
    void examplesAreSelectedAsOftenAsTheyAreNamed() {
        Tensor x = tape.input(Shape.of(2, 3, 2), new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        Tensor y = Shaping.examples(x, new int[] {2, 0, 2, 2});
        assertThat(y.shape()).isEqualTo(Shape.of(2, 4, 2));
        assertThat(y.values()).containsExactly(5, 6, 1, 2, 5, 6, 5, 6, 11, 12, 7, 8, 11, 12, 11, 12);
    }

    @Test
    void appendedStepsComeLater() {
        Tensor y = Shaping.append(tape.input(Shape.of(1, 2, 1), new float[] {1, 2}),
                tape.input(Shape.of(2, 2, 1), new float[] {3, 4, 5, 6}));
        assertThat(y.shape()).isEqualTo(Shape.of(3, 2, 1));
        assertThat(y.values()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void labelsThatAreNotClassesAreRejected() {
        assertRejected(() -> Losses.crossEntropy(input(2, 3), new int[] {0, 3}, 0),
                "crossEntropy: label 1 is 3, which is out of range for logits of shape [2, 3]: there are 3 classes, from"
                        + " 0 to 2");
        assertRejected(() -> Losses.crossEntropy(input(2, 3), new int[] {-2, 0}, 0),
                "crossEntropy: label 0 is -2, which is out of range for logits of shape [2, 3]: there are 3 classes, from"
                        + " 0 to 2");
        assertRejected(() -> Losses.crossEntropy(input(2, 3), new int[1], 0), "crossEntropy needs one label for"
                + " each row of its logits: shape [2, 3] has 2 rows, but the number of labels is 1");
        assertRejected(() -> Losses.crossEntropy(input(2, 4, 3), new int[2], 0),
                "crossEntropy needs one label for each row of its logits: shape [2, 4, 3] has 8 rows, but the number of labels is"
                        + " 2");
        assertRejected(() -> Losses.crossEntropy(input(2, 3), new int[] {Losses.IGNORED, Losses.IGNORED}, 0),
                "crossEntropy needs at least one label that is not ignored");
        assertRejected(() -> Losses.binaryCrossEntropy(input(2, 3), new boolean[5]), "binaryCrossEntropy needs"
                + " one target for each of its logits: shape [2, 3] has 6 elements, but the number of targets is 5");
    }

    @Test
    void duplicateParameterNamesAreRejected() {
        weights.scope("fc").zeros("bias", Shape.of(2));
        assertRejected(() -> weights.scope("fc").uniform("bias", Shape.of(3), 1), "two parameters are named fc.bias");
        assertThat(weights.count()).isEqualTo(2);
    }

    @Test
    void drawsInAPassDifferAndPassesWithTheSameKeyAgree() {
        RandomKey first = tape.draw();
        assertThat(tape.draw()).isNotEqualTo(first);
        try (Tape again = engine.training(KEY)) {
            assertThat(again.draw()).isEqualTo(first);
        }
    }

    @Test
    void aPassAfterTheFirstAllocatesNoBuffer() {
        int[] allocations = {0};
        Backend counting = (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class}, (_, operation, arguments) -> {
                    allocations[0] += operation.getName().equals("allocate") ? 1 : 0;
                    return operation.invoke(BACKEND, arguments);
                });
        Parameter w = new Engine(counting).weights(1).uniform("w", Shape.of(5, 3), 1);
        Engine reused = new Engine(counting);
        int afterFirst = 0;
        for (int pass = 0; pass < 4; pass++) {
            try (Tape next = reused.training(KEY.at(pass))) {
                Tensor x = next.input(Shape.of(4, 3), new float[12]);
                Tensor y = Activation.tanh(Products.linear(x, w, null));
                next.backward(Losses.crossEntropy(Noise.dropout(y, 0.5f), new int[4], 0));
            }
            afterFirst = pass == 0 ? allocations[0] : afterFirst;
        }
        assertThat(afterFirst).isPositive();
        assertThat(allocations[0]).isEqualTo(afterFirst);
    }

    @Test
    void aLongerBufferIsReusedUnlessItIsMuchLonger() {
        Memory memory = new Memory(BACKEND, BACKEND);
        Buffer twenty = memory.take(20);
        memory.giveBack(twenty);
        assertThat(memory.take(9)).isNotSameAs(twenty).satisfies(buffer -> assertThat(buffer.length()).isEqualTo(9));
        assertThat(memory.take(21)).isNotSameAs(twenty);
        assertThat(memory.take(10)).isSameAs(twenty);
        assertThat(memory.take(10)).isNotSameAs(twenty);
    }
}
