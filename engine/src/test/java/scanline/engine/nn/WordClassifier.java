package scanline.engine.nn;

import static scanline.engine.tensor.Numbers.labels;

import scanline.engine.backend.Backend;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;

/** A small transformer that encodes steps and decodes words, with one of everything that a decoder can be told to do. */
public final class WordClassifier {
    private static final float DROPOUT = 0.2f;
    private static final int WORDS = 5;

    private WordClassifier() {}

    /**
     * Five words for every sequence, of which only the first few have a label: a block that encodes, a block that decodes and
     * normalizes last, has ReLU and a bias, and one that normalizes first, has GELU and no bias.
     */
    public static Classifier of(Backend backend, int steps, int batch, int features, int width, int heads,
            int headWidth) {
        int[] words = labels(WORDS * batch, Classifier.CLASSES);
        int[] next = labels(WORDS * batch, Classifier.CLASSES);
        for (int i = 0; i < next.length; i++) {
            next[i] = i / batch > i % batch % WORDS ? Losses.IGNORED : next[i];
        }
        return new Classifier(backend, Shape.of(steps, batch, features), next, weights -> {
            EncoderBlock.Options last = new EncoderBlock.Options(
                    new MultiHeadAttention.Options(width, heads, headWidth, true, DROPOUT, Initializer.XAVIER,
                            Initializer.UNIFORM),
                    2 * width, Nonlinearity.RELU, false, Initializer.HE);
            EncoderBlock.Options first = new EncoderBlock.Options(
                    new MultiHeadAttention.Options(width, heads, headWidth, false, DROPOUT, Initializer.UNIFORM,
                            Initializer.UNIFORM),
                    2 * width, Nonlinearity.GELU, true, Initializer.UNIFORM);
            Linear input = new Linear(weights.scope("encoder.embedding"), features, width);
            EncoderBlock encoder = new EncoderBlock(weights.scope("encoder.layers.0"), last);
            Embedding embedding = new Embedding(weights.scope("decoder.embedding"), Classifier.CLASSES, width);
            Positions positions = new Positions(weights.scope("decoder"), WORDS + 1, width);
            DecoderBlock decoder = new DecoderBlock(weights.scope("decoder.layers.0"), last);
            DecoderBlock second = new DecoderBlock(weights.scope("decoder.layers.1"), first);
            Linear linear = new Linear(weights.scope("fc"), width, Classifier.CLASSES);
            return x -> {
                Tensor memory = encoder.forward(input.forward(x), Mask.NONE);
                Tensor y = positions.forward(embedding.forward(words, WORDS, batch, x));
                y = decoder.forward(y, memory, Mask.CAUSAL);
                return linear.forward(second.forward(y, memory, Mask.CAUSAL));
            };
        });
    }
}
