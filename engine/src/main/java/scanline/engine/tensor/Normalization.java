package scanline.engine.tensor;

import scanline.engine.backend.Buffer;
import scanline.engine.backend.FusedNormPool;
import scanline.engine.geometry.Affine;
import scanline.engine.geometry.ChannelNorm;
import scanline.engine.geometry.RowMoments;
import scanline.engine.geometry.Window;

/** Normalization to mean 0 and variance 1, followed by a learned scale and shift. */
public final class Normalization {
    /**
     * The parameters, running statistics and constants of a batch normalization. The tensors and statistics are [C]
     * each.
     *
     * @param gamma
     *            the learned scale
     * @param beta
     *            the learned shift
     * @param mean
     *            the running mean of the inputs while training
     * @param variance
     *            the running variance, unbiased
     * @param momentum
     *            the weight of a new batch in the running statistics
     * @param epsilon
     *            the constant added to the variance
     */
    public record BatchNorm(Tensor gamma, Tensor beta, Statistic mean, Statistic variance, float momentum,
            float epsilon) {
        private Op op(boolean relu, int pooled) {
            return new Op.BatchNorm(mean, variance, epsilon, relu, pooled);
        }
    }

    // The window size of the pooling that a backend may fuse.
    private static final int POOLED = 2;

    private Normalization() {}

    /**
     * Applies batch normalization over all axes but the last (Ioffe and Szegedy 2015), as PyTorch's
     * {@code BatchNorm2d}. Training uses the mean and the biased variance of the batch, and updates the running
     * statistics; inference uses the running statistics.
     *
     * @param x
     *            [..., C]
     * @param relu
     *            whether to apply ReLU to the result, which costs less than a separate operation
     * @return the result, of the shape of x
     * @throws IllegalArgumentException
     *             if the shapes do not match, or there is only one value per channel in training, which has no variance
     */
    public static Tensor batchNorm(Tensor x, BatchNorm norm, boolean relu) {
        Pass pass = new Pass(x, norm);
        Tape tape = pass.tape;
        Tensor y = tape.result(norm.op(relu, 0), x.shape(), x, norm.gamma, norm.beta);
        tape.backend().batchNorm(y.value(), x.value(), pass.norm, relu, pass.rows, pass.channels);
        tape.record(y,
                () -> tape.backend().batchNormGradient(x.gradientOrNull(), gradients(norm.gamma, norm.beta),
                        y.gradient(),
                        x.value(), pass.norm, relu, pass.rows, pass.channels));
        return y;
    }

    /**
     * Applies batch normalization, ReLU and max pooling over windows of 2 x 2 pixels, which follow most convolutions.
     * If the backend can fuse them, the normalized images, the largest blocks of a network, are not stored.
     *
     * @param x
     *            [B, H, W, C]
     * @return [B, H / 2, W / 2, C], rounded down
     */
    public static Tensor batchNormReluMaxPool(Tensor x, BatchNorm norm) {
        Window window = Images.window(x, POOLED, POOLED, POOLED, 0);
        if (!(Tape.of(x).backend() instanceof FusedNormPool fused)) {
            return Tape.of(x).composed(norm.op(true, POOLED), () -> composed(x, norm), x, norm.gamma, norm.beta);
        }
        Pass pass = new Pass(x, norm);
        Tape tape = pass.tape;
        Tensor y = tape.result(norm.op(true, POOLED), Images.places(window, window.channels()), x, norm.gamma,
                norm.beta);
        fused.batchNormPool(y.value(), x.value(), pass.norm, window);
        tape.record(y,
                () -> fused.batchNormPoolGradient(x.gradientOrNull(), gradients(norm.gamma, norm.beta), y.gradient(),
                        x.value(), pass.norm, window));
        return y;
    }

    /** Computes {@link #batchNormReluMaxPool} from basic operations: the reference implementation for the fused one. */
    public static Tensor composed(Tensor x, BatchNorm norm) {
        return Pooling.max(batchNorm(x, norm, true), POOLED, POOLED);
    }

    /**
     * Normalizes every row: {@code (x - mean) / sqrt(variance + epsilon) gamma + beta} (Ba, Kiros and Hinton 2016,
     * "Layer normalization"). The variance is divided by n, as in PyTorch's {@code layer_norm}.
     *
     * @param x
     *            [..., n]
     * @param gamma
     *            [n], as {@code beta}
     */
    public static Tensor layer(Tensor x, Tensor gamma, Tensor beta, float epsilon) {
        int rows = x.shape().rows();
        int n = x.shape().size(-1);
        if (!gamma.shape().equals(Shape.of(n)) || !beta.shape().equals(Shape.of(n))) {
            throw new IllegalArgumentException("layer normalization cannot take an input of shape " + x.shape()
                    + ", a weight of shape " + gamma.shape() + " and a bias of shape " + beta.shape()
                    + ": it needs [..., n], [n] and [n]");
        }
        Tape tape = Tape.of(x, gamma, beta);
        Tensor y = tape.result(new Op.LayerNorm(epsilon), x.shape(), x, gamma, beta);
        RowMoments<Buffer> saved = new RowMoments<>(tape.scratch(rows), tape.scratch(rows));
        Affine<Buffer> affine = new Affine<>(gamma.value(), beta.value());
        tape.backend().layerNorm(y.value(), saved, x.value(), affine, epsilon, rows, n);
        tape.record(y, () -> tape.backend().layerNormGradient(x.gradientOrNull(),
                gradients(gamma, beta), y.gradient(), x.value(), saved, gamma.value(), rows, n));
        return y;
    }

    private static Affine<Buffer> gradients(Tensor gamma, Tensor beta) {
        return new Affine<>(gamma, beta).map(Tensor::gradientOrNull);
    }

    /** The checks of a batch normalization, and the statistics that it normalizes with. */
    private static final class Pass {
        private final Tape tape;
        private final int rows;
        private final int channels;
        private final ChannelNorm<Buffer> norm;

        Pass(Tensor x, BatchNorm norm) {
            tape = Tape.of(x);
            rows = x.shape().rows();
            channels = x.shape().size(-1);
            Shape each = norm.gamma.shape().requireAxes("the weight of a batch normalization", 1);
            if (each.size(0) != channels) {
                throw new IllegalArgumentException("batchNorm cannot take an input of shape " + x.shape()
                        + " and a weight of shape " + each + ": it needs [..., channels] and [channels]");
            }
            norm.beta.shape().require("the bias of a batch normalization", each);
            norm.mean.shape().require("the running mean of a batch normalization", each);
            norm.variance.shape().require("the running variance of a batch normalization", each);
            Affine<Buffer> affine = new Affine<>(norm.gamma.value(), norm.beta.value());
            if (!tape.training()) {
                this.norm = new ChannelNorm<>(norm.mean.value(), norm.variance.value(), affine, norm.epsilon, false);
                return;
            }
            if (rows < 2) {
                throw new IllegalArgumentException(
                        "batch normalization needs at least 2 values per channel in training, not shape " + x.shape());
            }
            Buffer mean = tape.scratch(channels);
            Buffer variance = tape.scratch(channels);
            tape.backend().batchStatistics(mean, variance, x.value(), rows, channels);
            tape.backend().trackStatistics(norm.mean.value(), norm.variance.value(), mean, variance, norm.momentum,
                    rows, channels);
            this.norm = new ChannelNorm<>(mean, variance, affine, norm.epsilon, true);
        }
    }
}
