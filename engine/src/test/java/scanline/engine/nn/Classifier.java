package scanline.engine.nn;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import scanline.engine.backend.Backend;
import scanline.engine.geometry.CellKind;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A small classifier in training, on one batch of made-up numbers: what the tests of whole steps share. */
public final class Classifier {
    /** How many classes there are. */
    public static final int CLASSES = 10;

    private final Weights weights;
    private final UnaryOperator<Tensor> network;
    private final Engine engine;
    private final Optimizer optimizer;
    private final Shape shape;
    private final float[] images;
    private final int[] labels;
    private final float[] loss = new float[1];

    /** The network that {@code build} makes, from sequences of this shape, [T, B, F], to the logits. */
    public Classifier(Backend backend, Shape shape, Function<Weights, UnaryOperator<Tensor>> build) {
        this(backend, shape, Numbers.labels(shape.size(1), CLASSES), build);
    }

    /** The same with labels of its own. */
    Classifier(Backend backend, Shape shape, int[] labels, Function<Weights, UnaryOperator<Tensor>> build) {
        this.shape = shape;
        this.labels = labels;
        weights = new Engine(backend).weights(1);
        network = build.apply(weights);
        engine = new Engine(backend);
        optimizer = new Optimizer(Adam.DEFAULT.withRate(0.01), weights);
        images = Numbers.uniform("images", shape.elements(), 1);
    }

    /** Two recurrent layers, a dropout after each, and a linear map of the last step. */
    public static Classifier recurrent(Backend backend, CellKind kind, int steps, int batch, int features,
            int hidden) {
        return new Classifier(backend, Shape.of(steps, batch, features), weights -> {
            Recurrent recurrent = new Recurrent(weights.scope(kind.layer()), kind, features, hidden, 2,
                    Recurrent.Options.DEFAULT.withDropout(0.2f));
            Dropout dropout = new Dropout(0.3f);
            Linear linear = new Linear(weights.scope("fc"), hidden, CLASSES);
            return x -> linear.forward(dropout.forward(recurrent.forward(x, Output.LAST_STEP)));
        });
    }

    /** An S5 and an LRU between two linear maps, and the mean over the steps. */
    public static Classifier diagonal(Backend backend, int steps, int batch, int features, int hidden) {
        return new Classifier(backend, Shape.of(steps, batch, features), weights -> {
            Linear encoder = new Linear(weights.scope("encoder"), features, hidden);
            S5 s5 = new S5(weights.scope("s5"), hidden, S5.Options.DEFAULT.withStates(12, 2));
            Lru lru = new Lru(weights.scope("lru"), hidden, new Lru.Options(17, 0.5, 0.99, 3));
            Linear linear = new Linear(weights.scope("fc"), hidden, CLASSES);
            return x -> linear.forward(lru.forward(s5.forward(encoder.forward(x)).gelu()).meanOverSteps());
        });
    }

    /** One step of training: the loss before it. */
    public float step() {
        backward();
        new Clipping.Norm(0.5).clip(weights);
        optimizer.step();
        return loss[0];
    }

    /** Computes the gradients of the next step. */
    void backward() {
        weights.clearGradients();
        try (Tape tape = engine.training(RandomKey.of(1, "training").at(optimizer.steps()))) {
            Tensor entropy = Losses.crossEntropy(network.apply(tape.input(shape, images)), labels, 0.1f);
            tape.backward(entropy);
            entropy.value().read(0, loss, 0, 1);
        }
    }

    /** What is trained. */
    public Weights weights() {
        return weights;
    }
}
