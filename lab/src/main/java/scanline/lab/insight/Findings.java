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
 * The findings of an evaluation in addition to its figures: the score of each label, and the examples that are worth a
 * look. They listen to the evaluation, so that one pass over the examples is enough. Among equally confident answers,
 * the one to the earlier example is first.
 */
public final class Findings implements Evaluation.Listener {
    private static final Comparator<Example> BY_PROBABILITY = Comparator.comparingDouble(Example::probability);

    private final Split split;
    private final Score score;
    private final List<Example> examples = new ArrayList<>();

    /**
     * An example that was answered.
     *
     * @param number the number of the picture in the split
     * @param target its target labels
     * @param answer the labels that the model predicted
     * @param probability the probability that the model gives its answer
     * @param correct whether the answer is entirely correct
     */
    public record Example(int number, int[] target, int[] answer, double probability, boolean correct) {}

    /** Starts without any findings about a split. */
    public Findings(Experiment experiment, Split split) {
        this.split = split;
        score = experiment.task().score();
    }

    /** Evaluates a split with the weights that the experiment has, and returns the findings. */
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

    /** The split that was evaluated. */
    public Split split() {
        return split;
    }

    /** The number of examples. */
    public int examples() {
        return examples.size();
    }

    /** The number of answers that are entirely correct. */
    public int correct() {
        return score.correct();
    }

    /** Returns the incorrect answers, the most confident first. */
    public List<Example> mistakes() {
        return examples.stream().filter(example -> !example.correct).sorted(BY_PROBABILITY.reversed()).toList();
    }

    /** Returns all answers, the least confident first. */
    public List<Example> unsure() {
        return examples.stream().sorted(BY_PROBABILITY).toList();
    }

    /** Returns the answers in a cell of the confusion matrix, the most confident first. */
    public List<Example> cell(int target, int answer) {
        return examples.stream()
                .filter(example -> Arrays.equals(example.target, new int[] {target})
                        && Arrays.equals(example.answer, new int[] {answer}))
                .sorted(BY_PROBABILITY.reversed()).toList();
    }

    /** Returns how often each label (row) was predicted as each label (column); empty for sets. */
    public int[][] confusion() {
        return score.confusion();
    }

    /** Returns whether answers are sets, whose labels have an average precision each. */
    public boolean isOfSets() {
        return !score.labels().isEmpty();
    }

    /** Returns the score of each label; the average precision is 0 unless answers are sets. */
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
