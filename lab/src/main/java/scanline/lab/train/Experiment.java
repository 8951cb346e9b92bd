package scanline.lab.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Activation;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;
import scanline.lab.data.Dataset;
import scanline.lab.data.Datasets;
import scanline.lab.data.ImageSet;
import scanline.lab.data.Loader;
import scanline.lab.model.Model;
import scanline.lab.model.Model.Network;
import scanline.lab.recipe.Recipe;

/** A recipe with its data opened and its model built, for one thread to train or to evaluate. */
public final class Experiment implements AutoCloseable {
    private final Recipe recipe;
    private final Dataset dataset;
    private final Backend backend;
    private final Memory memory;
    private final Weights weights;
    private final Network network;
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
     * @throws RunException if the model cannot read images of their size
     */
    public Experiment(Recipe recipe, int threads) {
        this.recipe = recipe;
        dataset = Datasets.ofUser().open(recipe.data().name(), recipe.data().folder());
        Model.Input input = input(recipe, dataset.test());
        backend = Backend.load(threads);
        memory = new Memory(backend);
        weights = new Weights(backend, recipe.seed());
        Network logits = build(recipe.model(), input);
        network = recipe.head().softmax() ? logits.then(Activation::softmax) : logits;
    }

    private Network build(Model model, Model.Input input) {
        try {
            return model.build(weights, input);
        } catch (IllegalArgumentException e) {
            backend.close();
            throw new RunException(String.valueOf(e.getMessage()));
        }
    }

    /** What the model reads and tells apart when it is given images like these, of the data set's size. */
    public static Model.Input input(Recipe recipe, ImageSet images) {
        Loader loader = loader(recipe, images);
        return new Model.Input(loader.steps(), loader.features(), loader.classes());
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

    /** The buffers of passes. */
    public Memory memory() {
        return memory;
    }

    /** The first {@code data.limit} training images, as the data set has them. */
    public ImageSet trainingImages() {
        if (train == null) {
            ImageSet all = dataset.train();
            train = recipe.data().limit() == 0 ? all : all.first(recipe.data().limit());
        }
        return train;
    }

    /** The images of a split, ready to be read as sequences; training and validation share theirs. */
    public Loader loader(Split split) {
        return loader(split == Split.TEST ? dataset.test() : trainingImages());
    }

    /** Any images of the data set's size, ready to be read as this recipe reads them. */
    public Loader loader(ImageSet images) {
        return loader(recipe, images);
    }

    private static Loader loader(Recipe recipe, ImageSet images) {
        Recipe.Data data = recipe.data();
        return new Loader(images.shrunk(data.shrink()), data.scan(), data.mean(), data.deviation());
    }

    /**
     * Which images make up a split.
     *
     * @throws RunException if validation leaves nothing to train on
     */
    public int[] examples(Split split) {
        if (split == Split.TEST) {
            return IntStream.range(0, dataset.test().count()).toArray();
        }
        int count = trainingImages().count();
        int held = recipe.data().validation();
        if (held >= count) {
            throw new RunException("data.validation=" + held + " leaves nothing to train on: there are " + count
                    + " training examples" + (recipe.data().limit() > 0 ? " (data.limit)" : ""));
        }
        int[] order = RandomKey.of(recipe.seed(), "validation").permutation(count);
        int[] examples = split == Split.VALIDATION
                ? Arrays.copyOf(order, held)
                : Arrays.copyOfRange(order, held, count);
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
