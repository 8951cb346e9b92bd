package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.onTape;

import org.junit.jupiter.api.Test;
import scanline.engine.geometry.Mask;
import scanline.engine.tensor.Attention;
import scanline.engine.tensor.Attention.Heads;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** What attention refuses, and what its weights add up to. */
class AttentionTest {
    @Test
    void everyRowOfWeightsSumsToOneAndIsZeroWhereMasked() {
        Weights weights = new Engine(new ReferenceBackend()).weights(3);
        Parameter x = weights.uniform("x", Shape.of(4, 2, 6), 3);
        try (Tape tape = new Engine(weights.backend()).inference()) {
            Tensor p = Attention.weights(new Heads(onTape(tape, x), 0), new Heads(onTape(tape, x), 0), 2, 3,
                    Mask.CAUSAL.padded(4, 2));
            assertThat(p.shape()).isEqualTo(Shape.of(4, 4, 4));
            float[] values = p.values();
            for (int unit = 0; unit < 4; unit++) {
                for (int i = 0; i < 4; i++) {
                    float sum = 0;
                    for (int j = 0; j < 4; j++) {
                        float weight = values[(unit * 4 + i) * 4 + j];
                        sum += weight;
                        assertThat(weight < 1e-30f).isEqualTo(j > i || unit >= 2 && j >= 2);
                    }
                    assertThat(sum).isBetween(0.99999f, 1.00001f);
                }
            }
        }
    }

    @Test
    void mismatchedShapesAreRejected() {
        try (CpuBackend backend = new CpuBackend(1); Tape tape = new Engine(backend).inference()) {
            Tensor x = tape.input(Shape.of(2, 3, 4), new float[24]);
            Tensor y = tape.input(Shape.of(2, 2, 4), new float[16]);
            assertThatThrownBy(() -> attend(x, x, 3, Mask.NONE))
                    .hasMessageContaining("need 6 columns, starting at column 0");
            assertThatThrownBy(() -> attend(x, y, 2, Mask.NONE)).hasMessageContaining("2 steps of 3 examples");
            assertThatThrownBy(() -> attend(x, x, 2, Mask.NONE.padded(1, 2)))
                    .hasMessage("a mask needs 3 lengths from 1 to 2, not [1, 2]");
            assertThatThrownBy(() -> attend(x, x, 2, Mask.NONE.padded(1, 0, 2)))
                    .hasMessage("a mask needs 3 lengths from 1 to 2, not [1, 0, 2]");
        }
    }

    private static Tensor attend(Tensor q, Tensor k, int heads, Mask mask) {
        return Attention.attend(new Heads(q, 0), new Heads(k, 0), new Heads(k, 0), heads, 2, mask, 0);
    }
}
