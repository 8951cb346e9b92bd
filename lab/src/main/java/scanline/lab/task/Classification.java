package scanline.lab.task;

import java.util.stream.IntStream;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Tensor;
import scanline.lab.model.Classifier;
import scanline.lab.recipe.Recipe;

/** One class per image: softmax and cross-entropy. */
public record Classification(Classifier network, Recipe recipe, int classes) implements ClassifierTask {
    @Override
    public Loss loss(Tensor x, Batch batch) {
        Tensor logits = logits(x, batch);
        int[] labels = batch.labels();
        return new Loss(Losses.crossEntropy(logits, labels, (float) recipe.loss().labelSmoothing()), () -> {
            float[] values = logits.values();
            return (int) IntStream.range(0, labels.length)
                    .filter(b -> Answers.largest(values, b * classes, classes) == labels[b]).count();
        });
    }

    @Override
    public BatchEvaluation evaluate(Tensor x, Batch batch) {
        return evaluateLogits(network.forward(x), batch);
    }

    /** Evaluates logits, [B, C], against the target classes. */
    public BatchEvaluation evaluateLogits(Tensor logits, Batch batch) {
        return new BatchEvaluation(Losses.crossEntropy(logits, batch.labels(), 0f).values()[0], batch.count(),
                answersOf(logits.values()));
    }

    /** Returns the answer that the model's outputs give; with a softmax head they are probabilities already. */
    @Override
    public Answer answer(float[] logits) {
        int largest = Answers.largest(logits, 0, classes);
        double[] p = recipe.head().softmax()
                ? IntStream.range(0, classes).mapToDouble(c -> logits[c]).toArray()
                : Answers.softmax(logits);
        return new Answer(new int[] {largest}, p[largest], p, logits);
    }

    @Override
    public Score score() {
        return new ClassScore(classes);
    }
}
