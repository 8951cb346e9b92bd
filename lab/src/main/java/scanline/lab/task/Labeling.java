package scanline.lab.task;

import java.util.stream.IntStream;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Tensor;
import scanline.lab.model.Classifier;

/**
 * A set of labels per image, each predicted by its own sigmoid, independent of the others (binary relevance): a label
 * is in the answer if its probability is at least one half.
 */
record Labeling(Classifier network, int classes) implements ClassifierTask {
    @Override
    public Loss loss(Tensor x, Batch batch) {
        Tensor logits = logits(x, batch);
        boolean[] targets = targets(batch);
        return new Loss(Losses.binaryCrossEntropy(logits, targets), () -> {
            float[] values = logits.values();
            return (int) IntStream.range(0, batch.count()).filter(b -> IntStream.range(b * classes, (b + 1) * classes)
                    .allMatch(i -> values[i] >= 0 == targets[i])).count();
        });
    }

    @Override
    public BatchEvaluation evaluate(Tensor x, Batch batch) {
        Tensor logits = network.forward(x);
        return new BatchEvaluation(Losses.binaryCrossEntropy(logits, targets(batch)).values()[0], batch.count(),
                answersOf(logits.values()));
    }

    @Override
    public Answer answer(float[] logits) {
        double[] p = IntStream.range(0, logits.length).mapToDouble(c -> Answers.sigmoid(logits[c])).toArray();
        int[] labels = IntStream.range(0, p.length).filter(c -> logits[c] >= 0).toArray();
        double all = IntStream.range(0, p.length).mapToDouble(c -> logits[c] >= 0 ? p[c] : 1 - p[c])
                .reduce(1, (a, b) -> a * b);
        return new Answer(labels, all, p, logits);
    }

    /** Returns whether each label is in the target of each example, [B, C]. */
    private boolean[] targets(Batch batch) {
        boolean[] targets = new boolean[batch.count() * classes];
        for (int b = 0; b < batch.count(); b++) {
            for (int label : batch.answers()[b]) {
                targets[b * classes + label] = true;
            }
        }
        return targets;
    }

    @Override
    public Score score() {
        return new SetScore(classes);
    }
}
