package scanline.engine.tensor;

/**
 * Two linear maps with a non-linear function between them, as in a transformer's blocks (Vaswani et al. 2017, section 3.3):
 * fused where the backend can, composed of plain ops where it cannot.
 */
public final class Perceptron {
    private Perceptron() {}

    /** The weights: w1 [H, F], b1 [H], w2 [F, H], b2 [F]. */
    public record Layers(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {}

    /**
     * {@code dropout(f(x w1^T + b1)) w2^T + b2}, for every row of x.
     *
     * @param x
     *            [..., F]
     * @param dropout
     *            the rate of dropout while training, in [0, 1)
     * @return [..., F]
     * @throws IllegalArgumentException
     *             if the shapes do not fit each other
     */
    public static Tensor forward(Tensor x, Layers w, Nonlinearity f, float dropout) {
        int features = x.shape().size(-1);
        int hidden = w.b1.shape().size(-1);
        w.w1.shape().require("the first weight of a perceptron", Shape.of(hidden, features));
        w.w2.shape().require("the second weight of a perceptron", Shape.of(features, hidden));
        w.b2.shape().require("the second bias of a perceptron", Shape.of(features));
        Tape tape = Tape.of(x);
        if (!(tape.backend() instanceof FusedPerceptron fused)) {
            return composed(x, w, f, dropout);
        }
        Tape.Drop drop = tape.drop(dropout);
        FusedPerceptron.Sizes sizes = new FusedPerceptron.Sizes(x.shape().rows(), features, hidden, f,
                drop.key(), drop.rate());
        FusedPerceptron.Matrices matrices = new FusedPerceptron.Matrices(w.w1.value(), w.b1.value(), w.w2.value(),
                w.b2.value());
        Tensor y = tape.result(x.shape(), x, w.w1, w.b1, w.w2, w.b2);
        fused.perceptron(y.value(), x.value(), matrices, sizes);
        tape.undo(y, () -> fused.perceptronGradient(x.needsGradient() ? x.gradient() : null,
                new FusedPerceptron.Matrices(w.w1.gradient(), w.b1.gradient(), w.w2.gradient(), w.b2.gradient()),
                y.gradient(), x.value(), matrices, sizes));
        return y;
    }

    /** The same made of plain ops: the twin that the fused one is held against. */
    public static Tensor composed(Tensor x, Layers w, Nonlinearity f, float dropout) {
        Tensor hidden = Noise.dropout(f.of(Products.linear(x, w.w1, w.b1)), dropout);
        return Products.linear(hidden, w.w2, w.b2);
    }
}
