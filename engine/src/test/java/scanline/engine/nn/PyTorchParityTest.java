package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Optimizer;
import scanline.engine.optim.RmsProp;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** What PyTorch computed, in files that src/test/python/golden.py wrote, from the weights that it began with. */
class PyTorchParityTest {
    // Of the largest magnitude of a tensor: rounding, added up differently.
    private static final double TOLERANCE = 1e-5;

    private record Training(UpdateRule rule, Clipping clipping) {}

    private static final Map<String, Training> TRAININGS = Map.of(
            "sgd", new Training(new Sgd(0.5, 0, false, 0), Clipping.None.DEFAULT),
            "sgd-nesterov", new Training(new Sgd(0.1, 0.9, true, 0.01), new Clipping.Norm(0.2)),
            "sgd-momentum", new Training(new Sgd(0.1, 0.9, false, 0), new Clipping.Value(0.01)),
            "rmsprop", new Training(RmsProp.DEFAULT, new Clipping.Value(0.01)),
            "rmsprop-momentum", new Training(new RmsProp(0.001, 0.9, 1e-6, 0.9, 0.01), Clipping.None.DEFAULT),
            "adam", new Training(Adam.DEFAULT, Clipping.None.DEFAULT),
            "adam-decay", new Training(new Adam(0.002, 0.8, 0.99, 1e-6, 0.1), new Clipping.Norm(0.2)),
            "adamw", new Training(new AdamW(0.002, 0.9, 0.999, 1e-8, 0.1), new Clipping.Norm(0.2)));

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void logitsLossAndEveryGradientAreThoseOfPyTorch(int layers) throws IOException {
        for (Backend backend : backends()) {
            try (backend) {
                Golden golden = new Golden(backend, layers);
                for (float smoothing : new float[] {0f, 0.1f}) {
                    golden.pass(smoothing);
                    String name = "loss." + smoothing;
                    assertClose("logits", golden.logits, golden.expected("logits"), TOLERANCE);
                    assertClose(name, golden.loss, golden.expected(name), TOLERANCE);
                    for (Parameter parameter : golden.weights.parameters()) {
                        name = "gradient." + smoothing + "." + parameter.name();
                        assertClose(name, parameter.gradients(), golden.expected(name), TOLERANCE);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theWeightsAfterTenStepsOfEachRuleAreThoseOfPyTorch(int layers) throws IOException {
        for (Backend backend : backends()) {
            try (backend) {
                for (Map.Entry<String, Training> named : TRAININGS.entrySet()) {
                    Training training = named.getValue();
                    Golden golden = new Golden(backend, layers);
                    Optimizer optimizer = new Optimizer(training.rule, golden.weights);
                    for (int step = 0; step < 10; step++) {
                        golden.pass(0);
                        training.clipping.clip(golden.weights);
                        optimizer.step(training.rule.rate());
                    }
                    for (Parameter parameter : golden.weights.parameters()) {
                        String name = named.getKey() + "." + parameter.name();
                        assertClose(name, parameter.values(), golden.expected(name), TOLERANCE);
                    }
                }
            }
        }
    }

    @Test
    void nothingInTheGoldenFilesIsLeftUncompared() throws IOException {
        for (int layers = 1; layers <= 2; layers++) {
            Golden golden = new Golden(new ReferenceBackend(), layers);
            assertThat(golden.expected.tensors().keySet()).isEqualTo(Stream.concat(
                    Stream.of("input", "labels", "logits", "loss.0.0", "loss.0.1"),
                    Stream.concat(TRAININGS.keySet().stream(), Stream.of("gradient.0.0", "gradient.0.1"))
                            .flatMap(name -> golden.weights.parameters().stream().map(p -> name + "." + p.name())))
                    .collect(Collectors.toSet()));
        }
    }

    @Test
    void schedulesAreThoseOfPyTorch() throws IOException {
        SafeTensors expected = SafeTensors.read(file("schedules"));
        float[] step = new float[30];
        float[] cosine = new float[30];
        for (int epoch = 0; epoch < 30; epoch++) {
            step[epoch] = (float) new Schedule.Step(7, 0.3).factor(epoch * 4L + 3, 4, 30);
            cosine[epoch] = (float) new Schedule.Cosine(0.05, true).factor(epoch * 4L + 3, 4, 30);
        }
        assertClose("step", step, expected.tensors().get("step").values(), 1e-6);
        assertClose("cosine", cosine, expected.tensors().get("cosine").values(), 1e-6);
    }

    private static Backend[] backends() {
        return new Backend[] {new CpuBackend(2), new ReferenceBackend()};
    }

    private static Path file(String name) {
        return Path.of(URI.create(
                PyTorchParityTest.class.getResource("/golden/" + name + ".safetensors").toString()));
    }

    /** The model of a golden file, with its first weights. */
    private static final class Golden {
        private final SafeTensors expected;
        private final Weights weights;
        private final Lstm lstm;
        private final Linear linear;
        private final Memory memory;
        private float[] logits = {};
        private float[] loss = {};

        Golden(Backend backend, int layers) throws IOException {
            expected = SafeTensors.read(file("lstm-" + layers + ".expected"));
            weights = new Weights(backend, 1);
            lstm = new Lstm(weights.scope("lstm"), 7, 12, layers, 0);
            linear = new Linear(weights.scope("fc"), 12, 10);
            memory = new Memory(backend);
            WeightsFile.load(file("lstm-" + layers), weights);
        }

        float[] expected(String name) {
            return expected.tensors().get(name).values();
        }

        /** Forward and backward. */
        void pass(float smoothing) {
            Entry input = expected.tensors().get("input");
            int[] labels = new int[5];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) expected("labels")[i];
            }
            weights.clearGradients();
            try (Tape tape = Tape.training(memory, RandomKey.of(1, "none"))) {
                Tensor x = tape.input(Shape.of(input.shape()), input.values());
                Tensor y = linear.forward(lstm.forward(x, Output.LAST_STEP));
                Tensor entropy = Losses.crossEntropy(y, labels, smoothing);
                tape.backward(entropy);
                logits = y.values();
                loss = entropy.values();
            }
        }
    }
}
