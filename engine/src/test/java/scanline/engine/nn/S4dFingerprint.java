package scanline.engine.nn;

import scanline.engine.cpu.CpuBackend;
import scanline.engine.nn.S4d.Initialization;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Prints a hash over what an S4D layer makes of its input, and over all gradients, which must be the same everywhere. */
public final class S4dFingerprint {
    private S4dFingerprint() {}

    /** See the class. */
    public static void main(String[] arguments) {
        System.out.println("hash " + hash(1));
    }

    /** The hash of three passes, each of which reads the outputs of the one before. */
    static String hash(int threads) {
        Shape shape = Shape.of(5, 3, 18);
        float[] x = Numbers.uniform("x", shape.elements(), 1);
        long hash = 0;
        try (Engine engine = new Engine(new CpuBackend(threads))) {
            Weights weights = engine.weights(1);
            S4d layer = new S4d(weights, 18, 10, Initialization.LEGS);
            weights.clearGradients();
            for (int pass = 0; pass < 3; pass++) {
                try (Tape tape = engine.training(RandomKey.of(1, "none"))) {
                    Tensor y = layer.forward(tape.input(shape, x));
                    x = y.tanh().values();
                    tape.backward(y.multiply(y).sum());
                }
                hash = Numbers.hash(hash, x);
            }
            for (Parameter parameter : weights.parameters()) {
                hash = Numbers.hash(hash, parameter.gradients());
            }
        }
        return Long.toHexString(hash);
    }
}
