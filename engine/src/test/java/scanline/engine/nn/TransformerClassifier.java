package scanline.engine.nn;

import java.util.stream.IntStream;
import scanline.engine.backend.Backend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;

/** A small transformer, with one of everything that its layers can be told to do. */
public final class TransformerClassifier {
    private static final float DROPOUT = 0.2f;

    private TransformerClassifier() {}

    /**
     * Embedded steps with a token and positions, a causal block that normalizes first, has GELU and no bias, a block that
     * normalizes last, has ReLU, a bias and padded sequences, and a linear map of the token.
     */
    public static Classifier of(Backend backend, int steps, int batch, int features, int width, int heads,
            int headWidth) {
        int[] lengths = IntStream.range(0, batch).map(b -> 1 + steps - b % steps).toArray();
        return new Classifier(backend, Shape.of(steps, batch, features), weights -> {
            PatchEmbedding embedding = new PatchEmbedding(weights.scope("embedding"), features, width);
            ClassToken token = new ClassToken(weights, width);
            Positions positions = new Positions(weights, 1 + steps, width);
            Dropout dropout = new Dropout(DROPOUT);
            EncoderBlock causal = new EncoderBlock(weights.scope("layers.0"), new EncoderBlock.Options(
                    new MultiHeadAttention.Options(width, heads, headWidth, false, DROPOUT, Initializer.UNIFORM,
                            Initializer.UNIFORM),
                    2 * width, Nonlinearity.GELU, true, Initializer.UNIFORM));
            EncoderBlock padded = new EncoderBlock(weights.scope("layers.1"), new EncoderBlock.Options(
                    new MultiHeadAttention.Options(width, heads, headWidth, true, DROPOUT, Initializer.XAVIER,
                            Initializer.UNIFORM),
                    2 * width, Nonlinearity.RELU, false, Initializer.HE));
            Linear linear = new Linear(weights.scope("fc"), width, Classifier.CLASSES);
            return x -> {
                Tensor tokens = dropout.forward(positions.forward(token.forward(embedding.forward(x))));
                tokens = causal.forward(tokens, Mask.CAUSAL);
                tokens = padded.forward(tokens, Mask.NONE.padded(lengths));
                return linear.forward(tokens.step(0));
            };
        });
    }
}
