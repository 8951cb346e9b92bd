package scanline.lab.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import scanline.engine.tensor.Tape;
import scanline.lab.data.Batch;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Loader;

/**
 * What a model says of a picture.
 *
 * @param labels its class, its sequence or its set
 * @param probability how probable that is, all of it
 * @param scores for each label how probable it is in the picture; of a sequence the highest at any place
 * @param logits what the network gave for each label; empty where it writes labels one after the other
 */
public record Answer(int[] labels, double probability, double[] scores, float[] logits) {
    /**
     * What the model of an experiment says of images, one after the other, whatever their labels.
     *
     * @param images of the size of {@link Experiment#outside}
     */
    public static List<Answer> of(Experiment experiment, ImageSet images) {
        Loader loader = experiment.loader(images);
        int[] all = IntStream.range(0, images.count()).toArray();
        List<Answer> answers = new ArrayList<>();
        for (int from = 0; from < all.length; from += Evaluation.BATCH) {
            try (Tape tape = Tape.inference(experiment.memory())) {
                Batch batch = loader.batch(all, from, Math.min(all.length, from + Evaluation.BATCH));
                answers.addAll(experiment.task().answers(experiment.read(tape, batch)));
            }
        }
        return answers;
    }
}
