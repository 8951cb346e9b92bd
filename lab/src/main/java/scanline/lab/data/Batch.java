package scanline.lab.data;

/**
 * Some examples, as a sequence model takes them.
 *
 * @param values time-major: steps x examples x features
 * @param labels the class of each example
 */
public record Batch(float[] values, int[] labels) {
    /** How many examples there are. */
    public int count() {
        return labels.length;
    }
}
