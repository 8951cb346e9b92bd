package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.experiment.Tally;
import scanline.lab.model.Classifier.Stepwise;
import scanline.lab.sequence.Batch;
import scanline.lab.task.Classification;

/**
 * How well a recurrent model classifies before it has read whole pictures: its head is given the state behind a step that is
 * not the last. It was trained on the last state alone.
 *
 * @param examples how many there are
 * @param points in the order of their steps; the last is what {@link Evaluation} says
 */
public record AccuracyAfterSteps(int examples, List<Point> points) {
    private static final int MOST_POINTS = 64;

    /**
     * A number of steps.
     *
     * @param steps how many are read, from 1 to the length of a sequence
     * @param accuracy the fraction of examples that are classified rightly then
     * @param loss their mean loss, in nats
     */
    public record Point(int steps, double accuracy, double loss) {}

    /**
     * Reads a split once. Nothing where the model does not classify by a state that a step leaves behind, as if it reads
     * backwards too, or where the split is empty.
     *
     * @return a point for each step, or {@value #MOST_POINTS} that are as far apart as whole steps allow where there are more
     */
    public static Optional<AccuracyAfterSteps> of(Experiment experiment, Split split) {
        Examples examples = experiment.examples(split);
        if (!(experiment.task() instanceof Classification task) || examples.isEmpty()) {
            return Optional.empty();
        }
        int[] steps = steps(experiment.input().steps());
        List<Tally> tallies = IntStream.of(steps).mapToObj(_ -> new Tally(task.score())).toList();
        for (int from = 0; from < examples.count(); from += Evaluation.BATCH) {
            Batch batch = examples.batch(from, Math.min(examples.count(), from + Evaluation.BATCH));
            try (Tape tape = Tape.inference(experiment.memory())) {
                Optional<Stepwise> read = task.network().stepwise(experiment.read(tape, batch));
                if (read.isEmpty()) {
                    return Optional.empty();
                }
                Stepwise model = read.get();
                for (int i = 0; i < steps.length; i++) {
                    Tensor logits = model.head().apply(Shaping.step(model.states(), steps[i] - 1));
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

    /** How many steps each point has read; the last one all. */
    static int[] steps(int all) {
        int points = Math.min(all, MOST_POINTS);
        return IntStream.rangeClosed(1, points).map(point -> (int) ((long) point * all / points)).toArray();
    }
}
