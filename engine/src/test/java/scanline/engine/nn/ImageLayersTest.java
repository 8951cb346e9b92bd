package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.FormatException;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

class ImageLayersTest {
    private static final Backend BACKEND = new ReferenceBackend();

    private final Weights weights = new Engine(BACKEND).weights(1);

    @TempDir
    private Path folder;

    @Test
    void parametersAndStatisticsHaveTheNamesAndShapesOfPyTorch() {
        new Conv2d(weights.scope("conv1"), 3, 5, 2, 1, 0, Initializer.HE);
        new BatchNorm2d(weights.scope("bn1"), 5);
        assertThat(weights.parameters()).extracting(p -> p.name() + p.shape()).containsExactly(
                "conv1.weight[5, 3, 2, 2]",
                "conv1.bias[5]", "bn1.weight[5]", "bn1.bias[5]");
        assertThat(weights.statistics()).extracting(s -> s.name() + s.shape()).containsExactly("bn1.running_mean[5]",
                "bn1.running_var[5]");
        assertThat(weights.count()).isEqualTo(5 * 3 * 4 + 5 + 10);
        assertThat(weights.parameters().get(2).values()).containsOnly(1f);
        assertThat(weights.parameters().get(3).values()).containsOnly(0f);
        assertThat(weights.statistics().get(0).values()).containsOnly(0f);
        assertThat(weights.statistics().get(1).values()).containsOnly(1f);
    }

    @Test
    void duplicateNamesAreRejected() {
        weights.statistic("a", Shape.of(1), 0);
        assertThatThrownBy(() -> weights.zeros("a", Shape.of(1))).hasMessage("two parameters are named a");
        weights.zeros("b", Shape.of(1));
        assertThatThrownBy(() -> weights.statistic("b", Shape.of(1), 0)).hasMessage("two parameters are named b");
    }

    @Test
    void initialValuesAreDistributedAsTheirNamesSay() {
        Shape shape = Shape.of(40, 10, 5, 5);
        float[] uniform = Initializer.UNIFORM.weight(weights, "uniform", shape).values();
        float[] he = Initializer.HE.weight(weights, "he", shape).values();
        float[] xavier = Initializer.XAVIER.weight(weights, "xavier", shape).values();
        float[] lecun = Initializer.LECUN.weight(weights, "lecun", shape).values();
        double third = Math.sqrt(3);
        assertThat(deviation(uniform)).isCloseTo(1 / Math.sqrt(250) / third, within(0.001));
        assertThat(deviation(he)).isCloseTo(Math.sqrt(2.0 / 250), within(0.002));
        assertThat(deviation(lecun)).isCloseTo(Math.sqrt(1.0 / 250), within(0.002));
        assertThat(deviation(xavier)).isCloseTo(Math.sqrt(6.0 / (250 + 1000)) / third, within(0.001));
        assertThat(Initializer.UNIFORM.bias(weights, "b1", 1000, 250).values())
                .satisfies(b -> assertThat(deviation(b)).isCloseTo(1 / Math.sqrt(250) / third, within(0.002)));
        assertThat(Initializer.HE.bias(weights, "b2", 7, 250).values()).containsOnly(0f);
        assertThat(Initializer.LECUN.bias(weights, "b4", 7, 250).values()).containsOnly(0f);
        assertThat(Initializer.XAVIER.bias(weights, "b3", 7, 250).values()).containsOnly(0f);
    }

    private static double deviation(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    private static float[] onImages(Function<Tensor, Tensor> layer, boolean training, Shape shape, float... x) {
        Engine engine = new Engine(BACKEND);
        try (Tape tape = training ? engine.training(RandomKey.of(1, "none")) : engine.inference()) {
            return layer.apply(tape.input(shape, x)).values();
        }
    }

    @Test
    void imagesAreFlattenedChannelByChannel() {
        assertThat(onImages(Images::flatten, false, Shape.of(1, 2, 2, 2), 1, 10, 2, 20, 3, 30, 4, 40))
                .containsExactly(1, 2, 3, 4, 10, 20, 30, 40);
        assertThat(onImages(Images::ofRows, false, Shape.of(2, 2, 2), 1, 2, 10, 20, 3, 4, 30, 40)).containsExactly(1, 2,
                3, 4, 10, 20, 30, 40);
    }

    @Test
    void trainingNormalizesByTheBatchAndInferenceByRunningStatistics() {
        BatchNorm2d norm = new BatchNorm2d(weights, 1);
        Shape shape = Shape.of(1, 2, 2, 1);
        // Mean 4, biased variance 5, unbiased 20 / 3.
        float[] y = onImages(norm::forward, true, shape, 1, 3, 5, 7);
        assertThat(y[3]).isCloseTo((float) (3 / Math.sqrt(5.00001)), within(1e-6f));
        assertThat(weights.statistics().get(0).values()[0]).isCloseTo(0.4f, within(1e-6f));
        assertThat(weights.statistics().get(1).values()[0]).isCloseTo((float) (0.9 + 2.0 / 3), within(1e-6f));
        float[] inferred = onImages(norm::forward, false, shape, 1, 3, 5, 7);
        assertThat(inferred[3]).isCloseTo((float) (6.6 / Math.sqrt(0.9 + 2.0 / 3 + 1e-5)), within(1e-5f));
        assertThat(weights.statistics().get(0).values()[0]).isCloseTo(0.4f, within(1e-6f));
        assertThat(onImages(norm::relu, false, shape, 0, 0.3f, 0.5f, 7)[0]).isZero();
        assertThat(onImages(norm::reluMaxPool, false, shape, 1, 3, 5, 7)).containsExactly(inferred[3]);
    }

    @Test
    void statisticsAreSavedAndLoadedWithTheParameters() throws IOException {
        BatchNorm2d norm = new BatchNorm2d(weights.scope("bn"), 2);
        onImages(norm::forward, true, Shape.of(1, 1, 2, 2), 1, 2, 3, 5);
        Path file = folder.resolve("weights.safetensors");
        WeightsFile.save(file, weights, Map.of());
        Weights other = new Engine(BACKEND).weights(2);
        new BatchNorm2d(other.scope("bn"), 2);
        WeightsFile.load(file, other);
        for (int i = 0; i < 2; i++) {
            Numbers.assertSameBits("statistic", other.statistics().get(i).values(),
                    weights.statistics().get(i).values());
        }
        SafeTensors content = SafeTensors.read(file);
        SafeTensors.write(file, new SafeTensors(content.tensors().values().stream().limit(3).toList(), Map.of()));
        assertThatThrownBy(() -> WeightsFile.load(file, other)).isInstanceOf(FormatException.class)
                .hasMessageContaining("tensor bn.running_var of shape [2] is missing");
    }

    @Test
    void mismatchesAreRejected() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (Backend backend : List.of(BACKEND, cpu)) {
                Weights own = new Engine(backend).weights(1);
                Conv2d conv = new Conv2d(own.scope("conv"), 3, 5, 4, 1, 0, Initializer.UNIFORM);
                Conv2d padded = new Conv2d(own.scope("padded"), 3, 5, 6, 1, 1, Initializer.UNIFORM);
                BatchNorm2d norm = new BatchNorm2d(own.scope("bn"), 5);
                try (Tape tape = new Engine(backend).training(RandomKey.of(1, "none"))) {
                    Tensor small = tape.input(Shape.of(1, 4, 3, 3), new float[36]);
                    Tensor flat = tape.input(Shape.of(4, 9), new float[36]);
                    Tensor wide = tape.input(Shape.of(1, 4, 4, 2), new float[32]);
                    Tensor pixel = tape.input(Shape.of(1, 1, 1, 5), new float[5]);
                    assertThatThrownBy(() -> conv.forward(small))
                            .hasMessage("a window of 4 x 4 pixels is larger than its image of 4 x 3");
                    assertThatThrownBy(() -> padded.forward(small))
                            .hasMessage("a window of 6 x 6 pixels is larger than its image of 4 x 3, padded by 1");
                    assertThatThrownBy(() -> conv.forward(flat))
                            .hasMessage("a batch of images must have 4 axes, not shape [4, 9]");
                    assertThatThrownBy(() -> conv.forward(wide))
                            .hasMessageContaining(
                                    "conv2d cannot take images of shape [1, 4, 4, 2] and a weight of shape");
                    assertThatThrownBy(() -> norm.forward(small))
                            .hasMessage(
                                    "batchNorm cannot take an input of shape [1, 4, 3, 3] and a weight of shape [5]:"
                                            + " it needs [..., channels] and [channels]");
                    assertThatThrownBy(() -> norm.forward(pixel)).hasMessage("batch normalization needs at least 2"
                            + " values per channel in training, not shape [1, 1, 1, 5]");
                    assertThatThrownBy(() -> new MaxPool2d(5, 1).forward(wide))
                            .hasMessage("a window of 5 x 5 pixels is larger than its image of 4 x 4");
                }
            }
        }
        assertThatThrownBy(() -> new Conv2d(weights, 3, 0, 3, 1, 1, Initializer.HE)).hasMessage("a convolution needs"
                + " channels, a kernel and a stride of at least 1 and no negative padding, not 3 to 0 channels,"
                + " kernel 3, stride 1, padding 1");
        assertThatThrownBy(() -> new Conv2d(weights, 3, 3, 3, 1, -1, Initializer.HE))
                .hasMessageContaining("padding -1");
        assertThatThrownBy(() -> new BatchNorm2d(weights, 0))
                .hasMessage("batch normalization needs at least 1 channel, not 0");
        assertThatThrownBy(() -> new MaxPool2d(2, 0))
                .hasMessage("pooling needs a size and a stride of at least 1, not 2 and 0");
        assertThatThrownBy(() -> new AveragePool2d(0, 1))
                .hasMessage("pooling needs a size and a stride of at least 1, not 0 and 1");
    }
}
