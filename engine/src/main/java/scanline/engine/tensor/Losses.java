package scanline.engine.tensor;

/** What training makes small. */
public final class Losses {
    private Losses() {}

    /**
     * The mean cross-entropy of softmax(logits) against the labels, in nats.
     *
     * @param logits
     *            [B, C]
     * @param labels
     *            B labels from 0 to C - 1
     * @param smoothing
     *            how much of the target is spread evenly over all classes (Szegedy et al. 2016, section 7); 0 for none
     * @return a single number, [1]
     * @throws IllegalArgumentException
     *             if the number of labels is not B, or a label is no class
     */
    public static Tensor crossEntropy(Tensor logits, int[] labels, float smoothing) {
        Shape shape = logits.shape().requireAxes("logits", 2);
        int rows = shape.size(0);
        int classes = shape.size(1);
        if (labels.length != rows) {
            throw new IllegalArgumentException(rows + " rows of logits were given " + labels.length + " labels");
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label " + label + " is none of " + classes + " classes");
            }
        }
        Tape tape = Tape.of(logits);
        Tensor loss = tape.result(Shape.of(1), logits);
        Buffer probabilities = tape.scratch(shape.elements());
        tape.backend().crossEntropy(loss.value(), probabilities, logits.value(), labels, smoothing, rows, classes);
        tape.undo(loss, () -> tape.backend().crossEntropyGradient(logits.gradient(), loss.gradient(), probabilities,
                labels, smoothing, rows, classes));
        return loss;
    }
}
