package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
import scanline.engine.tensor.Recurrence;
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
    @MethodSource("names")
    void logitsLossAndEveryGradientAreThoseOfPyTorch(String model) throws IOException {
        for (Backend backend : backends()) {
            try (backend) {
                Golden golden = new Golden(backend, model);
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
    @MethodSource("names")
    void theWeightsAfterTenStepsOfEachRuleAreThoseOfPyTorch(String model) throws IOException {
        for (Backend backend : backends()) {
            try (backend) {
                for (Map.Entry<String, Training> named : trainings(model).entrySet()) {
                    Training training = named.getValue();
                    Golden golden = new Golden(backend, model);
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

    @ParameterizedTest
    @MethodSource("names")
    void nothingInTheGoldenFilesIsLeftUncompared(String model) throws IOException {
        Golden golden = new Golden(new ReferenceBackend(), model);
        assertThat(golden.expected.tensors().keySet()).isEqualTo(Stream.concat(
                Stream.of("input", "labels", "logits", "loss.0.0", "loss.0.1"),
                Stream.concat(trainings(model).keySet().stream(), Stream.of("gradient.0.0", "gradient.0.1"))
                        .flatMap(name -> golden.weights.parameters().stream().map(p -> name + "." + p.name())))
                .collect(Collectors.toSet()));
    }

    /** Every kind, as deep as the files have it, in one direction and in both. */
    static Stream<String> names() {
        return Stream.of(Recurrence.values()).map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .flatMap(kind -> Stream.of("-1", "-2", "-3", "-1-bidirectional", "-2-bidirectional").map(kind::concat));
    }

    /** Two models were trained by every rule, the others by plain descent. */
    private static Map<String, Training> trainings(String model) {
        return model.equals("lstm-1") || model.equals("lstm-2") ? TRAININGS : Map.of("sgd", TRAININGS.get("sgd"));
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
        private final Recurrent recurrent;
        private final Linear linear;
        private final Memory memory;
        private float[] logits = {};
        private float[] loss = {};

        Golden(Backend backend, String model) throws IOException {
            String[] words = model.split("-");
            Recurrence kind = Recurrence.valueOf(words[0].toUpperCase(Locale.ROOT));
            boolean bidirectional = words.length == 3;
            expected = SafeTensors.read(file(model + ".expected"));
            weights = new Weights(backend, 1);
            recurrent = new Recurrent(weights.scope(kind.layer()), kind, 7, 12, Integer.parseInt(words[1]),
                    new Recurrent.Options(0, bidirectional, false, false, Initialisation.DEFAULT));
            linear = new Linear(weights.scope("fc"), bidirectional ? 24 : 12, 10);
            memory = new Memory(backend);
            WeightsFile.load(file(model), weights);
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
                Tensor y = linear.forward(recurrent.forward(x, Output.LAST_STEP));
                Tensor entropy = Losses.crossEntropy(y, labels, smoothing);
                tape.backward(entropy);
                logits = y.values();
                loss = entropy.values();
            }
        }
    }
}
