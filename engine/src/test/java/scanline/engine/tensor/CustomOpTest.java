package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;

/** Ops from outside the engine, {@link GradientCheck}, and inputs with gradients. */
class CustomOpTest {
    private static final double TOLERANCE = 1e-3;

    /** What is wrong with the gradient of an op. */
    private enum Planted {
        NOTHING, SIGN, FACTOR, OTHER_INPUT, MISSING_TERM, NOT_A_NUMBER
    }

    /** {@code y = a b + b^2}, element by element, with a gradient that may be wrong. */
    private record Mix(Planted planted) implements CustomOp {
        @Override
        public String name() {
            return "mix";
        }

        @Override
        public Shape shape(List<Shape> inputs) {
            return inputs.getFirst();
        }

        @Override
        public void forward(float[] y, List<float[]> x) {
            for (int i = 0; i < y.length; i++) {
                y[i] = x.get(0)[i] * x.get(1)[i] + x.get(1)[i] * x.get(1)[i];
            }
        }

        @Override
        public void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x) {
            float[] a = x.get(0);
            float[] b = x.get(1);
            float[] da = dx.get(0);
            float[] db = dx.get(1);
            for (int i = 0; i < dy.length; i++) {
                if (da != null) {
                    da[i] += dy[i] * (planted == Planted.OTHER_INPUT ? a[i] : b[i]);
                }
                if (db != null) {
                    db[i] += dy[i] * switch (planted) {
                        case NOTHING, OTHER_INPUT -> a[i] + 2 * b[i];
                        case SIGN -> -a[i] - 2 * b[i];
                        case FACTOR -> 2 * a[i] + 4 * b[i];
                        case MISSING_TERM -> a[i];
                        case NOT_A_NUMBER -> i == 0 ? Float.NaN : a[i] + 2 * b[i];
                    };
                }
            }
        }
    }

    /** An op with the shape and the arrays that a test gives it. */
    private record Broken(@Nullable Shape shape, int forward, int backward) implements CustomOp {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        @SuppressWarnings("NullAway") // That is what is wrong with it.
        public Shape shape(List<Shape> inputs) {
            return shape;
        }

        @Override
        public void forward(float[] y, List<float[]> x) {
            y[forward] = 1;
        }

        @Override
        public void backward(List<float @Nullable []> dx, float[] dy, float[] y, List<float[]> x) {
            x.getFirst()[backward] = 1;
        }
    }

    private static List<Backend> backends() {
        return List.of(new CpuBackend(2), new ReferenceBackend());
    }

    @ParameterizedTest
    @EnumSource
    void aWrongGradientIsFound(Planted planted) {
        double error = GradientCheck.error(new Mix(planted), Shape.of(3, 13), Shape.of(3, 13));
        if (planted == Planted.NOTHING) {
            assertThat(error).isLessThan(TOLERANCE);
        } else {
            assertThat(error).isGreaterThan(100 * TOLERANCE);
        }
        assertThat(GradientCheck.error(new Mix(planted), 1, 2, Shape.of(5), Shape.of(5)) < TOLERANCE)
                .isEqualTo(planted == Planted.NOTHING);
    }

    @Test
    void aWrongGradientOfAnyFunctionIsFound() {
        Engine engine = new Engine(new ReferenceBackend());
        assertThat(GradientCheck.error(engine, x -> Activation.tanh(Products.matmul(x.getFirst(), x.getLast())),
                Shape.of(2, 3), Shape.of(3, 4))).isLessThan(TOLERANCE);
        assertThat(GradientCheck.error(engine, x -> {
            Tensor detached = Tape.of(x.getFirst()).input(x.getFirst().shape(), x.getFirst().values());
            return Arithmetic.multiply(x.getFirst(), detached); // half the gradient of a square
        }, Shape.of(7))).isGreaterThan(100 * TOLERANCE);
    }

    @Test
    void aCheckedModelKeepsItsWeightsAndFrozenParametersAreNotChecked() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        Parameter a = weights.uniform("a", Shape.of(4), 1);
        Parameter b = weights.uniform("b", Shape.of(4), 1);
        float[] before = b.values();
        assertThat(GradientCheck.error(weights, tape -> model(tape, Planted.SIGN, a, b)))
                .isGreaterThan(100 * TOLERANCE);
        assertSameBits("b", b.values(), before);
        weights.freeze("b");
        assertThat(GradientCheck.error(weights, tape -> model(tape, Planted.SIGN, a, b))).isLessThan(TOLERANCE);
        assertSameBits("b", b.values(), before);
    }

    private static Tensor model(Tape tape, Planted planted, Parameter a, Parameter b) {
        Tensor zeros = tape.input(Shape.of(4), new float[4]);
        return new Mix(planted).apply(Arithmetic.add(a, zeros), b);
    }

    @Test
    void theResultIsThatOfPlainOpsOnEveryBackend() {
        for (Backend backend : backends()) {
            Engine engine = new Engine(backend);
            try (Tape tape = engine.training(1)) {
                Tensor a = tape.input(Shape.of(3), new float[] {1, 2, 3}, true);
                Tensor b = tape.input(Shape.of(3), new float[] {4, 5, -6}, true);
                Tensor y = new Mix(Planted.NOTHING).apply(a, b);
                assertThat(y.values()).containsExactly(20, 35, 18);
                Reductions.sum(y).backward();
                assertThat(a.gradients()).containsExactly(4, 5, -6);
                assertThat(b.gradients()).containsExactly(9, 12, -9);
            }
            engine.close();
        }
    }

    @Test
    void aTensorThatIsSeveralInputsGetsAllOfTheirGradients() {
        Engine engine = new Engine(new ReferenceBackend());
        try (Tape tape = engine.inferenceWithGradients()) {
            Tensor x = tape.input(Shape.of(2), new float[] {3, -1}, true);
            Reductions.sum(new Mix(Planted.NOTHING).apply(x, x)).backward(); // 2 x^2
            assertThat(x.gradients()).containsExactly(12, -4);
        }
    }

    @Test
    void mistakesOfAnOpNameIt() {
        Engine engine = new Engine(new ReferenceBackend());
        try (Tape tape = engine.training(1); Tape other = engine.training(1)) {
            Tensor x = tape.input(Shape.of(2, 3), new float[6], true);
            assertThatThrownBy(() -> new Broken(null, 0, 0).apply(x)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("custom op broken: shape() returned null for inputs of shapes [[2, 3]]");
            assertThatThrownBy(() -> new Broken(Shape.of(2), 2, 0).apply(x)).isInstanceOf(IllegalStateException.class)
                    .hasMessage("custom op broken: forward uses an index outside of its arrays; the inputs have shapes"
                            + " [[2, 3]], and shape() gave [2] for the result");
            Tensor y = new Broken(Shape.of(1), 0, 6).apply(x);
            assertThatThrownBy(y::backward).isInstanceOf(IllegalStateException.class)
                    .hasMessage("custom op broken: backward uses an index outside of its arrays; the inputs have shapes"
                            + " [[2, 3]], and shape() gave [1] for the result");
            Tensor elsewhere = other.input(Shape.of(2, 3), new float[6]);
            assertThatThrownBy(() -> new Mix(Planted.NOTHING).apply(x, elsewhere))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on different tapes");
        }
    }

    /** A saliency map: how the answer of a trained model depends on its input. */
    @Test
    void anInputHasAGradientOnRequest() {
        for (Backend backend : backends()) {
            Engine engine = new Engine(backend);
            Parameter w = engine.weights(1).filled("w", Shape.of(1, 3),
                    (values, _) -> System.arraycopy(new float[] {1, 2, 3}, 0, values, 0, 3));
            for (boolean training : new boolean[] {false, true}) {
                try (Tape tape = training ? engine.training(1) : engine.inferenceWithGradients()) {
                    Tensor x = tape.input(Shape.of(3), new float[] {1, 1, 1}, true);
                    Tensor constant = tape.input(Shape.of(3), new float[] {1, 1, 1});
                    // A reshaped input is a view of it, with a gradient in either kind of pass.
                    Tensor row = Shaping.reshape(x, Shape.of(1, 3));
                    Tensor y = Products.linear(Arithmetic.multiply(row, constant), w, null);
                    assertThat(y.values()).containsExactly(6);
                    Shaping.reshape(y, Shape.of(1)).backward();
                    assertThat(x.gradients()).containsExactly(1, 2, 3);
                    assertThat(w.gradients()).containsExactly(1, 1, 1);
                    assertThat(constant.needsGradient()).isFalse();
                }
                backend.fill(w.gradient(), 0, 3, 0f);
            }
            try (Tape tape = engine.inference()) {
                assertThatThrownBy(() -> tape.input(Shape.of(3), new float[3], true))
                        .isInstanceOf(IllegalStateException.class).hasMessageContaining("[3]")
                        .hasMessageContaining("Engine.inferenceWithGradients");
            }
            engine.close();
        }
    }
}
