package scanline.engine.tensor;

import java.util.Arrays;

/** What training makes small. */
public final class Losses {
    /** A label that leaves its row out of {@link #crossEntropy}, as PyTorch's {@code ignore_index}. */
    public static final int IGNORED = -1;

    private Losses() {}

    /**
     * The mean cross-entropy of softmax(logits) against the labels, in nats, over the rows that are not {@link #IGNORED}.
     *
     * @param logits
     *            [..., C]
     * @param labels
     *            one for each row of logits, from 0 to C - 1, or {@link #IGNORED}: no loss, and no gradient
     * @param smoothing
     *            how much of the target is spread evenly over all classes (Szegedy et al. 2016, section 7); 0 for none
     * @return a single number, [1]
     * @throws IllegalArgumentException
     *             if the number of labels is not that of the rows, a label is no class, or every row is left out
     */
    public static Tensor crossEntropy(Tensor logits, int[] labels, float smoothing) {
        Shape shape = logits.shape();
        int rows = shape.rows();
        int classes = shape.size(-1);
        if (labels.length != rows) {
            throw new IllegalArgumentException(rows + " rows of logits were given " + labels.length + " labels");
        }
        for (int label : labels) {
            if (label != IGNORED && (label < 0 || label >= classes)) {
                throw new IllegalArgumentException("label " + label + " is none of " + classes + " classes");
            }
        }
        if (Arrays.stream(labels).allMatch(label -> label == IGNORED)) {
            throw new IllegalArgumentException("a cross-entropy needs at least one label that is not ignored");
        }
        Tape tape = Tape.of(logits);
        Tensor loss = tape.result(Shape.of(1), logits);
        Buffer probabilities = tape.scratch(shape.elements());
        tape.backend().crossEntropy(loss.value(), probabilities, logits.value(), labels, smoothing, rows, classes);
        tape.record(loss, () -> tape.backend().crossEntropyGradient(logits.gradient(), loss.gradient(), probabilities,
                labels, smoothing, rows, classes));
        return loss;
    }

    /**
     * The mean of {@code -log(sigmoid(x))} where the target is true and of {@code -log(1 - sigmoid(x))} elsewhere, in nats:
     * PyTorch's {@code binary_cross_entropy_with_logits}. No finite logit is too large for it.
     *
     * @param logits
     *            x, of any shape
     * @param targets
     *            one for each logit, row-major
     * @return a single number, [1]
     * @throws IllegalArgumentException
     *             if there are not as many targets as logits
     */
    public static Tensor binaryCrossEntropy(Tensor logits, boolean[] targets) {
        int n = logits.shape().elements();
        if (targets.length != n) {
            throw new IllegalArgumentException(n + " logits were given " + targets.length + " targets");
        }
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = targets[i] ? 1 : 0;
        }
        return crossEntropy(besideZeros(logits), labels, 0f);
    }

    /** The pairs (0, x), whose softmax is (1 - sigmoid(x), sigmoid(x)): n numbers of any shape to [n, 2]. */
    private static Tensor besideZeros(Tensor x) {
        int n = x.shape().elements();
        Tape tape = Tape.of(x);
        Tensor y = tape.result(Shape.of(n, 2), x);
        tape.backend().fill(y.value(), 0, 2 * n, 0f);
        tape.backend().copy(y.value(), 1, 2, x.value(), 0, 1, n, 1);
        tape.record(y, () -> tape.backend().accumulate(x.gradient(), 0, 1, y.gradient(), 1, 2, n, 1));
        return y;
    }
}
