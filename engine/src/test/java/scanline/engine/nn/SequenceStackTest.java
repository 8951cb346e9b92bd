package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static scanline.engine.tensor.Numbers.assertSameBits;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Sgd;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Stacks of blocks around LSTMs. */
class SequenceStackTest {
    private static final int FEATURES = 3;
    private static final int CHANNELS = 6;
    private static final int CLASSES = 10;

    /** The published blocks. */
    enum Published {
        S5(SequenceBlock.Options.S5, Readout.MEAN), LRU(SequenceBlock.Options.LRU,
                Readout.LAST), S4D(SequenceBlock.Options.S4D, Readout.MEAN);

        private final SequenceBlock.Options options;
        private final Readout readout;

        Published(SequenceBlock.Options options, Readout readout) {
            this.options = options;
            this.readout = readout;
        }

        Network network(Weights weights, float dropout) {
            return new Network(
                    new SequenceStack(weights, FEATURES, CHANNELS, 2, lstm(), options.withDropout(dropout), readout),
                    new Linear(weights.scope("fc"), CHANNELS, CLASSES));
        }
    }

    private record Network(SequenceStack stack, Linear fc) {
        Tensor forward(Tensor x) {
            return fc.forward(stack.forward(x));
        }
    }

    private static Function<Weights, SequenceLayer> lstm() {
        return weights -> Recurrent.lstm(weights, CHANNELS, CHANNELS).asSequenceLayer();
    }

    @ParameterizedTest
    @EnumSource
    void everythingMatchesPyTorch(Published block) throws IOException {
        String name = "blocks-" + block.name().toLowerCase(Locale.ROOT);
        for (Backend backend : Golden.backends()) {
            try (backend) {
                Weights[] all = new Weights[1];
                Network[] network = new Network[1];
                GoldenModel model = new GoldenModel(backend, name, weights -> {
                    all[0] = weights;
                    network[0] = block.network(weights, 0);
                    return network[0]::forward;
                });
                model.comparePasses();
                model.compareTraining("sgd", new Sgd(0.1, 0, false, 0), Clipping.None.DEFAULT);
                Golden expected = new Golden(name + ".expected");
                all[0].statistics().forEach(
                        statistic -> expected.compare("sgd." + statistic.name(), statistic.values()));
                try (Tape tape = new Engine(backend).inference()) {
                    Tensor x = tape.input(expected.shape("input"), expected.values("input"));
                    expected.compare("sgd.logits", network[0].forward(x).values());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamHasTheBitsOfTheWholeSequence(Published block) {
        int steps = 9;
        float[] x = Numbers.uniform("x", steps * FEATURES, 1);
        for (int threads : new int[] {1, 2}) {
            try (Engine engine = Engine.open(1)) {
                Weights weights = engine.weights(3);
                Network network = block.network(weights, 0.3f);
                train(engine, weights, network); // statistics other than the first ones
                try (StreamingPredictor predictor = StreamingPredictor.of(weights, others -> {
                    Network same = block.network(others, 0.3f);
                    return same.stack.then(same.fc::forward);
                }, FEATURES, CLASSES, threads); Tape tape = engine.inference()) {
                    Stream stream = predictor.open();
                    float[] y = new float[CLASSES];
                    float[] after = network.fc.forward(
                            network.stack.afterEachStep(tape.input(Shape.of(steps, 1, FEATURES), x))).values();
                    for (int t = 0; t < steps; t++) {
                        predictor.step(stream, Arrays.copyOfRange(x, t * FEATURES, (t + 1) * FEATURES), y);
                        float[] first = Arrays.copyOf(x, (t + 1) * FEATURES);
                        assertThat(y).as("step %d", t).isEqualTo(network.forward(
                                tape.input(Shape.of(t + 1, 1, FEATURES), first)).values());
                        assertThat(y).isEqualTo(Arrays.copyOfRange(after, t * CLASSES, (t + 1) * CLASSES));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void threadsChangeNoBit(Published block) {
        float[][] expected = null;
        for (int threads : new int[] {1, 2, 3}) {
            try (CpuBackend backend = new CpuBackend(threads)) {
                Weights weights = new Engine(backend).weights(3);
                train(new Engine(backend), weights, block.network(weights, 0.3f));
                float[][] gradients = weights.parameters().stream().map(Parameter::gradients).toArray(float[][]::new);
                expected = expected == null ? gradients : expected;
                for (int i = 0; i < gradients.length; i++) {
                    assertSameBits(weights.parameters().get(i).name(), gradients[i], expected[i]);
                }
            }
        }
    }

    /** A pass over 97 sequences, forward and backward. */
    private static void train(Engine engine, Weights weights, Network network) {
        weights.clearGradients();
        try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
            Tensor x = tape.input(Shape.of(11, 97, FEATURES), Numbers.uniform("batch", 11 * 97 * FEATURES, 2));
            tape.backward(Losses.crossEntropy(network.forward(x), Numbers.labels(97, CLASSES), 0));
        }
    }

    @Test
    void partsAreNamedAsInTheReferences() {
        assertThat(names(Published.S5)).contains("encoder.weight", "encoder.bias", "layers.0.norm.weight",
                "layers.0.seq.weight_ih_l0", "layers.0.out2.weight", "layers.1.out2.bias")
                .noneMatch(name -> name.contains("out1"));
        assertThat(names(Published.LRU)).contains("layers.1.out1.weight", "layers.1.out2.weight");
        assertThat(names(Published.S4D)).contains("layers.0.output_linear.weight")
                .noneMatch(name -> name.contains("out1") || name.contains("out2"));
    }

    private static List<String> names(Published block) {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        block.network(weights, 0);
        return weights.parameters().stream().map(Parameter::name).toList();
    }

    @Test
    void impossibleModelsAreRejected() {
        Weights weights = new Engine(new ReferenceBackend()).weights(1);
        assertThatIllegalArgumentException().isThrownBy(
                () -> new SequenceStack(weights, 1, 2, 0, lstm(), SequenceBlock.Options.S5, Readout.MEAN))
                .withMessage("a sequence model needs at least 1 block, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SequenceBlock(weights, 2, lstm(), SequenceBlock.Options.S5.withDropout(1)))
                .withMessage("a dropout rate must be in [0, 1), not 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchNorm1d(weights, 2, 0))
                .withMessage("the momentum of a batch normalization must be in (0, 1], not 0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchNorm1d(weights, 0))
                .withMessage("batch normalization needs at least 1 channel, not 0");
        Recurrent both = new Recurrent(weights.scope("both"), CellKind.GRU, 2, 2, 1,
                new Recurrent.Options(0, true, false, false, RecurrentInitializer.DEFAULT));
        assertThatIllegalStateException().isThrownBy(both::asSequenceLayer)
                .withMessage("a bidirectional layer needs the whole sequence, so it cannot read step by step");
    }
}
