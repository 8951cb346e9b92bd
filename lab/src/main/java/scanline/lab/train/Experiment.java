package scanline.lab.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Activation;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;
import scanline.lab.data.Batch;
import scanline.lab.data.Canvas;
import scanline.lab.data.DataException;
import scanline.lab.data.Dataset;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Loader;
import scanline.lab.data.Pictures;
import scanline.lab.data.Preparation;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;

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
    private final ImageSet test;
    private @Nullable ImageSet train;

    /** A part of the data. */
    public enum Split {
        /** What weights are fitted to. */
        TRAIN,
        /** Training examples held out, to choose by. */
        VALIDATION,
        /** What figures are reported on. */
        TEST
    }

    /**
     * Opens the data and builds the model, with the weights that the seed gives.
     *
     * @throws scanline.lab.data.DataException if the data is not there, broken, or not of a size that the recipe can read
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
    Experiment(Recipe recipe, Dataset dataset, Backend backend) {
        this.recipe = recipe;
        this.dataset = dataset;
        this.backend = backend;
        memory = new Memory(backend);
        weights = new Weights(backend, recipe.seed());
        try {
            test = dataset.test(); // some data sets read it again whenever they are asked
            input = input(recipe, test);
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
        Loader loader = loader(recipe, testPictures(recipe, test));
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

    /** The training images as the data set has them, those held out for validation and those beyond a limit too. */
    public ImageSet trainingImages() {
        if (train == null) {
            train = dataset.train();
        }
        return train;
    }

    /** A batch in a pass: [T, B, F]. */
    public Tensor read(Tape tape, Batch batch) {
        return tape.input(Shape.of(input.steps(), batch.count(), input.features()), batch.values());
    }

    /** The pictures of a split, ready to be read as sequences. */
    public Loader loader(Split split) {
        return loader(recipe, pictures(split));
    }

    /**
     * Any images, ready to be read as this recipe reads its pictures.
     *
     * @param images of the size of {@link #outside}
     */
    public Loader loader(ImageSet images) {
        return loader(recipe, isDrawn() ? images : images.shrunk(recipe.data().shrink()));
    }

    /** Pictures of the size that an image has which is none of the data set's: a whole canvas, or an image before it shrinks. */
    public Pictures outside() {
        return isDrawn() ? pictures(Split.TEST) : test;
    }

    /** How a picture from elsewhere is brought to the size of {@link #outside}: a whole canvas is only scaled. */
    public Preparation preparation() {
        return isDrawn() ? Preparation.SCALE : recipe.data().preparation();
    }

    /** Whether its pictures are drawn of several images; they are images themselves otherwise. */
    public boolean isDrawn() {
        return recipe.data().canvas().drawn().isAnything();
    }

    private static Loader loader(Recipe recipe, Pictures pictures) {
        return new Loader(pictures, recipe.data().scan(), recipe.data().mean(), recipe.data().deviation());
    }

    /** The pictures of a split; where images are pictures themselves, training and validation share theirs. */
    public Pictures pictures(Split split) {
        Canvas canvas = recipe.data().canvas();
        return switch (split) {
            case TRAIN -> canvas.pictures(shrunkTraining(), images(split), RandomKey.of(recipe.seed(), "canvas train"));
            case VALIDATION -> canvas.pictures(shrunkTraining(), images(split),
                    RandomKey.of(recipe.seed(), "canvas validation"));
            case TEST -> testPictures(recipe, test);
        };
    }

    private ImageSet shrunkTraining() {
        return trainingImages().shrunk(recipe.data().shrink());
    }

    /** The test pictures of a canvas are the same for every seed. */
    private static Pictures testPictures(Recipe recipe, ImageSet test) {
        return recipe.data().canvas().pictures(test.shrunk(recipe.data().shrink()),
                IntStream.range(0, test.count()).toArray(), RandomKey.of(0, "canvas test"));
    }

    /**
     * The numbers of the pictures that make up a split; those of the first epoch for training.
     *
     * @throws RunException if validation leaves nothing to train on
     */
    public int[] examples(Split split) {
        Canvas.Drawn drawn = recipe.data().canvas().drawn();
        return isDrawn()
                ? IntStream.range(0, switch (split) {
                    case TRAIN -> drawn.train();
                    case VALIDATION -> images(split).length == 0 ? 0 : drawn.validation();
                    case TEST -> drawn.test();
                }).toArray()
                : images(split);
    }

    /**
     * The training pictures of an epoch in their order.
     *
     * @param epoch from 0
     */
    public int[] order(int epoch) {
        int[] examples = examples(Split.TRAIN);
        int first = recipe.data().canvas().drawn().train() * epoch;
        if (!recipe.data().shuffle()) {
            return IntStream.of(examples).map(i -> first + i).toArray();
        }
        return IntStream.of(RandomKey.of(recipe.seed(), "shuffle").at(epoch).permutation(examples.length))
                .map(i -> first + examples[i]).toArray();
    }

    /**
     * The parameters that belong to the classes: those whose shape depends on how many there are. In a classifier that is its
     * last linear map, in a model that writes labels also what it reads them by.
     */
    Set<String> head() {
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

    /** The images of the data set that a split is made of, or that its pictures are drawn of, as the data set has them. */
    Stream<ByteBuffer> contents(Split split) {
        ImageSet all = split == Split.TEST ? test : trainingImages();
        return IntStream.of(images(split)).mapToObj(image -> content(all, image));
    }

    private static ByteBuffer content(ImageSet images, int image) {
        return ByteBuffer.wrap(images.pixels(), image * images.imagePixels(), images.imagePixels());
    }

    /** Which images of the data set a split is made of. */
    private int[] images(Split split) {
        return split == Split.TEST
                ? IntStream.range(0, test.count()).toArray()
                : images(recipe, trainingImages().count(), split);
    }

    /**
     * The images that a recipe trains on, or draws pictures of.
     *
     * @param training all training images of its data set
     */
    static Stream<ByteBuffer> trainedOn(Recipe recipe, ImageSet training) {
        return IntStream.of(images(recipe, training.count(), Split.TRAIN))
                .mapToObj(image -> content(training, image));
    }

    private static int[] images(Recipe recipe, int count, Split split) {
        int held = recipe.data().validation();
        if (held >= count) {
            throw new RunException("data.validation=" + held + " leaves nothing to train on: there are " + count
                    + " training examples");
        }
        // What is held out does not depend on the limit: runs of different limits are chosen by the same images.
        int limit = recipe.data().limit();
        int end = limit == 0 ? count : held + Math.min(limit, count - held);
        int[] order = RandomKey.of(recipe.seed(), "validation").permutation(count);
        int[] examples = split == Split.VALIDATION
                ? Arrays.copyOf(order, held)
                : Arrays.copyOfRange(order, held, end);
        Arrays.sort(examples);
        return examples;
    }

    /**
     * SHA-256 of every parameter, its name and its values as little-endian bits, in the order of the model, and of every
     * statistic after them.
     */
    public String weightsHash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : weights.parameters()) {
                update(digest, parameter.name(), parameter.values());
            }
            for (Statistic statistic : weights.statistics()) {
                update(digest, statistic.name(), statistic.values());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void update(MessageDigest digest, String name, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    @Override
    public void close() {
        backend.close();
    }
}
