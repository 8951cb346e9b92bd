package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.tensor.Normalization.BatchNorm;

/** Batch normalization in inference passes with gradients, where the running statistics are constants. */
class NormalizationTest {
    private static final CpuBackend CPU = new CpuBackend(2);
    private static final float EPSILON = 1e-5f;

    @AfterAll
    static void close() {
        CPU.close();
    }

    /** Images and a normalization, so that no result is near ReLU's kink, and no two of a window are nearly equal. */
    private static final class Images {
        private final Weights weights;
        private final Parameter x;
        private final BatchNorm norm;

        Images(Backend backend, int... sizes) {
            int channels = sizes[3];
            weights = new Engine(backend).weights(1);
            x = weights.filled("x", Shape.of(sizes), (values, key) -> {
                int[] order = key.permutation(values.length);
                for (int i = 0; i < values.length; i++) {
                    values[i] = 0.08f * (order[i] - values.length / 2 + 0.5f);
                }
            });
            Parameter gamma = weights.filled("gamma", Shape.of(channels),
                    (values, key) -> key.uniform(values, 0, values.length, 1, 2));
            norm = new BatchNorm(gamma, weights.zeros("beta", Shape.of(channels)),
                    weights.statistic("mean", Shape.of(channels), 0), weights.statistic("variance", Shape.of(channels),
                            0.7f),
                    0.1f, EPSILON);
        }

        double error(BiFunction<Tensor, BatchNorm, Tensor> op) {
            float[] mean = norm.mean().values();
            double error = GradientCheck.error(weights, Engine::inferenceWithGradients,
                    tape -> op.apply(Numbers.onTape(tape, x), norm));
            assertThat(norm.mean().values()).isEqualTo(mean); // only training tracks it
            return error;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsMatchCentralDifferences(boolean relu) {
        for (Backend backend : new Backend[] {CPU, new ReferenceBackend()}) {
            assertThat(new Images(backend, 2, 3, 3, 5).error((x, norm) -> Normalization.batchNorm(x, norm, relu)))
                    .as(backend.name()).isLessThan(1e-3);
        }
    }

    /** Of even and odd sizes; pixels that no window covers have no gradient. */
    @Test
    void gradientsAfterPoolingMatchCentralDifferences() {
        for (Backend backend : new Backend[] {CPU, new ReferenceBackend()}) {
            assertThat(new Images(backend, 2, 4, 4, 3).error(Normalization::batchNormReluMaxPool)).as(backend.name())
                    .isLessThan(1e-3);
            assertThat(new Images(backend, 1, 3, 5, 2).error(Normalization::batchNormReluMaxPool)).as(backend.name())
                    .isLessThan(1e-3);
        }
    }

    /** dx = dy gamma / sqrt(var + eps), by hand; the formula of training would give 0 for equal dy. */
    @Test
    void theGradientDoesNotFlowThroughRunningStatistics() {
        for (Backend backend : new Backend[] {CPU, new ReferenceBackend()}) {
            Images images = new Images(backend, 1, 2, 2, 1);
            float gamma = images.norm.gamma().values()[0];
            Engine engine = new Engine(backend);
            try (Tape tape = engine.inferenceWithGradients()) {
                Reductions.sum(Normalization.batchNorm(Numbers.onTape(tape, images.x), images.norm, false)).backward();
            }
            float dx = (float) (gamma / Math.sqrt(0.7 + EPSILON));
            assertThat(images.x.gradients()).containsExactly(new float[] {dx, dx, dx, dx}, within(1e-6f));
        }
    }
}
