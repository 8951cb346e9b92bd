package scanline.lab.task;

/**
 * The score of one label among predicted sets.
 *
 * @param label its number
 * @param present the number of images that have it
 * @param predicted the number of answers that have it
 * @param correct the number of images where both do
 * @param averagePrecision the mean, over the images that have it, of the precision among the images whose score for it
 *     is not lower; 0 if no image has it
 */
public record LabelScore(int label, int present, int predicted, int correct, double averagePrecision) {
    /** The fraction of correct answers among those that have it; 0 if none has it. */
    public double precision() {
        return predicted == 0 ? 0 : (double) correct / predicted;
    }

    /** The fraction of the images that have it whose answers have it too; 0 if no image has it. */
    public double recall() {
        return present == 0 ? 0 : (double) correct / present;
    }

    /** The harmonic mean of both; 0 if nothing is correct. */
    public double f1() {
        return harmonic(precision(), recall());
    }

    static double harmonic(double precision, double recall) {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
