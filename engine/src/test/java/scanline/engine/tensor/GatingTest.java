package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.random.RandomKey;

/** What the tests of all ops do not say of gates. */
class GatingTest {
    @Test
    void aFusedGateHasTheBitsOfTheComposedOne() {
        for (int n : new int[] {1, 17, 96, 1025}) {
            float[][] fused = pass(n, Gating::glu);
            float[][] composed = pass(n, Gating::composedGlu);
            assertSameBits("value of " + n, fused[0], composed[0]);
            assertSameBits("gradient of " + n, fused[1], composed[1]);
        }
    }

    /** The value and the gradient of rows of 2 n. */
    private static float[][] pass(int n, UnaryOperator<Tensor> gate) {
        try (CpuBackend backend = new CpuBackend(2)) {
            Engine engine = new Engine(backend);
            Weights weights = engine.weights(1);
            Parameter x = weights.uniform("x", Shape.of(5, 2 * n), 4);
            try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
                Tensor y = gate.apply(onTape(tape, x));
                tape.backward(weightedSum(y, uniform("dy", 5 * n, 1)));
                return new float[][] {y.values(), x.gradients()};
            }
        }
    }

    @Test
    void shapesThatDoNotMatchAreRejected() {
        try (Engine engine = Engine.open(1); Tape tape = engine.inference()) {
            Tensor x = tape.input(Shape.of(2, 3), new float[6]);
            assertThatIllegalArgumentException().isThrownBy(() -> Gating.glu(x))
                    .withMessage("glu cannot take shape [2, 3]: its last size must be even, values and gates");
            assertThatIllegalArgumentException().isThrownBy(() -> Gating.gate(x, x.columns(0, 2)))
                    .withMessageContaining("the gate").withMessageContaining("[2, 3]").withMessageContaining("[2, 2]");
            assertThatIllegalArgumentException().isThrownBy(() -> Noise.dropoutOfSteps(x, 0.5f))
                    .withMessageContaining("a sequence");
        }
    }
}
