package scanline.lab.experiment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import scanline.engine.tensor.Activation;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;
import scanline.lab.base.DataException;
import scanline.lab.base.RunException;
import scanline.lab.data.Dataset;
import scanline.lab.image.ImageSet;
import scanline.lab.image.PictureSize;
import scanline.lab.image.Pictures;
import scanline.lab.image.Preparation;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;
import scanline.lab.sequence.Batch;
import scanline.lab.sequence.Loader;
import scanline.lab.task.Answer;
import scanline.lab.task.Task;

/** A recipe with its data opened and its model built, for one thread to train or to evaluate. */
public final class Experiment implements AutoCloseable {
    private final Recipe recipe;
    private final Dataset dataset;
    private final Backend backend;
    private final Memory memory;
    private final Weights weights;
    private final Model.Input input;
    private final Network network;
    private final Task task;
    private final Splits splits;

    /**
     * Opens the data and builds the model, with the weights that the seed gives.
     *
     * @throws scanline.lab.base.DataException if the data is not there, broken, or not of a size that the recipe can read
     * @throws RunException if the model cannot read pictures of their size, or cannot answer as the canvas asks
     */
    public Experiment(Recipe recipe, int threads) {
        this(recipe, recipe.data().open(), threads);
    }

    /**
     * Builds the model of a recipe for a data set, with the weights that the seed gives.
     *
     * @throws RunException if the model cannot read pictures of their size, or cannot answer as the canvas asks
     */
    public Experiment(Recipe recipe, Dataset dataset, int threads) {
        this(recipe, dataset, Backend.load(threads));
    }

    /** The same, with a backend that it closes at its end. */
    public Experiment(Recipe recipe, Dataset dataset, Backend backend) {
        this.recipe = recipe;
        this.dataset = dataset;
        this.backend = backend;
        memory = new Memory(backend);
        weights = new Weights(backend, recipe.seed());
        try {
            splits = new Splits(recipe, dataset);
            input = input(recipe, splits.examples(Split.TEST));
            Network built = recipe.model().build(weights, input);
            network = built instanceof Classifier logits && recipe.head().softmax()
                    ? logits.then(Activation::softmax)
                    : built;
            task = Task.of(recipe, network, input.classes());
        } catch (IllegalArgumentException | RunException e) {
            backend.close();
            throw new RunException(String.valueOf(e.getMessage()));
        } catch (DataException e) {
            backend.close();
            throw e;
        }
    }

    /** What the model of a recipe reads and tells apart, the test images being those of its data set. */
    public static Model.Input input(Recipe recipe, ImageSet test) {
        return input(recipe, Splits.test(recipe, test));
    }

    private static Model.Input input(Recipe recipe, Examples test) {
        Loader loader = test.loader();
        return new Model.Input(loader.steps(), loader.features(), loader.classes(), recipe.data().canvas().longest());
    }

    /** What the model reads and tells apart. */
    public Model.Input input() {
        return input;
    }

    /** What was asked for. */
    public Recipe recipe() {
        return recipe;
    }

    /** What it learns from. */
    public Dataset dataset() {
        return dataset;
    }

    /** The parameters. */
    public Weights weights() {
        return weights;
    }

    /** The model. */
    public Network network() {
        return network;
    }

    /** What it is asked for. */
    public Task task() {
        return task;
    }

    /** The buffers of passes. */
    public Memory memory() {
        return memory;
    }

    /** Which examples each split is made of. */
    public Splits splits() {
        return splits;
    }

    /**
     * The examples of a split; those of the first epoch for training.
     *
     * @throws scanline.lab.base.UserException if the images do not suffice, such as when validation leaves none to train on
     */
    public Examples examples(Split split) {
        return splits.examples(split);
    }

    /**
     * Any images as examples, read as this recipe reads its pictures.
     *
     * @param images of {@link #pictureSize}
     */
    public Examples examples(ImageSet images) {
        return splits.examples(images);
    }

    /** A batch in a pass: [T, B, F]. */
    public Tensor read(Tape tape, Batch batch) {
        return tape.input(Shape.of(input.steps(), batch.count(), input.features()), batch.values());
    }

    /**
     * What the model answers to images, one after the other, whatever their labels.
     *
     * @param images of {@link #pictureSize}
     */
    public List<Answer> answers(ImageSet images) {
        Examples examples = examples(images);
        List<Answer> answers = new ArrayList<>();
        for (int from = 0; from < examples.count(); from += Evaluation.BATCH) {
            try (Tape tape = Tape.inference(memory)) {
                Batch batch = examples.batch(from, Math.min(examples.count(), from + Evaluation.BATCH));
                answers.addAll(task.answers(read(tape, batch)));
            }
        }
        return answers;
    }

    /** The test pictures in the size that {@link #pictureSize} says. */
    public Pictures testPictures() {
        return isDrawn() ? examples(Split.TEST).pictures() : splits.testImages();
    }

    /** The size of a picture from elsewhere: that of a whole canvas, or of an image before it shrinks. */
    public PictureSize pictureSize() {
        Pictures pictures = testPictures();
        return new PictureSize(pictures.height(), pictures.width());
    }

    /** How a picture from elsewhere is brought to {@link #pictureSize}: a whole canvas is only scaled. */
    public Preparation preparation() {
        return isDrawn() ? Preparation.SCALE : recipe.data().preparation();
    }

    /** Whether its pictures are drawn of several images; they are images themselves otherwise. */
    public boolean isDrawn() {
        return recipe.data().canvas().drawn().isAnything();
    }

    /**
     * The parameters that belong to the classes: those whose shape depends on how many there are. In a classifier that is its
     * last linear map, in a model that writes labels also what it reads them by.
     */
    public Set<String> head() {
        Weights others = new Weights(backend, recipe.seed());
        recipe.model().build(others,
                new Model.Input(input.steps(), input.features(), input.classes() + 1, input.longest()));
        Set<String> head = new HashSet<>();
        for (int i = 0; i < others.parameters().size(); i++) {
            Parameter parameter = weights.parameters().get(i);
            if (!parameter.shape().equals(others.parameters().get(i).shape())) {
                head.add(parameter.name());
            }
        }
        return head;
    }

    @Override
    public void close() {
        backend.close();
    }
}
