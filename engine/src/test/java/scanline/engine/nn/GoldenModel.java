package scanline.engine.nn;

import java.io.IOException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import scanline.engine.backend.Backend;
import scanline.engine.io.WeightsFile;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Optimizer;
import scanline.engine.optim.UpdateRule;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A classifier that PyTorch trained: its first weights are in {@code NAME}, what came of them in {@code NAME.expected}. */
final class GoldenModel {
    private static final int STEPS = 10;

    private final String name;
    private final Golden expected;
    private final Weights weights;
    private final UnaryOperator<Tensor> network;
    private final Engine engine;
    private float[] logits = {};
    private float[] loss = {};

    /** The model as {@code build} makes it, from the input to the logits. */
    GoldenModel(Backend backend, String name, Function<Weights, UnaryOperator<Tensor>> build) throws IOException {
        this(backend, name, (weights, _) -> build.apply(weights));
    }

    /** The same for a model that reads more of the file than its input. */
    GoldenModel(Backend backend, String name, BiFunction<Weights, Golden, UnaryOperator<Tensor>> build)
            throws IOException {
        this.name = name;
        expected = new Golden(name + ".expected");
        weights = new Engine(backend).weights(1);
        network = build.apply(weights, expected);
        engine = new Engine(backend);
    }

    /** Compares logits, loss and every gradient of the first weights. */
    void comparePasses() throws IOException {
        WeightsFile.load(Golden.file(name), weights);
        for (float smoothing : new float[] {0f, 0.1f}) {
            pass(smoothing);
            expected.compare("logits", logits);
            expected.compare("loss." + smoothing, loss);
            expected.compareGradients("gradient." + smoothing + ".", weights);
        }
    }

    /** Compares every weight after ten steps from the first ones; the training has a name in the file. */
    void compareTraining(String training, UpdateRule rule, Clipping clipping) throws IOException {
        WeightsFile.load(Golden.file(name), weights);
        Optimizer optimizer = new Optimizer(rule, weights);
        for (int step = 0; step < STEPS; step++) {
            pass(0);
            clipping.clip(weights);
            optimizer.step();
        }
        expected.compareValues(training + ".", weights);
    }

    /** Fails if the file has anything that was not compared. */
    void assertEverythingWasCompared() {
        expected.assertEverythingWasCompared();
    }

    /** Forward and backward. */
    private void pass(float smoothing) {
        weights.clearGradients();
        try (Tape tape = engine.training(RandomKey.of(1, "none"))) {
            Tensor y = network.apply(tape.input(expected.shape("input"), expected.values("input")));
            Tensor entropy = Losses.crossEntropy(y, expected.integers("labels"), smoothing);
            tape.backward(entropy);
            logits = y.values();
            loss = entropy.values();
        }
    }
}
