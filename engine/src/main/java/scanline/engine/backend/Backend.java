package scanline.engine.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import scanline.engine.geometry.Affine;
import scanline.engine.geometry.AxisShape;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.Learned;
import scanline.engine.geometry.LinearShape;
import scanline.engine.geometry.MatmulShape;
import scanline.engine.geometry.Place;
import scanline.engine.geometry.RowMoments;
import scanline.engine.geometry.Window;
import scanline.engine.random.RandomKey;

/**
 * The operations that every backend implements. Blocks are row-major float32. Outputs come first, then inputs, then
 * sizes. Methods named {@code ...Gradient} accumulate into their outputs.
 *
 * <p>
 * <b>Memory.</b> A backend computes on buffers of its own kind, which may be in the memory of a device: what is computed
 * from one operation to the next stays there. Only {@link Buffer#read} and {@link Buffer#write} cross the border, and a
 * reading must wait for all operations before it. A training step writes its inputs, and reads back two things: the
 * loss and the logits that say which answers are correct. Labels, row numbers and hyperparameters are arguments. A
 * {@code CustomOp} reads and writes its blocks as well. Buffers are allocated in the first step and reused in all later
 * ones.
 *
 * <p>
 * <b>Calls.</b> The number of calls in a step depends on the model, but not on the batch or on the length of a sequence,
 * if the backend has the fused operations. What concerns all parameters takes one call each: {@link #fill(List, float)}
 * clears the gradients, {@link #clipNorm} and {@link #clamp} limit them, and {@link #sgd}, {@link #rmsProp} or
 * {@link #adam} updates the parameters. No recipe needs more than 400 calls in a step. Operations may run
 * asynchronously, in the order of the calls.
 *
 * <p>
 * <b>Fused operations.</b> A backend may offer them as well, each group of them an interface of its own; where one is
 * missing, the operation is composed of those declared here. {@link FusedRecurrence} saves some thirty calls for each
 * time step of a recurrent layer, {@link FusedDiagonal} and {@link FusedMinimalRecurrence} as many of a linear one;
 * {@link FusedAttention} the calls for each head of each example, and the memory of the scores; {@link FusedFeedForward}
 * the hidden layer, {@link FusedNormPool} the normalized images, {@link FusedS4d} the states of every step, and
 * {@link FusedGate} the gates.
 *
 * <p>
 * <b>Determinism.</b> The same calls must give the same bits, for any number of threads. Every backend must sum each
 * element of a product in increasing order with fused multiply-adds, and any other sum in an order that depends on the
 * shapes alone; where rows are added to the same place, their order is stated. Backends may differ from each other by
 * rounding.
 *
 * <p>
 * A backend is used by one thread at a time.
 */
public interface Backend extends AutoCloseable {
    /** The name of the backend that is used unless another one is chosen. */
    String DEFAULT = "cpu";

    /** The environment variable that chooses another backend by its name. */
    String VARIABLE = "SCANLINE_BACKEND";

    /** The label of a row that does not contribute to a {@link #crossEntropy}. */
    int IGNORED = -1;

    /**
     * Opens the backend that the environment variable {@link #VARIABLE} names, or {@link #DEFAULT}.
     *
     * @param threads
     *            the number of threads it may use; the results do not depend on it
     * @throws IllegalArgumentException
     *             if no backend has this name
     */
    static Backend load(int threads) {
        return load(chosenName(), threads);
    }

    /** Returns the name that the environment variable {@link #VARIABLE} gives, or {@link #DEFAULT}. */
    static String chosenName() {
        return Objects.requireNonNullElse(System.getenv(VARIABLE), DEFAULT);
    }

    /**
     * Opens a backend, found through {@link ServiceLoader}.
     *
     * @param name
     *            its name: {@code cpu}, {@code reference}, or that of a backend on the module path or class path
     * @param threads
     *            the number of threads it may use; the results do not depend on it
     * @throws IllegalArgumentException
     *             if no backend has this name
     * @throws IllegalStateException
     *             if Java was started without the Vector API, which {@code cpu} needs
     */
    static Backend load(String name, int threads) {
        return provider(name).open(threads);
    }

    /**
     * Checks that there is a backend of this name.
     *
     * @throws IllegalArgumentException
     *             if there is none; the message lists the names that there are
     */
    static void requireName(String name) {
        provider(name);
    }

    private static Provider provider(String name) {
        List<Provider> providers = new ArrayList<>();
        ServiceLoader.load(Provider.class, Backend.class.getClassLoader()).forEach(providers::add);
        return providers.stream().filter(provider -> provider.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no backend is named \"" + name + "\"; there are "
                        + providers.stream().map(Provider::name).sorted().collect(Collectors.joining(", "))));
    }

    /**
     * The service that {@link #load} looks up to create a backend: a module-info provides it, or a file in
     * {@code META-INF/services} of a jar that is used on a class path names it.
     */
    interface Provider {
        /** The name by which users choose the backend. */
        String name();

        /** Creates a backend with that many threads. */
        Backend open(int threads);
    }

    /** The name of the backend, for reports and for the provenance of runs. */
    String name();

    /** Allocates a buffer of exactly {@code length} floats, filled with zeros. */
    Buffer allocate(int length);

    /** Sets {@code y[from + i] = value} for i below n. */
    void fill(Buffer y, int from, int n, float value);

    /** Sets every element of some buffers to a value, such as all gradients to zero before a training step. */
    void fill(List<Buffer> all, float value);

    /**
     * Copies the rows of a block [outer, rows, n] to other places: a transposition of its first two axes, a part of
     * another axis, or a repetition. The rows of y must not overlap.
     */
    void copy(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n);

    /**
     * Adds to y what {@link #copy(Buffer, Place, Buffer, Place, int, int, int)} would write there. With a stride of 0
     * in y, rows are added to the same place one after another, in the order of the block.
     */
    void accumulate(Buffer y, Place yAt, Buffer x, Place xAt, int outer, int rows, int n);

    /** Copies {@code rows} rows of n floats, which are {@code yStride} and {@code xStride} apart. */
    default void copy(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n) {
        copy(y, new Place(yFrom, 0, yStride), x, new Place(xFrom, 0, xStride), 1, rows, n);
    }

    /** Adds to y what {@link #copy(Buffer, int, int, Buffer, int, int, int, int)} would write there. */
    default void accumulate(Buffer y, int yFrom, int yStride, Buffer x, int xFrom, int xStride, int rows, int n) {
        accumulate(y, new Place(yFrom, 0, yStride), x, new Place(xFrom, 0, xStride), 1, rows, n);
    }

    /** {@code y[i] = x[numbers[i]]} for rows of n floats. */
    void lookUp(Buffer y, Buffer x, int[] numbers, int n);

    /** {@code dx[numbers[i]] += dy[i]} for rows of n floats, in the order of i. */
    void lookUpGradient(Buffer dx, Buffer dy, int[] numbers, int n);

    /** {@code y = a + b}. */
    void add(Buffer y, Buffer a, Buffer b, int n);

    /** {@code y = a - b}. */
    void subtract(Buffer y, Buffer a, Buffer b, int n);

    /** {@code db -= dy}. */
    void subtractGradient(Buffer db, Buffer dy, int n);

    /** {@code y = a b}, element-wise. */
    void multiply(Buffer y, Buffer a, Buffer b, int n);

    /** {@code da += dy b}, element-wise. */
    void multiplyGradient(Buffer da, Buffer dy, Buffer b, int n);

    /** {@code y = a / b}, element-wise. */
    void divide(Buffer y, Buffer a, Buffer b, int n);

    /** {@code da += dy / b, db -= dy y / b}, element-wise; each is skipped if null. */
    void divideGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer b, Buffer y, int n);

    /** {@code y = exp(x)}; its gradient is {@link #multiplyGradient} with y. */
    void exp(Buffer y, Buffer x, int n);

    /** {@code y = log(x)}, natural; its gradient is that of a dividend, {@link #divideGradient} with x. */
    void log(Buffer y, Buffer x, int n);

    /** {@code y = sin(x)}; its gradient is {@link #multiplyGradient} with {@code cos(x)}. */
    void sin(Buffer y, Buffer x, int n);

    /** {@code y = cos(x)}; its gradient is {@link #multiplyGradient} with {@code -sin(x)}. */
    void cos(Buffer y, Buffer x, int n);

    /** {@code y = sqrt(x)}. */
    void sqrt(Buffer y, Buffer x, int n);

    /** {@code dx += dy / (2 y)}. */
    void sqrtGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = x^exponent}. */
    void power(Buffer y, Buffer x, float exponent, int n);

    /** {@code dx += dy exponent x^(exponent - 1)}; nothing for an exponent of 0. */
    void powerGradient(Buffer dx, Buffer dy, Buffer x, float exponent, int n);

    /** {@code y = |x|}. */
    void abs(Buffer y, Buffer x, int n);

    /** {@code dx += dy} where x is positive, {@code dx -= dy} where it is negative. */
    void absGradient(Buffer dx, Buffer dy, Buffer x, int n);

    /** {@code y[o, i] = sum of x[o, k, i] over k}, summed in an order that depends on the shape alone. */
    void sum(Buffer y, Buffer x, AxisShape shape);

    /** {@code dx[o, k, i] += factor dy[o, i]}, with the product rounded before it is added. */
    void sumGradient(Buffer dx, Buffer dy, float factor, AxisShape shape);

    /** {@code y[o, k, i] = x[o, i]}. */
    void repeat(Buffer y, Buffer x, AxisShape shape);

    /** {@code dx[o, i] += sum of dy[o, k, i] over k}. */
    void repeatGradient(Buffer dx, Buffer dy, AxisShape shape);

    /**
     * {@code y[o, i] = max of x[o, k, i] over k}.
     *
     * @param found
     *            of the shape of y: the k of the maximum, the first of equal ones, or of the first NaN; n is at most
     *            2^24
     */
    void max(Buffer y, Buffer found, Buffer x, AxisShape shape);

    /** {@code dx[o, found[o, i], i] += dy[o, i]}. */
    void maxGradient(Buffer dx, Buffer dy, Buffer found, AxisShape shape);

    /** {@code y = 1 / (1 + exp(-x))}. */
    void sigmoid(Buffer y, Buffer x, int n);

    /** {@code dx += dy y (1 - y)}. */
    void sigmoidGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = tanh(x)}. */
    void tanh(Buffer y, Buffer x, int n);

    /** {@code dx += dy (1 - y^2)}. */
    void tanhGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = x} where x is positive, otherwise 0. */
    void relu(Buffer y, Buffer x, int n);

    /** {@code dx += dy} where y is positive. */
    void reluGradient(Buffer dx, Buffer dy, Buffer y, int n);

    /** {@code y = x Phi(x)}, with Phi the distribution function of the normal distribution. */
    void gelu(Buffer y, Buffer x, int n);

    /** {@code dx += dy (Phi(x) + x phi(x))}, with phi the density of the normal distribution. */
    void geluGradient(Buffer dx, Buffer dy, Buffer x, int n);

    /** {@code y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}, an approximation of {@link #gelu}. */
    void tanhGelu(Buffer y, Buffer x, int n);

    /** Adds the gradient of {@link #tanhGelu}. */
    void tanhGeluGradient(Buffer dx, Buffer dy, Buffer x, int n);

    /**
     * {@code y = (x - mean) / sqrt(variance + epsilon) gamma + beta} for every row, with the mean and variance of that
     * row.
     *
     * @param saved
     *            [rows] each, saved for the backward pass
     * @param affine
     *            [n] each
     */
    void layerNorm(Buffer y, RowMoments<Buffer> saved, Buffer x, Affine<Buffer> affine, float epsilon, int rows, int n);

    /**
     * With {@code z = (x - mean) inverse} and {@code g = dy gamma}: {@code dx += inverse (g - mean(g) - z mean(g z))},
     * {@code dgamma += sum(dy z), dbeta += sum(dy)} over the rows; a gradient that is null is not computed.
     */
    void layerNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x, RowMoments<Buffer> saved,
            Buffer gamma, int rows, int n);

    /** {@code y = exp(x) / sum(exp(x))}, the softmax of every row; both are [rows, n]. */
    void softmax(Buffer y, Buffer x, int rows, int n);

    /** {@code dx += y (dy - sum(y dy))} for every row, [rows, n]. */
    void softmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n);

    /** {@code y = x - log(sum(exp(x)))} for every row, [rows, n]. */
    void logSoftmax(Buffer y, Buffer x, int rows, int n);

    /** {@code dx += dy - exp(y) sum(dy)} for every row, [rows, n]. */
    void logSoftmaxGradient(Buffer dx, Buffer dy, Buffer y, int rows, int n);

    /** {@code y[i] = x[i] / (1 - rate)} where the key's i-th uniform number is at least {@code rate}, otherwise 0. */
    void dropout(Buffer y, Buffer x, RandomKey key, float rate, int n);

    /** {@code dx += dropout(dy)} with the same key. */
    void dropoutGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int n);

    /** {@link #dropout} with the same numbers for each of several steps of n elements: {@code y[t, i]} by the i-th. */
    void dropoutOfSteps(Buffer y, Buffer x, RandomKey key, float rate, int steps, int n);

    /** {@code dx += dropoutOfSteps(dy)} with the same key. */
    void dropoutOfStepsGradient(Buffer dx, Buffer dy, RandomKey key, float rate, int steps, int n);

    /** {@code y[rows, outputs] = x[rows, inputs] w[outputs, inputs]^T + b[outputs]}. */
    void linear(Buffer y, Buffer x, Buffer w, @Nullable Buffer b, LinearShape shape);

    /** {@code dx += dy w, dw += dy^T x, db += column sums of dy}; a gradient that is null is not computed. */
    void linearGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer db, Buffer dy, Buffer x, Buffer w,
            LinearShape shape);

    /** {@code y[i, rows, columns] = a[i, rows, depth] b[i, depth, columns]} for every i of the batch. */
    void matmul(Buffer y, Buffer a, Buffer b, MatmulShape shape);

    /** {@code da += dy b^T, db += a^T dy} for every product of the batch; a gradient that is null is not computed. */
    void matmulGradient(@Nullable Buffer da, @Nullable Buffer db, Buffer dy, Buffer a, Buffer b, MatmulShape shape);

    /**
     * {@code y[b, c, p] = x[b, p, c]}: stores the channels of every image one after another.
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
     * {@code y[b, i, j, o] = bias[o] + sum of x[b, i stride - padding + r, j stride - padding + s, c] w[o, c, r, s]},
     * summed over r, s and c in this order; x is zero outside the image.
     *
     * @param y
     *            [batch, out height, out width, outputs]
     * @param w
     *            [outputs, channels, rows, columns]
     */
    void convolution(Buffer y, Buffer x, Buffer w, Buffer bias, int outputs, Window window);

    /** Adds the gradients of {@link #convolution}; one that is null is not computed. */
    void convolutionGradient(@Nullable Buffer dx, @Nullable Buffer dw, @Nullable Buffer dbias, Buffer dy, Buffer x,
            Buffer w, int outputs, Window window);

    /**
     * Computes the maximum at each position of the window.
     *
     * @param from
     *            of the shape of y: the index of the maximum in the window, row-major; the first of equal values
     */
    void maxPool(Buffer y, Buffer from, Buffer x, Window window);

    /** Adds dy to dx where the maximum came from. */
    void maxPoolGradient(Buffer dx, Buffer dy, Buffer from, Window window);

    /** Computes the mean at each position of the window. */
    void averagePool(Buffer y, Buffer x, Window window);

    /** Adds dy, divided by the size of the window, to every element of dx under the window. */
    void averagePoolGradient(Buffer dx, Buffer dy, Window window);

    /** Computes the mean and the biased variance of every column of x[rows, channels]. */
    void batchStatistics(Buffer mean, Buffer variance, Buffer x, int rows, int channels);

    /**
     * Updates running statistics with those of a batch: {@code running = (1 - momentum) running + momentum new}, where
     * the new variance is {@code variance rows / (rows - 1)}.
     */
    void trackStatistics(Buffer runningMean, Buffer runningVariance, Buffer mean, Buffer variance, float momentum,
            int rows, int channels);

    /**
     * Normalizes every row of x[rows, channels].
     *
     * @param relu
     *            whether to replace negative results by 0
     */
    void batchNorm(Buffer y, Buffer x, ChannelNorm<Buffer> norm, boolean relu, int rows, int channels);

    /**
     * Adds the gradients of {@link #batchNorm}. With n rows, {@code v = (x - mean) / sqrt(variance + epsilon)}, and g =
     * dy, or 0 where relu made the result 0: {@code dbeta += sum(g), dgamma += sum(g v)}. If the statistics are those of
     * x, {@code dx += gamma / sqrt(variance + epsilon) (g - sum(g) / n - v sum(g v) / n)}; if they are constants,
     * {@code dx += gamma / sqrt(variance + epsilon) g}. A gradient that is null is not computed.
     */
    void batchNormGradient(@Nullable Buffer dx, Affine<Buffer> daffine, Buffer dy, Buffer x, ChannelNorm<Buffer> norm,
            boolean relu, int rows, int channels);

    /**
     * Computes the cross-entropy of softmax(logits) against labels, and the probabilities. With smoothing s the target
     * is 1 - s + s / classes for the label and s / classes for the other classes (Szegedy et al. 2016). A row whose
     * label is {@link #IGNORED} does not contribute to the loss; at least one row must have another label.
     *
     * @param loss
     *            [1], the mean over the rows that are not ignored
     * @param probabilities
     *            [rows, classes], set for every row
     */
    void crossEntropy(Buffer loss, Buffer probabilities, Buffer logits, int[] labels, float smoothing, int rows,
            int classes);

    /**
     * {@code dlogits += dloss (probabilities - target) / counted}, where the counted rows are those that are not
     * ignored.
     */
    void crossEntropyGradient(Buffer dlogits, Buffer dloss, Buffer probabilities, int[] labels, float smoothing,
            int rows, int classes);

    /** {@code y *= factor}. */
    void scale(Buffer y, float factor, int n);

    /** Moves y towards x: {@code y += weight (x - y)}, with the product not rounded before it is added. */
    void interpolate(Buffer y, Buffer x, float weight, int n);

    /** Clamps every element of some buffers to [-bound, bound]; NaN is preserved. */
    void clamp(List<Buffer> all, float bound);

    /**
     * Scales some buffers by {@code bound / (norm + 1e-6)} if that is less than 1, where the norm is that of all their
     * elements: the root of the sum of their squares. The squares of a buffer are summed in an order that depends on
     * its length alone, and rounded to float32; these sums are added in the order of the buffers, in double precision.
     * As the factor is applied here, nothing needs to be read back.
     */
    void clipNorm(List<Buffer> all, double bound);

    /** The hyperparameters of a step of stochastic gradient descent. */
    record SgdStep(float rate, float momentum, boolean nesterov, float decay) {}

    /**
     * Takes one step of stochastic gradient descent with momentum, as PyTorch's {@code SGD}, for each of some
     * parameters: {@code g += decay w; v = momentum v + g; w -= rate (nesterov ? g + momentum v : v)}.
     *
     * @param all
     *            the parameters, with the state v
     * @param steps
     *            the hyperparameters of each
     */
    void sgd(List<Learned<Buffer>> all, List<SgdStep> steps);

    /** The hyperparameters of a step of RMSProp. */
    record RmsPropStep(float rate, double alpha, float epsilon, float momentum, float decay) {}

    /**
     * Takes one step of RMSProp, as PyTorch's {@code RMSprop}, for each of some parameters: {@code g += decay w;
     * s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + epsilon); w -= rate v}.
     *
     * @param all
     *            the parameters, with the state s, v
     * @param steps
     *            the hyperparameters of each
     */
    void rmsProp(List<Learned<Buffer>> all, List<RmsPropStep> steps);

    /** The hyperparameters of a step of Adam. */
    record AdamStep(float stepSize, float shrink, float decay, double beta1, double beta2, float correction,
            float epsilon) {}

    /**
     * Takes one step of Adam, as PyTorch's {@code Adam}, for each of some parameters: {@code w *= shrink;
     * g += decay w; m += (1 - beta1) (g - m); s = beta2 s + (1 - beta2) g^2;
     * w -= stepSize m / (sqrt(s) / correction + epsilon)}.
     *
     * @param all
     *            the parameters, with the state m, s
     * @param steps
     *            the hyperparameters of each
     */
    void adam(List<Learned<Buffer>> all, List<AdamStep> steps);

    /** Ends the threads of the backend. */
    @Override
    void close();
}
