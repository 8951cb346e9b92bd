package scanline.lab.report;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

import scanline.lab.task.Answer;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.task.LabelScore;
import scanline.lab.task.Score;

/**
 * What an evaluation shows beside its figures: how each label did, and the examples that are worth a look. It listens to the
 * evaluation, so that the examples are gone through once.
 */
public final class Findings implements Evaluation.Listener {
    static final int MISTAKES = 24;
    static final int UNSURE = 12;

    private final Split split;
    private final Score score;
    private final NavigableSet<Example> mistakes = new TreeSet<>(
            Comparator.comparingDouble(Example::probability).reversed().thenComparingInt(Example::number));
    private final NavigableSet<Example> unsure = new TreeSet<>(
            Comparator.comparingDouble(Example::probability).thenComparingInt(Example::number));
    private int examples;

    /**
     * An example that was answered.
     *
     * @param number which picture of the split
     * @param truth its right labels
     * @param answer the labels that the model gave
     * @param probability how probable the model takes its answer to be
     * @param right whether the answer is all right
     */
    public record Example(int number, int[] truth, int[] answer, double probability, boolean right) {}

    /** Nothing yet of a split. */
    public Findings(Experiment experiment, Split split) {
        this.split = split;
        score = experiment.task().score();
    }

    /** What an evaluation of a split shows, with the weights that the experiment has. */
    public static Findings of(Experiment experiment, Split split) {
        Findings findings = new Findings(experiment, split);
        Evaluation.of(experiment, experiment.examples(split), findings);
        return findings;
    }

    @Override
    public void example(int number, int[] truth, Answer answer) {
        int before = score.right();
        score.add(truth, answer);
        Example example = new Example(number, truth, answer.labels(), answer.probability(), score.right() > before);
        examples++;
        keep(unsure, example, UNSURE);
        if (!example.right()) {
            keep(mistakes, example, MISTAKES);
        }
    }

    private static void keep(NavigableSet<Example> kept, Example example, int most) {
        kept.add(example);
        if (kept.size() > most) {
            kept.pollLast();
        }
    }

    /** Which pictures were answered. */
    Split split() {
        return split;
    }

    /** How many there are. */
    int examples() {
        return examples;
    }

    /** How many answers are all right. */
    int right() {
        return score.right();
    }

    /** The wrong answers that the model is most sure of, the surest first. */
    List<Example> mistakes() {
        return List.copyOf(mistakes);
    }

    /** The answers that the model is least sure of, the least sure first. */
    List<Example> unsure() {
        return List.copyOf(unsure);
    }

    /** How many labels (row) were taken for each label (column); empty for sets. */
    int[][] confusion() {
        return score.confusion();
    }

    /** Whether answers are sets, whose labels have an average precision each. */
    boolean isOfSets() {
        return !score.labels().isEmpty();
    }

    /** How each label did; an average precision is there for sets alone, else it is 0. */
    List<LabelScore> labels() {
        int[][] confusion = confusion();
        return isOfSets()
                ? score.labels()
                : IntStream.range(0, confusion.length)
                        .mapToObj(c -> new LabelScore(c, IntStream.of(confusion[c]).sum(),
                                IntStream.range(0, confusion.length).map(row -> confusion[row][c]).sum(),
                                confusion[c][c], 0))
                        .toList();
    }
}
