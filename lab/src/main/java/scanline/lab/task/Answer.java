package scanline.lab.task;

/**
 * What a model says of a picture.
 *
 * @param labels its class, its sequence or its set
 * @param probability how probable that is, all of it
 * @param scores for each label how probable it is in the picture; of a sequence the highest at any place
 * @param logits what the network gave for each label; empty where it writes labels one after the other
 */
public record Answer(int[] labels, double probability, double[] scores, float[] logits) {}
