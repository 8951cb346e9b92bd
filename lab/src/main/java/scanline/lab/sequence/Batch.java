package scanline.lab.sequence;

import java.util.Arrays;

/**
 * Some examples, as a sequence model takes them.
 *
 * @param values time-major: steps x examples x features
 * @param answers the labels of each example: one where it has a class
 */
public record Batch(float[] values, int[][] answers) {
    /** How many examples there are. */
    public int count() {
        return answers.length;
    }

    /** The class of each example, where an answer is one. */
    public int[] labels() {
        return Arrays.stream(answers).mapToInt(answer -> answer[0]).toArray();
    }
}
