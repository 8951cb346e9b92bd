package scanline.engine.tensor;

import org.jspecify.annotations.Nullable;
import scanline.engine.random.RandomKey;

/** The ability to run two linear maps with a non-linear function between them without storing what lies between. */
public interface FusedPerceptron {
    /**
     * Sizes and modes.
     *
     * @param key
     *            what dropout draws from: number {@code row hidden + j} for each
     * @param dropout
     *            its rate; 0 for none
     */
    record Sizes(int rows, int features, int hidden, Nonlinearity nonlinearity, RandomKey key, float dropout) {}

    /** The weights, or the gradients of these: w1 [hidden, features], b1 [hidden], w2 [features, hidden], b2 [features]. */
    record Matrices(Buffer w1, Buffer b1, Buffer w2, Buffer b2) {}

    /** {@code y = dropout(f(x w1^T + b1)) w2^T + b2}, x and y being [rows, features]. */
    void perceptron(Buffer y, Buffer x, Matrices w, Sizes sizes);

    /** Adds to the gradients of x, unless null, and of the weights. */
    void perceptronGradient(@Nullable Buffer dx, Matrices dw, Buffer dy, Buffer x, Matrices w, Sizes sizes);
}
