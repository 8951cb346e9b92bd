package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Learned vectors, one for each word of a vocabulary, named as PyTorch's {@code nn.Embedding}. */
public final class Embedding {
    private final Parameter weight;

    /** Creates the vectors, initialized from a normal distribution with a deviation of 1. */
    public Embedding(Weights weights, int words, int width) {
        Weights own = weights.layer("", "Embedding", words + " words of " + width, "y = E e(word)");
        weight = own.filled("weight", Shape.of(words, width),
                (values, key) -> key.normal(values, 0, values.length, 0, 1));
    }

    /**
     * Returns the vectors of some words.
     *
     * @param words
     *            the indices of the words, from 0, time-major: [T, B]
     * @param like
     *            a tensor of the pass
     * @return [T, B, width]
     */
    public Tensor forward(int[] words, int steps, int batch, Tensor like) {
        return Shaping.lookUp(weight, words, Shape.of(steps, batch), like);
    }
}
