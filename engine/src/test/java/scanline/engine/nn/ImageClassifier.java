package scanline.engine.nn;

import scanline.engine.backend.Backend;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** A small convolutional classifier in training, on one batch of made-up numbers, with every layer of images in it. */
public final class ImageClassifier {
    private static final int CLASSES = 10;

    private final Weights weights;
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Conv2d conv2;
    private final BatchNorm2d bn2;
    private final AveragePool2d average = new AveragePool2d(2, 1);
    private final MaxPool2d max = new MaxPool2d(2, 1);
    private final Linear fc;
    private final Engine engine;
    private final Optimizer optimizer;
    private final Shape shape;
    private final float[] images;
    private final int[] labels;
    private final float[] loss = new float[1];

    /** Two convolutions, the second with a stride of 2, and a linear map. */
    public ImageClassifier(Backend backend, int batch, int height, int width, int channels, int more) {
        weights = new Engine(backend).weights(1);
        conv1 = new Conv2d(weights.scope("conv1"), 1, channels, 3, 1, 1, Initializer.HE);
        bn1 = new BatchNorm2d(weights.scope("bn1"), channels);
        conv2 = new Conv2d(weights.scope("conv2"), channels, more, 3, 2, 2, Initializer.XAVIER);
        bn2 = new BatchNorm2d(weights.scope("bn2"), more);
        int left = ((height / 2 + 1) / 2 - 1) * ((width / 2 + 1) / 2 - 1);
        fc = new Linear(weights.scope("fc"), left * more, CLASSES, Initializer.UNIFORM);
        engine = new Engine(backend);
        optimizer = new Optimizer(Adam.DEFAULT.withRate(0.01), weights);
        shape = Shape.of(height, batch, width);
        images = Numbers.uniform("images", shape.elements(), 1);
        labels = Numbers.labels(batch, CLASSES);
    }

    private Tensor forward(Tape tape) {
        Tensor first = bn1.reluMaxPool(conv1.forward(Images.ofRows(tape.input(shape, images))));
        Tensor second = bn2.forward(conv2.forward(first)).relu();
        return fc.forward(Images.flatten(max.forward(average.forward(second))));
    }

    /** One step of training: the loss before it. */
    public float step() {
        backward();
        optimizer.step();
        return loss[0];
    }

    /** Computes the gradients of the next step. */
    void backward() {
        weights.clearGradients();
        try (Tape tape = engine.training(RandomKey.of(1, "training"))) {
            Tensor entropy = Losses.crossEntropy(forward(tape), labels, 0);
            tape.backward(entropy);
            entropy.value().read(0, loss, 0, 1);
        }
    }

    /** The logits by the running statistics. */
    public float[] logits() {
        try (Tape tape = engine.inference()) {
            return forward(tape).values();
        }
    }

    /** What is trained. */
    public Weights weights() {
        return weights;
    }
}
