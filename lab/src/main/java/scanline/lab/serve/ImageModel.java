package scanline.lab.serve;

import java.util.List;
import java.util.Map;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.base.RunException;
import scanline.lab.predict.PredictionStream;
import scanline.lab.task.Answer;

/** A trained model that answers for images. Any number of threads may use it at the same time. */
public interface ImageModel extends AutoCloseable {
    /** Returns the answer to each image of the size {@link #pictureSize}. */
    List<Answer> answers(ImageSet images);

    /** The size of the images that it reads. */
    PictureSize pictureSize();

    /** How an image from elsewhere is brought to that size. */
    Preparation preparation();

    /** The names of the classes, in the order of their numbers. */
    List<String> classNames();

    /** What else a client may want to know, such as the recipe, as it is reported in JSON. */
    Map<String, Object> facts();

    /** The number of values of a step of a sequence. */
    default int features() {
        return 0;
    }

    /**
     * Starts a sequence that is read step by step.
     *
     * @throws RunException if the model cannot answer after each step
     */
    default PredictionStream stream() {
        throw new RunException("this model cannot answer after each step");
    }

    /** Reads one step of each of several sequences together, and returns the answer to each sequence so far. */
    default List<Answer> step(List<PredictionStream> streams, float[] steps) {
        throw new RunException("this model cannot answer after each step");
    }

    @Override
    void close();
}
