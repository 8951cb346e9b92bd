package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.buffer;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.values;
import static scanline.engine.tensor.Numbers.withoutFusedOperations;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Window;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Normalization;
import scanline.engine.tensor.Normalization.BatchNorm;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Weights;

/** What the duties on images do with numbers that are none, and what a fused normalization does to the bit. */
class ImageTest {
    private static final CpuBackend CPU = new CpuBackend(2);

    @AfterAll
    static void close() {
        CPU.close();
    }

    @Test
    void theMaximumWithNaNIsNaN() {
        Window window = new Window(1, 2, 2, 17, 2, 2, 2, 0);
        float[] x = uniform("x", 4 * 17, 1);
        x[17] = Float.NaN;
        x[3 * 17 + 16] = Float.NaN;
        for (Backend backend : new Backend[] {new ReferenceBackend(), CPU}) {
            Buffer y = backend.allocate(17);
            Buffer from = backend.allocate(17);
            backend.maxPool(y, from, buffer(backend, x), window);
            assertThat(values(y)[0]).isNaN();
            assertThat(values(y)[16]).isNaN();
            assertThat(values(from)[16]).isEqualTo(3f);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 2, 1", "2, 3, 5, 3", "3, 4, 4, 17", "2, 7, 6, 33", "40, 5, 5, 16", "64, 8, 8, 20",
            "9, 2, 9, 31"})
    void fusedNormalizationAndPoolingHasTheBitsOfItsReference(int batch, int height, int width, int channels) {
        Shape shape = Shape.of(batch, height, width, channels);
        for (boolean training : new boolean[] {true, false}) {
            // The same numbers are cut off and compared.
            assertSameBits(shape + ", training " + training, pooled(CPU, shape, training),
                    pooled(withoutFusedOperations(CPU), shape, training));
        }
    }

    private static float[] pooled(Backend backend, Shape shape, boolean training) {
        Weights weights = new Engine(backend).weights(1);
        Shape each = Shape.of(shape.size(3));
        Parameter x = weights.uniform("x", shape, 1);
        BatchNorm norm = new BatchNorm(weights.uniform("gamma", each, 1), weights.uniform("beta", each, 0.3f),
                weights.statistic("mean", each, 0.1f), weights.statistic("variance", each, 0.5f), 0.1f, 1e-5f);
        Engine engine = new Engine(backend);
        try (Tape tape = training ? engine.training(RandomKey.of(1, "none")) : engine.inference()) {
            return Normalization.batchNormReluMaxPool(onTape(tape, x), norm).values();
        }
    }
}
