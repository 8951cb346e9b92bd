package scanline.lab.predict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.data.sequence.Batch;
import scanline.data.sequence.Loader;
import scanline.engine.io.WeightsFile;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Trained;
import scanline.lab.task.Answer;

/**
 * A trained model that only answers. It has its own copy of the weights and needs no data set, and any number of threads
 * may use it at the same time. Its answers have the bits of those of an evaluation; they depend neither on the number of
 * threads nor on which images are answered together.
 */
public final class Predictor implements AutoCloseable {
    private final Recipe recipe;
    private final Model.Input input;
    private final PictureSize pictureSize;
    private final Preparation preparation;
    private final List<String> classNames;
    private final String weightsHash;
    private final Loader loader;
    private final int batch;
    private final Frozen model;
    private final Answering answering;
    private @Nullable Streaming streaming;
    private boolean closed;

    private Predictor(Experiment experiment, Compute compute) {
        recipe = experiment.recipe();
        input = experiment.input();
        pictureSize = experiment.pictureSize();
        preparation = experiment.preparation();
        classNames = List.copyOf(experiment.dataset().classNames());
        weightsHash = WeightsFile.hash(experiment.weights());
        loader = experiment.examples(new ImageSet(pictureSize.height(), pictureSize.width(), new byte[0], new byte[0],
                input.classes())).loader();
        batch = experiment.network().evaluationBatch();
        model = Frozen.of(recipe, input, experiment.weights(), compute);
        answering = Answering.with(model);
    }

    /**
     * Opens a trained model. The data set is not opened if the run records the names of its classes and the size of an
     * image.
     *
     * @param runOrRecipe the folder of a run, or a recipe
     * @param weights a weights file; null for the best weights of the run
     * @param threads the number of threads that a prediction may use
     * @throws scanline.data.base.UserException if there is no such model, or the weights do not fit it
     */
    public static Predictor open(String runOrRecipe, @Nullable Path weights, int threads) throws IOException {
        try (Trained trained = Trained.openAlone(runOrRecipe, weights, List.of(), Compute.with(1))) {
            return of(trained.experiment(), threads);
        }
    }

    /**
     * Creates a predictor with the present weights of an experiment, which may be closed afterwards. The backend is that of
     * {@link Compute#with}.
     *
     * @param threads the number of threads that a prediction may use
     */
    public static Predictor of(Experiment experiment, int threads) {
        return of(experiment, Compute.with(threads));
    }

    /** Creates a predictor as {@link #of(Experiment, int)} does, to be computed in that way. */
    public static Predictor of(Experiment experiment, Compute compute) {
        return new Predictor(experiment, compute);
    }

    /**
     * Returns the model's answer to each image, whatever its label.
     *
     * @param images any number of images of the size {@link #pictureSize}
     * @throws IllegalArgumentException if they are of another size
     * @throws IllegalStateException if the predictor has been closed
     */
    public List<Answer> answers(ImageSet images) {
        if (images.height() != pictureSize.height() || images.width() != pictureSize.width()) {
            throw new IllegalArgumentException("this model reads images of " + pictureSize + ", not "
                    + images.height() + " x " + images.width());
        }
        Loader own = loader.of(recipe.data().pictures(images));
        int[] all = IntStream.range(0, images.count()).toArray();
        List<Answer> answers = new ArrayList<>(all.length);
        for (Batch some : own.batches(all, batch)) {
            answers.addAll(answering.answers(some.values(), some.count()));
        }
        return answers;
    }

    /** The size of the images that the model reads: that of a whole canvas, or of an image before it is shrunk. */
    public PictureSize pictureSize() {
        return pictureSize;
    }

    /** How an image from elsewhere is brought to {@link #pictureSize}. */
    public Preparation preparation() {
        return preparation;
    }

    /** The names of the classes, in the order of their numbers. */
    public List<String> classNames() {
        return classNames;
    }

    /** The sizes of what the model reads and predicts. */
    public Model.Input input() {
        return input;
    }

    /** The SHA-256 of the weights, as {@link WeightsFile#hash} returns it. */
    public String weightsHash() {
        return weightsHash;
    }

    /** Returns whether the model can answer after each step: it is recurrent, and reads in one direction. */
    public boolean canStream() {
        return Streaming.steps(model).isPresent();
    }

    /**
     * Starts a sequence that is read step by step.
     *
     * @throws RunException if the model cannot answer after each step; the message says why
     * @throws IllegalStateException if the predictor has been closed
     */
    public PredictionStream stream() {
        return new PredictionStream(streaming(), weightsHash);
    }

    private synchronized Streaming streaming() {
        if (closed) {
            throw new IllegalStateException("this predictor has been closed");
        }
        if (streaming == null) {
            streaming = new Streaming(model, loader);
        }
        return streaming;
    }

    /**
     * Reads one step of each of several sequences, which is faster together than one after the other.
     *
     * @param streams different streams of this predictor, in use by no other thread
     * @param steps the values of the steps as {@link PredictionStream#step} takes them, one step after the other
     * @return the answer to each sequence so far
     * @throws RunException if there are too few or too many values, or one is not from 0 to 255; no stream has changed then
     * @throws IllegalArgumentException if a stream is there twice, or is of another predictor
     */
    public List<Answer> step(List<PredictionStream> streams, float[] steps) {
        if (streams.isEmpty()) {
            return List.of();
        }
        Streaming shared = streaming();
        return shared.step(streams.stream().map(stream -> stream.of(shared)).toList(), steps);
    }

    /** Ends the threads and discards the weights. Answers that are being computed end first. */
    @Override
    public synchronized void close() {
        closed = true;
        answering.close();
        if (streaming != null) {
            streaming.close();
        }
    }
}
