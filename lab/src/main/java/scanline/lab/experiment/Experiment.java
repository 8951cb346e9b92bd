package scanline.lab.experiment;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import scanline.data.base.DataException;
import scanline.data.dataset.Dataset;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Pictures;
import scanline.data.image.Preparation;
import scanline.data.sequence.Batch;
import scanline.data.sequence.Loader;
import scanline.engine.optim.MovingAverage;
import scanline.engine.optim.Optimizer;
import scanline.engine.optim.ParameterGroup;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Trace;
import scanline.engine.tensor.Weights;
import scanline.lab.base.RunException;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;
import scanline.lab.task.Task;

/** A recipe with its data opened and its model built, for one thread to train or to evaluate. */
public final class Experiment implements AutoCloseable {
    private final Recipe recipe;
    private final Dataset dataset;
    private final Engine engine;
    private final Weights weights;
    private final Model.Input input;
    private final Network network;
    private final Task task;
    private final Splits splits;

    /**
     * Opens the data and builds the model, with the weights that the seed gives.
     *
     * @throws scanline.data.base.DataException if the data is missing, damaged, or not of a size that the recipe can
     *     read
     * @throws RunException if the model cannot read pictures of this size, or cannot answer as the canvas asks
     */
    public Experiment(Recipe recipe, int threads) {
        this(recipe, Compute.with(threads));
    }

    /** Opens the data and builds the model as {@link #Experiment(Recipe, int)} does, to be computed in that way. */
    public Experiment(Recipe recipe, Compute compute) {
        this(recipe, recipe.data().open(), compute.engine());
    }

    /**
     * Builds the model of a recipe for a data set, with the weights that the seed gives.
     *
     * @throws RunException if the model cannot read pictures of this size, or cannot answer as the canvas asks
     */
    public Experiment(Recipe recipe, Dataset dataset, int threads) {
        this(recipe, dataset, Engine.open(threads));
    }

    /** Builds the model on an engine, which {@link #close} closes. */
    public Experiment(Recipe recipe, Dataset dataset, Engine engine) {
        this.recipe = recipe;
        this.dataset = dataset;
        this.engine = engine;
        weights = engine.weights(recipe.seed());
        try {
            splits = new Splits(recipe, dataset);
            input = input(recipe, splits.examples(Split.TEST));
            network = network(recipe, weights, input);
            task = Task.of(recipe, network, input.classes());
            requireParametersOf(recipe.parameterGroups());
        } catch (IllegalArgumentException | RunException e) {
            engine.close();
            throw new RunException(String.valueOf(e.getMessage()));
        } catch (DataException e) {
            engine.close();
            throw e;
        }
    }

    /** Rejects a group of parameters that the model does not have before anything is trained or written. */
    private void requireParametersOf(List<ParameterGroup> groups) {
        try {
            ParameterGroup.assign(groups, weights);
        } catch (IllegalArgumentException e) {
            throw new RunException("groups: " + e.getMessage());
        }
    }

    /** Builds the network of a recipe: its model, with the softmax if its head has one. */
    public static Network network(Recipe recipe, Weights weights, Model.Input input) {
        Network built = recipe.model().build(weights, input);
        return built instanceof Classifier logits && recipe.head().softmax() ? logits.then(Tensor::softmax) : built;
    }

    /** Returns the sizes that the model of a recipe reads and predicts, given the test images of its data set. */
    public static Model.Input input(Recipe recipe, ImageSet test) {
        return input(recipe, Splits.test(recipe, test));
    }

    private static Model.Input input(Recipe recipe, Examples test) {
        Loader loader = test.loader();
        return new Model.Input(loader.steps(), loader.features(), loader.classes(), recipe.data().canvas().longest());
    }

    /** The sizes of what the model reads and predicts. */
    public Model.Input input() {
        return input;
    }

    /** The recipe. */
    public Recipe recipe() {
        return recipe;
    }

    /** The data set. */
    public Dataset dataset() {
        return dataset;
    }

    /** The parameters. */
    public Weights weights() {
        return weights;
    }

    /** Returns the optimizer of the recipe for these parameters, before its first step. */
    public Optimizer newOptimizer() {
        return new Optimizer(recipe.optimizer(), weights, recipe.parameterGroups());
    }

    /** Returns the moving average of the recipe, equal to these parameters; empty if the recipe has none. */
    public Optional<MovingAverage> newAverage() {
        double decay = recipe.average().decay();
        return decay == 0 ? Optional.empty() : Optional.of(new MovingAverage(weights, decay));
    }

    /** The model. */
    public Network network() {
        return network;
    }

    /** The task of the network. */
    public Task task() {
        return task;
    }

    /** The engine that holds the parameters and computes with them. */
    public Engine engine() {
        return engine;
    }

    /**
     * A traced pass of the model.
     *
     * @param input the black images, [T, B, F]
     * @param words the words whose successors it scored, time-major; empty if it is not autoregressive
     * @param output logits, [B, classes] or [L, B, words]
     */
    public record Traced(Trace trace, Tensor input, int[] words, Tensor output) {}

    /**
     * Runs the model on black images, to learn what it computes.
     *
     * @param batch the number of images
     * @param length the number of words that an autoregressive model reads for each image
     */
    public Traced trace(Tape tape, int batch, int length) {
        Shape shape = Shape.of(input.steps(), batch, input.features());
        Tensor x = tape.input(shape, new float[shape.elements()]);
        Trace trace = tape.startTrace();
        return switch (network) {
            case Classifier classifier -> new Traced(trace, x, new int[0], classifier.forward(x));
            case Autoregressive writer -> {
                int[] words = new int[length * batch];
                Arrays.fill(words, writer.start());
                yield new Traced(trace, x, words, writer.forward(writer.encode(x), words));
            }
        };
    }

    /** The splits of the data. */
    public Splits splits() {
        return splits;
    }

    /**
     * Returns the examples of a split; for training, those of the first epoch.
     *
     * @throws scanline.data.base.UserException if there are too few images, such as when validation leaves none to train
     *     on
     */
    public Examples examples(Split split) {
        return splits.examples(split);
    }

    /**
     * Returns any images as examples, read as this recipe reads its pictures.
     *
     * @param images images of the size {@link #pictureSize}
     */
    public Examples examples(ImageSet images) {
        return splits.examples(images);
    }

    /** Returns a batch as the input of a pass: [T, B, F]. */
    public Tensor read(Tape tape, Batch batch) {
        return tape.input(Shape.of(input.steps(), batch.count(), input.features()), batch.values());
    }

    /** Returns the test pictures in the size {@link #pictureSize}. */
    public Pictures testPictures() {
        return isDrawn() ? examples(Split.TEST).pictures() : splits.testImages();
    }

    /** Returns the size of a picture from elsewhere: that of a whole canvas, or of an image before it is shrunk. */
    public PictureSize pictureSize() {
        Pictures pictures = testPictures();
        return new PictureSize(pictures.height(), pictures.width());
    }

    /** Returns how a picture from elsewhere is brought to {@link #pictureSize}: a whole canvas is only scaled. */
    public Preparation preparation() {
        return isDrawn() ? Preparation.SCALE : recipe.data().preparation();
    }

    /** Returns whether its pictures are composed of several images; otherwise they are images themselves. */
    public boolean isDrawn() {
        return recipe.data().canvas().drawn().isAnything();
    }

    /**
     * Returns the names of the parameters that belong to the classes: those whose shape depends on the number of
     * classes. In a classifier that is the last linear map; in a model that writes labels, also the embedding of the
     * labels that it reads.
     */
    public Set<String> head() {
        Weights others = engine.weights(recipe.seed());
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
        engine.close();
    }
}
