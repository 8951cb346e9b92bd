package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.experiment.Tally;
import scanline.lab.model.Classifier.Stepwise;
import scanline.lab.task.Classification;

/**
 * The accuracy of a recurrent model before it has read whole images: it classifies as if the sequence ended after
 * an earlier step than the last. It was trained on whole sequences only.
 *
 * @param examples the number of examples
 * @param points in the order of their steps; the last equals the {@link Evaluation}
 */
public record AccuracyAfterSteps(int examples, List<Point> points) {
    private static final int MOST_POINTS = 64;

    /**
     * The accuracy after a number of steps.
     *
     * @param steps the number of steps that are read, from 1 to the length of a sequence
     * @param accuracy the fraction of examples that are classified correctly after these
     * @param loss their mean loss, in nats
     */
    public record Point(int steps, double accuracy, double loss) {}

    /**
     * Reads a split once. Returns empty if the model does not classify by the state after a step, for example because
     * it also reads backward, or if the split is empty.
     *
     * @return a point for each step, or {@value #MOST_POINTS} that are as far apart as whole steps allow if there are
     *     more
     */
    public static Optional<AccuracyAfterSteps> of(Experiment experiment, Split split) {
        Examples examples = experiment.examples(split);
        if (!(experiment.task() instanceof Classification task) || examples.isEmpty()) {
            return Optional.empty();
        }
        int[] steps = steps(experiment.input().steps());
        List<Tally> tallies = IntStream.of(steps).mapToObj(_ -> new Tally(task.score())).toList();
        int size = task.network().evaluationBatch();
        for (int from = 0; from < examples.count(); from += size) {
            Batch batch = examples.batch(from, Math.min(examples.count(), from + size));
            try (Tape tape = experiment.engine().inference()) {
                Optional<Stepwise> read = task.network().stepwise(experiment.read(tape, batch));
                if (read.isEmpty()) {
                    return Optional.empty();
                }
                Stepwise model = read.get();
                for (int i = 0; i < steps.length; i++) {
                    Tensor logits = model.head().apply(model.states().step(steps[i] - 1));
                    tallies.get(i).add(task.evaluateLogits(logits, batch), batch);
                }
            }
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            Evaluation evaluation = tallies.get(i).evaluation();
            points.add(new Point(steps[i], evaluation.accuracy(), evaluation.loss()));
        }
        return Optional.of(new AccuracyAfterSteps(examples.count(), points));
    }

    /** Returns the number of steps that each point has read; the last point has read all. */
    static int[] steps(int all) {
        int points = Math.min(all, MOST_POINTS);
        return IntStream.rangeClosed(1, points).map(point -> (int) ((long) point * all / points)).toArray();
    }
}
