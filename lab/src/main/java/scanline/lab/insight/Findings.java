package scanline.lab.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.task.Answer;
import scanline.lab.task.LabelScore;
import scanline.lab.task.Score;

/**
 * What an evaluation shows beside its figures: how each label did, and the examples that are worth a look. It listens to the
 * evaluation, so that the examples are gone through once. Of equally sure answers the one to the earlier example is first.
 */
public final class Findings implements Evaluation.Listener {
    private static final Comparator<Example> BY_PROBABILITY = Comparator.comparingDouble(Example::probability);

    private final Split split;
    private final Score score;
    private final List<Example> examples = new ArrayList<>();

    /**
     * An example that was answered.
     *
     * @param number which picture of the split
     * @param target its right labels
     * @param answer the labels that the model gave
     * @param probability how probable the model takes its answer to be
     * @param correct whether the answer is all right
     */
    public record Example(int number, int[] target, int[] answer, double probability, boolean correct) {}

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
    public void example(int number, int[] target, Answer answer) {
        int before = score.correct();
        score.add(target, answer);
        examples.add(new Example(number, target, answer.labels(), answer.probability(), score.correct() > before));
    }

    /** Which pictures were answered. */
    public Split split() {
        return split;
    }

    /** How many there are. */
    public int examples() {
        return examples.size();
    }

    /** How many answers are all right. */
    public int correct() {
        return score.correct();
    }

    /** The wrong answers, the one that the model is surest of first. */
    public List<Example> mistakes() {
        return examples.stream().filter(example -> !example.correct).sorted(BY_PROBABILITY.reversed()).toList();
    }

    /** All answers, the one that the model is least sure of first. */
    public List<Example> unsure() {
        return examples.stream().sorted(BY_PROBABILITY).toList();
    }

    /** The answers in a cell of the confusion matrix, the one that the model is surest of first. */
    public List<Example> cell(int target, int answer) {
        return examples.stream()
                .filter(example -> Arrays.equals(example.target, new int[] {target})
                        && Arrays.equals(example.answer, new int[] {answer}))
                .sorted(BY_PROBABILITY.reversed()).toList();
    }

    /** How many labels (row) were taken for each label (column); empty for sets. */
    public int[][] confusion() {
        return score.confusion();
    }

    /** Whether answers are sets, whose labels have an average precision each. */
    public boolean isOfSets() {
        return !score.labels().isEmpty();
    }

    /** How each label did; an average precision is there for sets alone, else it is 0. */
    public List<LabelScore> labels() {
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
