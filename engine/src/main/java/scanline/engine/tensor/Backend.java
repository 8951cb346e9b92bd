package scanline.engine.tensor;

import java.util.ServiceLoader;

import org.jspecify.annotations.Nullable;

import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.LinearShape;
import scanline.engine.geometry.RowMoments;
import scanline.engine.geometry.Window;
import scanline.engine.random.RandomKey;

/**
 * What a processor must be able to do. Blocks are row-major float32; outputs come first, then inputs, then sizes; a
 * {@code Gradient} duty adds to what is already in its outputs. What else a backend may offer, such as a fused sequence,
 * is an interface of its own ({@link FusedRecurrence}); an op whose ability is missing runs composed of these duties.
 *
 * <p>
 * Every backend must add up each element of a product in increasing order by fused multiply-adds, and must give the same
 * bits for any number of threads. A backend is used by one thread at a time.
 */
public interface Backend extends AutoCloseable {
    /**
     * The backend that is present, found through {@link ServiceLoader}.
     *
     * @param threads
     *            how many threads it may use; the results do not depend on it
     */
    static Backend load(int threads) {
        return ServiceLoader.load(Provider.class, Backend.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException("no backend is on the module path")).open(threads);
    }

    /** Makes a backend; how {@link #load} finds one. */
    interface Provider {
        /** A backend with so many threads. */
        Backend open(int threads);
    }

    /** What it is, for reports. */
    String name();

    /** A new buffer, filled with zeros. */
    Buffer allocate(int length);

    /** {@code y[from + i] = value} for i below n. */
    void fill(Buffer y, int from, int n, float value);

    /** Copies {@code rows} pieces of n floats, {@code yStride} and {@code xStride} apart. */
    void copy(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n);

    /** As {@link #copy}, but adds to what is there. */
    void accumulate(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n);

    /** {@code y = a + b}. */
    void add(Buffer y, Buffer a, Buffer b, int n);

    /** {@code y = a - b}. */
    void subtract(Buffer y, Buffer a, Buffer b, int n);

    /** {@code db -= dy}. */
    void subtractGradient(Buffer db, Buffer dy, int n);

    /** {@code y = a b}, element by element. */
    void multiply(Buffer y, Buffer a, Buffer b, int n);

    /** {@code da += dy b}, element by element. */
    void multiplyGradient(Buffer da, Buffer dy, Buffer b, int n);

    /** {@code y = 1 / (1 + exp(-x))}. */
    void sigmoid(Buffer y, Buffer x, int n);

    /** {@code dx += dy y (1 - y)}. */
    void sigmoidGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = tanh(x)}. */
    void tanh(Buffer y, Buffer x, int n);

    /** {@code dx += dy (1 - y^2)}. */
    void tanhGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = x} where x is positive, else 0. */
    void relu(Buffer y, Buffer x, int n);

    /** {@code dx += dy} where y is positive. */
    void reluGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = x Phi(x)}, with Phi the distribution function of the normal distribution. */
    void gelu(Buffer y, Buffer x, int n);

    /** {@code dx += dy (Phi(x) + x phi(x))}, with phi the density of the normal distribution. */
    void geluGradient(Buffer dx, Buffer dy, Buffer x, int n);

    /**
     * {@code y = (x - mean) / sqrt(variance + epsilon) gamma + beta} for every row, mean and variance being those of the row.
     *
     * @param saved
     *            [rows] each, set for the gradient
     * @param affine
     *            [n] each
     */
    void layerNorm(Buffer y, RowMoments<Buffer> saved, Buffer x, Affine<Buffer> affine, float epsilon, int rows, int n);

    /**
     * With {@code z = (x - mean) inverse} and {@code g = dy gamma}: {@code dx += inverse (g - mean(g) - z mean(g z))},
     * {@code dgamma += the sum of dy z over the rows, dbeta += the sum of dy}; dx may be null.
     */
    void layerNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x, RowMoments<Buffer> saved,
            Buffer gamma, int rows, int n);

    /** The softmax of every row: {@code y = exp(x) / sum(exp(x))}, both [rows, n]. */
    void softmax(Buffer y, Buffer x, int rows, int n);

    /** {@code dx += y (dy - sum(y dy))} for every row, [rows, n]. */
    void softmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n);

    /** {@code y[i] = x[i] / (1 - rate)} where the key's i-th uniform number is at least {@code rate}, else 0. */
    void dropout(Buffer y, Buffer x, RandomKey key, float rate, int n);

    /** {@code dx += dropout(dy)} with the same key. */
    void dropoutGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int n);

    /** {@code y[rows, outputs] = x[rows, inputs] w[outputs, inputs]^T + b[outputs]}. */
    void linear(Buffer y, Buffer x, Buffer w, @Nullable Buffer b, LinearShape shape);

    /** {@code dx += dy w, dw += dy^T x, db += column sums of dy}; what is null is left out. */
    void linearGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer db, Buffer dy, Buffer x, Buffer w,
            LinearShape shape);

    /**
     * Every image as its channels, one after the other: {@code y[b, c, p] = x[b, p, c]}.
     *
     * @param y
     *            [batch, channels, pixels]
     * @param x
     *            [batch, pixels, channels]
     */
    void transpose(Buffer y, Buffer x, int batch, int pixels, int channels);

    /** {@code dx[b, p, c] += dy[b, c, p]}. */
    void transposeGradient(Buffer dx, Buffer dy, int batch, int pixels, int channels);

    /**
     * {@code y[b, i, j, o] = bias[o] + sum of x[b, i stride - padding + r, j stride - padding + s, c] w[o, c, r, s]} over r,
     * s and c in this order; x is zero outside the image.
     *
     * @param y
     *            [batch, out height, out width, outputs]
     * @param w
     *            [outputs, channels, rows, columns]
     */
    void convolution(Buffer y, Buffer x, Buffer w, Buffer bias, int outputs, Window window);

    /** The gradients of {@link #convolution}; dx is left out where it is null. */
    void convolutionGradient(@Nullable Buffer dx, Buffer dw, Buffer dbias, Buffer dy, Buffer x, Buffer w, int outputs,
            Window window);

    /**
     * The largest number under each place of the window.
     *
     * @param from
     *            the shape of y: which number it is, counted row by row in the window, the first of equals
     */
    void maxPool(Buffer y, Buffer from, Buffer x, Window window);

    /** Adds dy to dx where the largest number came from. */
    void maxPoolGradient(Buffer dx, Buffer dy, Buffer from, Window window);

    /** The mean of the numbers under each place of the window. */
    void averagePool(Buffer y, Buffer x, Window window);

    /** Adds dy, divided by the size of the window, to dx everywhere under the window. */
    void averagePoolGradient(Buffer dx, Buffer dy, Window window);

    /** The mean and the biased variance of every column of x[rows, channels]. */
    void batchStatistics(Buffer mean, Buffer variance, Buffer x, int rows, int channels);

    /**
     * Moves running statistics towards those of a batch: {@code running = (1 - momentum) running + momentum new}, where the
     * new variance is {@code variance rows / (rows - 1)}.
     */
    void trackStatistics(Buffer runningMean, Buffer runningVariance, Buffer mean, Buffer variance, float momentum,
            int rows, int channels);

    /**
     * Normalizes every row of x[rows, channels].
     *
     * @param relu
     *            whether what is not positive becomes 0
     */
    void batchNorm(Buffer y, Buffer x, ChannelNorm<Buffer> norm, boolean relu, int rows, int channels);

    /**
     * The gradients of {@link #batchNorm}, where the statistics are those of x: with n rows, {@code v = (x - mean) /
     * sqrt(variance + epsilon)} and g = dy, or 0 where relu cut it off, {@code dbeta += sum(g), dgamma += sum(g v), dx +=
     * gamma / sqrt(variance + epsilon) (g - sum(g) / n - v sum(g v) / n)}; dx is left out where it is null.
     */
    void batchNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x, ChannelNorm<Buffer> norm,
            boolean relu, int rows, int channels);

    /**
     * The cross-entropy of softmax(logits) against labels, and the probabilities: with smoothing s the target is
     * 1 - s + s / classes for the label and s / classes for the others (Szegedy et al. 2016). A row whose label is
     * {@link Losses#IGNORED} adds nothing to the loss; at least one row has another label.
     *
     * @param loss
     *            [1], the mean over the rows that are not ignored
     * @param probabilities
     *            [rows, classes], of every row
     */
    void crossEntropy(Buffer loss, Buffer probabilities, Buffer logits, int[] labels, float smoothing, int rows,
            int classes);

    /** {@code dlogits += dloss (probabilities - target) / counted} for the counted rows, which are not ignored. */
    void crossEntropyGradient(Buffer dlogits, Buffer dloss, Buffer probabilities, int[] labels, float smoothing,
            int rows, int classes);

    /** The sum of the squares, added up in an order that depends on n alone. */
    float sumOfSquares(Buffer x, int n);

    /** {@code y *= factor}. */
    void scale(Buffer y, float factor, int n);

    /** Limits y to -bound to bound. */
    void clamp(Buffer y, float bound, int n);

    /**
     * One step of stochastic gradient descent with momentum, as PyTorch's {@code SGD}: {@code g += decay w;
     * v = momentum v + g; w -= rate (nesterov ? g + momentum v : v)}.
     */
    void sgd(Buffer w, Buffer dw, Buffer v, float rate, float momentum, boolean nesterov, float decay, int n);

    /** The numbers of a step of RMSProp. */
    record RmsPropStep(float rate, double alpha, float epsilon, float momentum, float decay) {}

    /**
     * One step of RMSProp, as PyTorch's {@code RMSprop}: {@code g += decay w; s = alpha s + (1 - alpha) g^2;
     * v = momentum v + g / (sqrt(s) + epsilon); w -= rate v}.
     */
    void rmsProp(Buffer w, Buffer dw, Buffer s, Buffer v, RmsPropStep step, int n);

    /** The numbers of a step of Adam. */
    record AdamStep(float stepSize, float shrink, float decay, double beta1, double beta2, float correction,
            float epsilon) {}

    /**
     * One step of Adam, as PyTorch's {@code Adam}: {@code w *= shrink; g += decay w; m += (1 - beta1) (g - m);
     * s = beta2 s + (1 - beta2) g^2; w -= stepSize m / (sqrt(s) / correction + epsilon)}.
     */
    void adam(Buffer w, Buffer dw, Buffer m, Buffer s, AdamStep step, int n);

    /** Ends its threads. */
    @Override
    void close();
}
