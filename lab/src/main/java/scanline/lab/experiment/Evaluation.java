package scanline.lab.experiment;

import java.util.List;
import java.util.Map;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Tape;
import scanline.lab.task.Answer;
import scanline.lab.task.LabelScore;
import scanline.lab.task.Task;

/**
 * The evaluation of a model on some examples.
 *
 * @param loss mean loss, in nats: of the examples, of the labels' sigmoids, or of the words that are written
 * @param correct the number of examples that are answered entirely correctly
 * @param examples the number of examples
 * @param measures further measures of the task, by name; fractions unless stated otherwise
 * @param confusion how often each label (row) was predicted as each label (column); empty for sets of labels
 * @param labels the score of each label of a set; empty for all other tasks
 */
public record Evaluation(double loss, int correct, int examples, Map<String, Double> measures, int[][] confusion,
        List<LabelScore> labels) {
    /** Receives each example, in order. */
    @FunctionalInterface
    public interface Listener {
        /** Receives the target labels of an example, and the model's answer. */
        void example(int number, int[] target, Answer answer);

        /** A listener that does nothing. */
        Listener NONE = (_, _, _) -> {};
    }

    /** The fraction of examples that are answered entirely correctly. */
    public double accuracy() {
        return (double) correct / examples;
    }

    /** Evaluates examples. */
    public static Evaluation of(Experiment experiment, Examples examples, Listener listener) {
        Tally tally = new Tally(experiment.task().score());
        int size = experiment.network().evaluationBatch();
        for (int from = 0; from < examples.count(); from += size) {
            Batch batch = examples.batch(from, Math.min(examples.count(), from + size));
            try (Tape tape = experiment.engine().inference()) {
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
