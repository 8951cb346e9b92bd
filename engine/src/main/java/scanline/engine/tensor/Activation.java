package scanline.engine.tensor;

import scanline.engine.geometry.Nonlinearity;

/** Nonlinear functions, applied element-wise or along the last axis. */
final class Activation {
    private Activation() {}

    /** Applies the logistic function, {@code 1 / (1 + exp(-x))}, to a tensor of any shape. */
    static Tensor sigmoid(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.SIGMOID, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().sigmoid(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().sigmoidGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /** Applies the hyperbolic tangent to a tensor of any shape. */
    static Tensor tanh(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.TANH, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().tanh(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().tanhGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /**
     * Applies the rectifier, {@code max(x, 0)} (Nair and Hinton 2010), to a tensor of any shape. The gradient at 0 is
     * 0, as in PyTorch.
     */
    static Tensor relu(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.RELU, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().relu(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().reluGradient(x.gradient(), y.gradient(), y.value(), n));
        return y;
    }

    /**
     * Applies the Gaussian error linear unit, {@code x Phi(x)}, to a tensor of any shape. Phi is the exact normal
     * distribution function (Hendrycks and Gimpel 2016), as in PyTorch's {@code gelu} without an approximation.
     */
    static Tensor gelu(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.GELU, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().gelu(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().geluGradient(x.gradient(), y.gradient(), x.value(), n));
        return y;
    }

    /**
     * Applies the approximation {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2} of {@link #gelu} to a tensor of
     * any shape (Hendrycks and Gimpel 2016), as PyTorch's {@code gelu} with {@code approximate="tanh"}.
     */
    static Tensor tanhGelu(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.TANH_GELU, x.shape(), x);
        int n = x.shape().elements();
        tape.backend().tanhGelu(y.value(), x.value(), n);
        tape.record(y, () -> tape.backend().tanhGeluGradient(x.gradient(), y.gradient(), x.value(), n));
        return y;
    }

    /** Computes {@code exp(x) / sum(exp(x))} along the last axis. */
    static Tensor softmax(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.SOFTMAX, x.shape(), x);
        int rows = x.shape().rows();
        int n = x.shape().size(-1);
        tape.backend().softmax(y.value(), x.value(), rows, n);
        tape.record(y, () -> tape.backend().softmaxGradient(x.gradient(), y.gradient(), y.value(), rows, n));
        return y;
    }

    /**
     * Computes {@code log(softmax(x))}, which is {@code x - log(sum(exp(x)))}, along the last axis. It is finite for
     * finite x, also where the softmax is 0 in float32.
     */
    static Tensor logSoftmax(Tensor x) {
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.LOG_SOFTMAX, x.shape(), x);
        int rows = x.shape().rows();
        int n = x.shape().size(-1);
        tape.backend().logSoftmax(y.value(), x.value(), rows, n);
        tape.record(y, () -> tape.backend().logSoftmaxGradient(x.gradient(), y.gradient(), y.value(), rows, n));
        return y;
    }

    /** Applies {@code f} element-wise. */
    static Tensor of(Nonlinearity f, Tensor x) {
        return switch (f) {
            case RELU -> relu(x);
            case GELU -> gelu(x);
        };
    }
}
