package scanline.engine.tensor;

import java.util.Arrays;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;

/** Loss functions. */
public final class Losses {
    /** A label that excludes its row from {@link #crossEntropy}, like PyTorch's {@code ignore_index}. */
    public static final int IGNORED = Backend.IGNORED;

    private Losses() {}

    /**
     * Computes the mean cross-entropy of softmax(logits) against the labels, in nats, over the rows that are not
     * {@link #IGNORED}.
     *
     * @param logits
     *            [..., C]
     * @param labels
     *            one for each row of logits, from 0 to C - 1; a row labeled {@link #IGNORED} has no loss and no
     *            gradient
     * @param smoothing
     *            the share of the target that is spread evenly over all classes (Szegedy et al. 2016, section 7); 0 for
     *            none
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the numbers of labels and rows differ, a label is not a class, or every row is ignored
     */
    public static Tensor crossEntropy(Tensor logits, int[] labels, float smoothing) {
        Shape shape = logits.shape();
        int rows = shape.rows();
        int classes = shape.size(-1);
        if (labels.length != rows) {
            throw new IllegalArgumentException("crossEntropy needs one label for each row of its logits: shape " + shape
                    + " has " + rows + " rows, but the number of labels is " + labels.length);
        }
        for (int i = 0; i < rows; i++) {
            if (labels[i] != IGNORED && (labels[i] < 0 || labels[i] >= classes)) {
                throw new IllegalArgumentException("crossEntropy: label " + i + " is " + labels[i]
                        + ", which is out of range for logits of shape " + shape + ": there are " + classes
                        + " classes, from 0 to " + (classes - 1));
            }
        }
        if (Arrays.stream(labels).allMatch(label -> label == IGNORED)) {
            throw new IllegalArgumentException("crossEntropy needs at least one label that is not ignored");
        }
        Tape tape = Tape.of(logits);
        Tensor loss = tape.result(Op.Plain.CROSS_ENTROPY, Shape.of(1), logits);
        Buffer probabilities = tape.scratch(shape.elements());
        tape.backend().crossEntropy(loss.value(), probabilities, logits.value(), labels, smoothing, rows, classes);
        tape.record(loss, () -> tape.backend().crossEntropyGradient(logits.gradient(), loss.gradient(), probabilities,
                labels, smoothing, rows, classes));
        return loss;
    }

    /**
     * Computes the mean of {@code -log(sigmoid(x))} where the target is true and {@code -log(1 - sigmoid(x))}
     * elsewhere, in nats, as PyTorch's {@code binary_cross_entropy_with_logits}. It accepts finite logits of any size.
     *
     * @param logits
     *            x, of any shape
     * @param targets
     *            one for each logit, row-major
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the numbers of targets and logits differ
     */
    public static Tensor binaryCrossEntropy(Tensor logits, boolean[] targets) {
        int n = logits.shape().elements();
        if (targets.length != n) {
            throw new IllegalArgumentException("binaryCrossEntropy needs one target for each of its logits: shape "
                    + logits.shape() + " has " + n + " elements, but the number of targets is "
                    + targets.length);
        }
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = targets[i] ? 1 : 0;
        }
        return crossEntropy(withZeros(logits), labels, 0f);
    }

    /**
     * Computes the mean of {@code -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x))}, in nats, for targets t that are
     * probabilities, as PyTorch's {@code binary_cross_entropy_with_logits}. It accepts finite logits of any size.
     *
     * @param logits
     *            x, of any shape
     * @param targets
     *            t, of the same shape, from 0 to 1; a gradient flows to them as well if they need one
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the shapes differ
     */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        requireSame("binaryCrossEntropy", logits, targets);
        int n = logits.shape().elements();
        Tape tape = Tape.of(logits, targets);
        Tensor t = Shaping.reshape(targets, Shape.of(n, 1));
        Tensor others = Arithmetic.subtract(tape.input(Shape.of(1), new float[] {1f}), t);
        Tensor logProbabilities = Activation.logSoftmax(withZeros(logits));
        return Arithmetic.scale(Reductions.sum(Arithmetic.multiply(Shaping.concat(others, t), logProbabilities)),
                -1f / n);
    }

    /**
     * Computes the mean squared error, {@code mean((x - t)^2)}, as PyTorch's {@code mse_loss}.
     *
     * @param x
     *            of any shape
     * @param t
     *            of the same shape; a gradient flows to it as well if it needs one
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the shapes differ
     */
    public static Tensor meanSquaredError(Tensor x, Tensor t) {
        requireSame("meanSquaredError", x, t);
        return Reductions.mean(Arithmetic.power(Arithmetic.subtract(x, t), 2f));
    }

    /**
     * Computes the mean absolute error, {@code mean(|x - t|)}, as PyTorch's {@code l1_loss}.
     *
     * @param x
     *            of any shape
     * @param t
     *            of the same shape; a gradient flows to it as well if it needs one
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the shapes differ
     */
    public static Tensor meanAbsoluteError(Tensor x, Tensor t) {
        requireSame("meanAbsoluteError", x, t);
        return Reductions.mean(Arithmetic.abs(Arithmetic.subtract(x, t)));
    }

    /**
     * Computes the Kullback-Leibler divergence of {@code q = softmax(logits)} from {@code p = softmax(targets)}, {@code
     * sum(p (log p - log q))} along the last axis, in nats, as the mean over all rows: PyTorch's {@code kl_div} of
     * logarithms with the reduction {@code batchmean}. It is the loss of distillation, where the targets are the logits
     * of a teacher (Hinton et al. 2015).
     *
     * @param logits
     *            [..., C], finite
     * @param targets
     *            the logits of p, of the same shape, finite; a gradient flows to them as well if they need one
     * @return the loss, [1]
     * @throws IllegalArgumentException
     *             if the shapes differ
     */
    public static Tensor klDivergence(Tensor logits, Tensor targets) {
        requireSame("klDivergence", logits, targets);
        Tensor logP = Activation.logSoftmax(targets);
        Tensor difference = Arithmetic.subtract(logP, Activation.logSoftmax(logits));
        return Arithmetic.scale(Reductions.sum(Arithmetic.multiply(Arithmetic.exp(logP), difference)),
                1f / logits.shape().rows());
    }

    private static void requireSame(String operation, Tensor x, Tensor targets) {
        if (!x.shape().equals(targets.shape())) {
            throw new IllegalArgumentException(operation + " needs targets of the same shape: it cannot take shapes "
                    + x.shape() + " and " + targets.shape());
        }
    }

    /** Returns the pairs (0, x), whose softmax is (1 - sigmoid(x), sigmoid(x)): n values of any shape to [n, 2]. */
    private static Tensor withZeros(Tensor x) {
        int n = x.shape().elements();
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Op.Plain.PAIR_WITH_ZERO, Shape.of(n, 2), x);
        tape.backend().fill(y.value(), 0, 2 * n, 0f);
        tape.backend().copy(y.value(), 1, 2, x.value(), 0, 1, n, 1);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), 0, 1, y.gradient(), 1, 2, n, 1));
        return y;
    }
}
