package scanline.lab.task;

/**
 * How a label did among the sets that were answered.
 *
 * @param label its number
 * @param present in how many pictures it is
 * @param predicted in how many answers it is
 * @param correct in how many of both
 * @param averagePrecision the mean, over the pictures that it is in, of the precision among the pictures whose score for it
 *     is not lower; 0 where it is in none
 */
public record LabelScore(int label, int present, int predicted, int correct, double averagePrecision) {
    /** The fraction of the answers with it that are right about it; 0 where there is none. */
    public double precision() {
        return predicted == 0 ? 0 : (double) correct / predicted;
    }

    /** The fraction of the pictures with it that are answered with it; 0 where there is none. */
    public double recall() {
        return present == 0 ? 0 : (double) correct / present;
    }

    /** The harmonic mean of both; 0 where nothing is right. */
    public double f1() {
        return harmonic(precision(), recall());
    }

    static double harmonic(double precision, double recall) {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
