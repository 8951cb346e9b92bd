package scanline.data.sequence;

import java.util.Arrays;

/**
 * A batch of examples for a sequence model.
 *
 * @param values the input values, time-major: steps x examples x features
 * @param answers the labels of each example; exactly one in a classification task
 */
public record Batch(float[] values, int[][] answers) {
    /** The number of examples. */
    public int count() {
        return answers.length;
    }

    /** Returns the class of each example in a classification task: the first label. */
    public int[] labels() {
        return Arrays.stream(answers).mapToInt(answer -> answer[0]).toArray();
    }
}
