package scanline.lab.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The score of sequences: an answer is correct if it has the target's length and the correct label at every position.
 * Further measures are {@code digitAccuracy}, the fraction of the target's labels that are at their position in the
 * answer; {@code editDistance}, the mean number of labels that must be inserted, deleted or replaced (Levenshtein
 * 1966); and {@code lengthAccuracy}, the fraction of answers of the correct length. The confusion matrix counts the
 * positions that both sequences have.
 */
final class SequenceScore implements Score {
    private final int[][] confusion;
    private int examples;
    private int correct;
    private int correctLengths;
    private long labels;
    private long correctLabels;
    private long edits;

    SequenceScore(int classes) {
        confusion = new int[classes][classes];
    }

    @Override
    public void add(int[] target, Answer answer) {
        int[] predicted = answer.labels();
        examples++;
        correct += Arrays.equals(target, predicted) ? 1 : 0;
        correctLengths += target.length == predicted.length ? 1 : 0;
        labels += target.length;
        for (int i = 0; i < Math.min(target.length, predicted.length); i++) {
            confusion[target[i]][predicted[i]]++;
            correctLabels += target[i] == predicted[i] ? 1 : 0;
        }
        edits += editDistance(target, predicted);
    }

    /** Returns the least number of insertions, deletions and replacements that turn one into the other. */
    static int editDistance(int[] a, int[] b) {
        int[] distances = new int[b.length + 1]; // from the first i labels of a to each prefix of b
        Arrays.setAll(distances, j -> j);
        for (int i = 1; i <= a.length; i++) {
            int diagonal = distances[0];
            distances[0] = i;
            for (int j = 1; j <= b.length; j++) {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = distances[j];
                distances[j] = Math.min(replaced, 1 + Math.min(distances[j], distances[j - 1]));
            }
        }
        return distances[b.length];
    }

    @Override
    public int correct() {
        return correct;
    }

    @Override
    public Map<String, Double> measures() {
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("digitAccuracy", labels == 0 ? 1 : (double) correctLabels / labels);
        measures.put("editDistance", (double) edits / examples);
        measures.put("lengthAccuracy", (double) correctLengths / examples);
        return measures;
    }

    @Override
    public int[][] confusion() {
        return confusion;
    }
}
