package scanline.lab.experiment;

import java.util.List;
import java.util.Map;

import scanline.engine.tensor.Tape;
import scanline.lab.sequence.Batch;
import scanline.lab.task.Answer;
import scanline.lab.task.LabelScore;
import scanline.lab.task.Task;

/**
 * How well a model does on some examples.
 *
 * @param loss mean loss, in nats: of the examples, of the labels' sigmoids, or of the words that are written
 * @param correct how many examples are answered wholly rightly
 * @param examples how many there are
 * @param measures figures of the task besides, by their names; fractions where nothing else is said
 * @param confusion how many labels (row) were taken for each label (column); empty for sets of labels
 * @param labels how each label of a set did; empty for all else
 */
public record Evaluation(double loss, int correct, int examples, Map<String, Double> measures, int[][] confusion,
        List<LabelScore> labels) {
    // Few enough for the states of a step to stay in the second-level cache. It does not change any example's logits.
    public static final int BATCH = 250;

    /** Is told of each example, in order. */
    @FunctionalInterface
    public interface Listener {
        /** The right labels of an example, and what the model says of it. */
        void example(int number, int[] target, Answer answer);

        /** Tells nobody. */
        Listener NONE = (_, _, _) -> {};
    }

    /** The fraction of examples that are answered wholly rightly. */
    public double accuracy() {
        return (double) correct / examples;
    }

    /** Evaluates examples. */
    public static Evaluation of(Experiment experiment, Examples examples, Listener listener) {
        Tally tally = new Tally(experiment.task().score());
        for (int from = 0; from < examples.count(); from += BATCH) {
            Batch batch = examples.batch(from, Math.min(examples.count(), from + BATCH));
            try (Tape tape = Tape.inference(experiment.memory())) {
                Task.BatchEvaluation evaluation = experiment.task().evaluate(experiment.read(tape, batch), batch);
                tally.add(evaluation, batch);
                for (int b = 0; b < batch.count(); b++) {
                    listener.example(examples.number(from + b), batch.answers()[b], evaluation.answers().get(b));
                }
            }
        }
        return tally.evaluation();
    }
}
