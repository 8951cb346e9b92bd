package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.engine.optim.Optimizer;
import scanline.engine.optim.Sgd;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Convolutional networks against what PyTorch computed, in files that src/test/python/golden.py wrote. */
class ImageLayersParityTest {
    private static final double TOLERANCE = 1e-5;

    private final Set<String> compared = new HashSet<>(Set.of("input", "labels"));

    @ParameterizedTest
    @ValueSource(strings = {"cnn", "cnn-strided"})
    void everythingMatchesPyTorch(String model) throws IOException {
        for (Backend backend : new Backend[] {new CpuBackend(2), new ReferenceBackend()}) {
            try (backend) {
                SafeTensors expected = SafeTensors.read(file(model + ".expected"));
                Weights weights = new Engine(backend).weights(1);
                Cnn cnn = new Cnn(weights, model.equals("cnn-strided"));
                WeightsFile.load(file(model), weights);
                Optimizer optimizer = new Optimizer(new Sgd(0.1, 0, false, 0), weights);
                for (int step = 0; step < 10; step++) {
                    float[][] pass = cnn.pass(expected, true);
                    if (step == 0) {
                        compare(expected, "logits", pass[0]);
                        compare(expected, "loss", pass[1]);
                        for (Parameter parameter : weights.parameters()) {
                            compare(expected, "gradient." + parameter.name(), parameter.gradients());
                        }
                    }
                    optimizer.step();
                }
                for (Parameter parameter : weights.parameters()) {
                    compare(expected, "sgd." + parameter.name(), parameter.values());
                }
                for (Statistic statistic : weights.statistics()) {
                    compare(expected, "sgd." + statistic.name(), statistic.values());
                }
                compare(expected, "sgd.logits", cnn.pass(expected, false)[0]);
                assertThat(compared).isEqualTo(expected.tensors().keySet());
            }
        }
    }

    private void compare(SafeTensors expected, String name, float[] actual) {
        compared.add(name);
        float[] values = expected.tensors().get(name).values();
        if (name.startsWith("gradient.conv") && name.endsWith("bias")) {
            // A batch normalization takes off again what the bias adds: the gradient is zero, but for rounding.
            for (int i = 0; i < values.length; i++) {
                assertThat(Math.abs(actual[i]) + Math.abs(values[i])).isLessThan(1e-6f);
            }
            return;
        }
        assertClose(name, actual, values, TOLERANCE);
    }

    private static Path file(String name) {
        return Path.of(URI.create(
                ImageLayersParityTest.class.getResource("/golden/" + name + ".safetensors").toString()));
    }

    /** The network of a golden file. */
    private static final class Cnn {
        private final boolean strided;
        private final Weights weights;
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final MaxPool2d max = new MaxPool2d(3, 2);
        private final AveragePool2d average = new AveragePool2d(2, 1);
        private final Linear fc;
        private final Engine engine;

        Cnn(Weights weights, boolean strided) {
            this.strided = strided;
            this.weights = weights;
            conv1 = new Conv2d(weights.scope("conv1"), 1, 6, 3, 1, 1, Initializer.UNIFORM);
            bn1 = new BatchNorm2d(weights.scope("bn1"), 6);
            conv2 = strided
                    ? new Conv2d(weights.scope("conv2"), 6, 20, 4, 2, 2, Initializer.UNIFORM)
                    : new Conv2d(weights.scope("conv2"), 6, 20, 3, 1, 1, Initializer.UNIFORM);
            bn2 = new BatchNorm2d(weights.scope("bn2"), 20);
            fc = new Linear(weights.scope("fc"), strided ? 40 : 120, 10);
            engine = new Engine(weights.backend());
        }

        private Tensor forward(Tensor x) {
            Tensor images = Images.ofRows(x);
            if (!strided) {
                Tensor y = bn2.reluMaxPool(conv2.forward(bn1.reluMaxPool(conv1.forward(images))));
                return fc.forward(Images.flatten(y));
            }
            Tensor first = max.forward(bn1.relu(conv1.forward(images)));
            Tensor second = bn2.forward(conv2.forward(first)).relu();
            return fc.forward(Images.flatten(average.forward(second)));
        }

        /** Logits and loss; while training gradients as well. */
        float[][] pass(SafeTensors expected, boolean training) {
            float[] images = expected.tensors().get("input").values();
            float[] numbers = expected.tensors().get("labels").values();
            int[] labels = new int[numbers.length];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) numbers[i];
            }
            weights.clearGradients();
            try (Tape tape = training ? engine.training(RandomKey.of(1, "none")) : engine.inference()) {
                Tensor logits = forward(tape.input(Shape.of(expected.tensors().get("input").shape()), images));
                Tensor loss = Losses.crossEntropy(logits, labels, 0);
                if (training) {
                    tape.backward(loss);
                }
                return new float[][] {logits.values(), loss.values()};
            }
        }
    }
}
