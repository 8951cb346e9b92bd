package scanline.engine.tensor;

/** Numbers brought to a mean and a variance of their own. */
public final class Normalisation {
    private Normalisation() {}

    /**
     * Normalises every row: {@code (x - mean) / sqrt(variance + epsilon) gamma + beta} (Ba, Kiros and Hinton 2016, "Layer
     * normalization"), the variance over n, as PyTorch's {@code layer_norm}.
     *
     * @param x
     *            [..., n]
     * @param gamma
     *            [n], as {@code beta}
     */
    public static Tensor layer(Tensor x, Tensor gamma, Tensor beta, float epsilon) {
        int rows = x.shape().rows();
        int n = x.shape().size(-1);
        gamma.shape().require("the weight of a layer normalisation", Shape.of(n));
        beta.shape().require("the bias of a layer normalisation", Shape.of(n));
        Tape tape = Tape.of(x, gamma, beta);
        Tensor y = tape.result(x.shape(), x, gamma, beta);
        Buffer mean = tape.scratch(rows);
        Buffer inverse = tape.scratch(rows);
        tape.backend().layerNorm(y.value(), mean, inverse, x.value(), gamma.value(), beta.value(), epsilon, rows, n);
        tape.undo(y, () -> tape.backend().layerNormGradient(x.needsGradient() ? x.gradient() : null, gamma.gradient(),
                beta.gradient(), y.gradient(), x.value(), mean, inverse, gamma.value(), rows, n));
        return y;
    }
}
