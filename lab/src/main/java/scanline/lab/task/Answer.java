package scanline.lab.task;

/**
 * A model's answer to an image.
 *
 * @param labels its class, its sequence or its set of labels
 * @param probability the probability of the whole answer
 * @param scores for each label, its probability in the image; for a sequence, the highest at any position
 * @param logits the network's output for each label; empty if it writes labels one after the other
 */
public record Answer(int[] labels, double probability, double[] scores, float[] logits) {}
