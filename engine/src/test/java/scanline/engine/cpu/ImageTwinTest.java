package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.AWKWARD;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.buffer;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.values;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Normalisation;
import scanline.engine.tensor.Normalisation.BatchNorm;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;
import scanline.engine.tensor.Window;

/** The duties on images against their twins, and the fused normalisation and pooling against its composed one. */
class ImageTwinTest {
    /** The duties that are tested here. */
    static final Set<String> DUTIES = Set.of("transpose", "transposeGradient", "convolution", "convolutionGradient",
            "maxPool", "maxPoolGradient", "averagePool", "averagePoolGradient", "batchStatistics", "trackStatistics",
            "batchNorm", "batchNormGradient");

    private static final ReferenceBackend REFERENCE = new ReferenceBackend();
    private static final CpuBackend[] TEAMS = {new CpuBackend(1), new CpuBackend(2), new CpuBackend(3)};
    // Elements after those of a duty, which it must not touch.
    private static final int MARGIN = 3;

    private interface Duty {
        float[][] run(Backend backend);
    }

    @AfterAll
    static void close() {
        Arrays.stream(TEAMS).forEach(CpuBackend::close);
    }

    /** Holds a duty against its twin, each output with its own tolerance, and the teams against each other. */
    private static void assertTwins(String what, Duty duty, double... tolerances) {
        float[][] expected = duty.run(REFERENCE);
        float[][] once = duty.run(TEAMS[0]);
        for (int i = 0; i < expected.length; i++) {
            assertClose(what + ", output " + i, once[i], expected[i], tolerances[i]);
        }
        for (CpuBackend team : TEAMS) {
            float[][] actual = duty.run(team);
            for (int i = 0; i < once.length; i++) {
                assertSameBits(what + ", output " + i + " by " + team.name(), actual[i], once[i]);
            }
        }
    }

    /** A block with what is there before a gradient is added, and a margin. */
    private static Buffer block(Backend backend, String purpose, int n) {
        return buffer(backend, uniform(purpose, n + MARGIN, 1));
    }

    // Batch, height, width, channels, outputs, kernel height and width, stride, padding.
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1, 1, 1, 1, 0", "2, 5, 7, 3, 5, 3, 3, 1, 1", "17, 6, 5, 1, 33, 3, 3, 1, 1",
            "33, 7, 6, 17, 7, 3, 2, 1, 0", "9, 8, 9, 16, 65, 2, 3, 2, 1", "3, 9, 7, 15, 16, 5, 5, 3, 4",
            "2, 13, 15, 31, 2, 1, 1, 2, 0", "40, 4, 4, 20, 64, 3, 3, 1, 1", "1, 3, 2, 2, 3, 3, 4, 1, 1",
            "2, 3, 3, 2, 3, 1, 1, 1, 2", "1, 30, 17, 18, 100, 3, 3, 1, 1", "5, 2, 2, 63, 31, 3, 3, 1, 3",
            "1, 3, 3, 1, 1, 1, 1, 2, 2", "2, 5, 6, 3, 2, 3, 3, 2, 4", "2, 4, 5, 2, 3, 2, 1, 3, 5"})
    void aConvolutionIsThatOfItsTwin(int batch, int height, int width, int channels, int outputs, int rows, int columns,
            int stride, int padding) {
        Window window = new Window(batch, height, width, channels, rows, columns, stride, padding);
        int places = batch * window.outHeight() * window.outWidth();
        int pixels = batch * height * width * channels;
        int kernel = outputs * channels * rows * columns;
        Duty duty = backend -> {
            Buffer y = block(backend, "y", places * outputs);
            Buffer x = block(backend, "x", pixels);
            Buffer w = block(backend, "w", kernel);
            Buffer dx = block(backend, "dx", pixels);
            Buffer dw = block(backend, "dw", kernel);
            Buffer db = block(backend, "db", outputs);
            Buffer alone = block(backend, "alone", kernel);
            backend.convolution(y, x, w, block(backend, "b", outputs), outputs, window);
            backend.convolutionGradient(dx, dw, db, block(backend, "dy", places * outputs), x, w, outputs, window);
            backend.convolutionGradient(null, alone, block(backend, "db", outputs),
                    block(backend, "dy", places * outputs), x, w, outputs, window);
            return new float[][] {values(y), values(dx), values(dw), values(db), values(alone)};
        };
        // y is the same chain. The gradients add up in another order: rounding grows with the root of the terms.
        double sum = 2e-7 * Math.sqrt(places);
        assertTwins(window + " to " + outputs, duty, 0, 2e-6, sum, sum, sum);
    }

    // Batch, height, width, channels, size, stride.
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1, 1", "2, 4, 6, 3, 2, 2", "3, 5, 7, 17, 2, 2", "2, 7, 7, 33, 3, 2", "2, 6, 5, 16, 3, 1",
            "64, 8, 9, 20, 2, 2", "2, 9, 9, 5, 2, 3"})
    void poolingIsThatOfItsTwin(int batch, int height, int width, int channels, int size, int stride) {
        Window window = new Window(batch, height, width, channels, size, size, stride, 0);
        int n = batch * window.outHeight() * window.outWidth() * channels;
        int pixels = batch * height * width * channels;
        Duty duty = backend -> {
            Buffer largest = block(backend, "largest", n);
            Buffer from = block(backend, "from", n);
            Buffer mean = block(backend, "mean", n);
            Buffer dx = block(backend, "dx", pixels);
            Buffer dxOfMean = block(backend, "dxOfMean", pixels);
            float[] coarse = uniform("x", pixels, 4);
            for (int i = 0; i < pixels; i++) {
                coarse[i] = Math.round(coarse[i]); // so that there are equal ones
            }
            Buffer x = buffer(backend, coarse);
            backend.maxPool(largest, from, x, window);
            backend.maxPoolGradient(dx, block(backend, "dy", n), from, window);
            backend.averagePool(mean, x, window);
            backend.averagePoolGradient(dxOfMean, block(backend, "dy", n), window);
            return new float[][] {values(largest), values(from), values(dx), values(mean), values(dxOfMean)};
        };
        assertTwins(window.toString(), duty, 0, 0, 0, 0, 0);
    }

    @Test
    void theLargestOfNumbersThatAreNoneIsNone() {
        Window window = new Window(1, 2, 2, 17, 2, 2, 2, 0);
        float[] x = uniform("x", 4 * 17, 1);
        x[17] = Float.NaN;
        x[3 * 17 + 16] = Float.NaN;
        for (Backend backend : new Backend[] {REFERENCE, TEAMS[0]}) {
            Buffer y = backend.allocate(17);
            Buffer from = backend.allocate(17);
            backend.maxPool(y, from, buffer(backend, x), window);
            assertThat(values(y)[0]).isNaN();
            assertThat(values(y)[16]).isNaN();
            assertThat(values(from)[16]).isEqualTo(3f);
        }
    }

    @Test
    void batchNormalisationIsThatOfItsTwin() {
        for (int i = 0; i < AWKWARD.length; i++) {
            batchNorm(1 + AWKWARD[i], AWKWARD[(5 * i + 3) % AWKWARD.length], false);
            batchNorm(1 + AWKWARD[i], AWKWARD[(3 * i + 7) % AWKWARD.length], true);
        }
        batchNorm(1537, 33, true);
        batchNorm(5000, 16, false);
    }

    private static void batchNorm(int rows, int channels, boolean relu) {
        int n = rows * channels;
        Duty duty = backend -> {
            float[] far = uniform("x", n, 1);
            for (int i = 0; i < n; i++) {
                far[i] += i % channels; // means other than zero
            }
            Buffer x = buffer(backend, far);
            Buffer mean = block(backend, "mean", channels);
            Buffer variance = block(backend, "variance", channels);
            Buffer running = block(backend, "running", channels);
            Buffer runningVariance = block(backend, "runningVariance", channels);
            Buffer gamma = block(backend, "gamma", channels);
            Buffer beta = block(backend, "beta", channels);
            Buffer y = block(backend, "y", n);
            Buffer dx = block(backend, "dx", n);
            Buffer dgamma = block(backend, "dgamma", channels);
            Buffer dbeta = block(backend, "dbeta", channels);
            Buffer dy = block(backend, "dy", n);
            backend.batchStatistics(mean, variance, x, rows, channels);
            backend.trackStatistics(running, runningVariance, mean, variance, 0.1f, rows, channels);
            backend.batchNorm(y, x, mean, variance, gamma, beta, 1e-5f, relu, rows, channels);
            backend.batchNormGradient(dx, dgamma, dbeta, dy, x, mean, variance, gamma, beta, 1e-5f, relu, rows,
                    channels);
            backend.batchNormGradient(null, dgamma, dbeta, dy, x, mean, variance, gamma, beta, 1e-5f, relu, rows,
                    channels);
            return new float[][] {values(mean), values(variance), values(running), values(runningVariance), values(y),
                    values(dx), values(dgamma), values(dbeta)};
        };
        // x up to 130 has an error of 130 2^-24 = 8e-6, as a share of a deviation of 0.5 twice that, and of few numbers
        // that lie close together more.
        double far = 2e-4;
        assertTwins(rows + " x " + channels + (relu ? ", relu" : ""), duty, 1e-6, 1e-4, 1e-6, 1e-4, far, 10 * far, far,
                far);
    }

    @Test
    void transposingIsThatOfItsTwin() {
        for (int[] sizes : new int[][] {{1, 1, 1}, {3, 7, 5}, {2, 49, 64}, {33, 30, 65}}) {
            int n = sizes[0] * sizes[1] * sizes[2];
            Duty duty = backend -> {
                Buffer y = block(backend, "y", n);
                Buffer dx = block(backend, "dx", n);
                backend.transpose(y, block(backend, "x", n), sizes[0], sizes[1], sizes[2]);
                backend.transposeGradient(dx, block(backend, "dy", n), sizes[0], sizes[1], sizes[2]);
                return new float[][] {values(y), values(dx)};
            };
            assertTwins(Arrays.toString(sizes), duty, 0, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 2, 1", "2, 3, 5, 3", "3, 4, 4, 17", "2, 7, 6, 33", "40, 5, 5, 16", "64, 8, 8, 20",
            "9, 2, 9, 31"})
    void normalisationAndPoolingInOneIsThatOfItsTwin(int batch, int height, int width, int channels) {
        Shape shape = Shape.of(batch, height, width, channels);
        float[][] composed = pooled(Numbers.withoutAbilities(TEAMS[0]), shape, true);
        float[][] inferred = pooled(Numbers.withoutAbilities(TEAMS[0]), shape, false);
        for (CpuBackend team : TEAMS) {
            float[][] fused = pooled(team, shape, true);
            float[][] fusedInference = pooled(team, shape, false);
            // The same numbers are cut off and compared, but the sums over the batch are cut into other pieces.
            assertSameBits("y", fused[0], composed[0]);
            assertSameBits("y by running statistics", fusedInference[0], inferred[0]);
            for (int i = 1; i < fused.length; i++) {
                assertClose(shape + ", output " + i, fused[i], composed[i], 2e-5);
                assertSameBits(shape + ", output " + i, fused[i], pooled(TEAMS[0], shape, true)[i]);
            }
        }
    }

    private static float[][] pooled(Backend backend, Shape shape, boolean training) {
        Weights weights = new Weights(backend, 1);
        Shape each = Shape.of(shape.size(3));
        Parameter x = weights.uniform("x", shape, 1);
        BatchNorm norm = new BatchNorm(weights.uniform("gamma", each, 1), weights.uniform("beta", each, 0.3f),
                weights.statistic("mean", each, 0.1f), weights.statistic("variance", each, 0.5f), 0.1f, 1e-5f);
        Memory memory = new Memory(backend);
        try (Tape tape = training ? Tape.training(memory, RandomKey.of(1, "none")) : Tape.inference(memory)) {
            Tensor y = Normalisation.batchNormReluMaxPool(Numbers.onTape(tape, x), norm);
            if (!training) {
                return new float[][] {y.values()};
            }
            tape.backward(Numbers.weightedSum(y, uniform("dy", y.shape().elements(), 1)));
            return new float[][] {y.values(), x.gradients(), weights.parameters().get(1).gradients(),
                    weights.parameters().get(2).gradients(), norm.mean().values(), norm.variance().values()};
        }
    }
}
