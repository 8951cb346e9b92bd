package scanline.lab.experiment;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.canvas.Canvas;
import scanline.data.dataset.Dataset;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.data.sequence.Loader;
import scanline.engine.random.RandomKey;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;

/**
 * The division of a data set into training, validation and test examples by a recipe, and the order of training. Each
 * split is created once, when it is first requested.
 */
public final class Splits {
    private final Recipe recipe;
    private final Dataset dataset;
    private final ImageSet testImages;
    private final Map<Split, Examples> splits = new EnumMap<>(Split.class);
    private @Nullable ImageSet trainingImages;
    private @Nullable Division division;

    /** The numbers of the training images that are trained on, and of those that are held out for validation. */
    private record Division(int[] train, int[] validation) {
        /**
         * Divides the training images. The validation set does not depend on the limit, so that runs with different
         * limits choose their epochs by the same images.
         */
        static Division of(Recipe recipe, int count) {
            int validation = recipe.data().validation();
            if (validation >= count) {
                throw new RunException(
                        "data.validation=" + validation + " leaves nothing to train on: there are " + count
                                + " training examples; choose fewer (0 for no validation set)");
            }
            int limit = recipe.data().limit();
            int end = limit == 0 ? count : validation + Math.min(limit, count - validation);
            int[] order = RandomKey.of(recipe.seed(), "validation").permutation(count);
            return new Division(sorted(order, validation, end), sorted(order, 0, validation));
        }

        private static int[] sorted(int[] order, int from, int to) {
            int[] numbers = Arrays.copyOfRange(order, from, to);
            Arrays.sort(numbers);
            return numbers;
        }
    }

    Splits(Recipe recipe, Dataset dataset) {
        this.recipe = recipe;
        this.dataset = dataset;
        testImages = dataset.test(); // some data sets read it again on every call
        splits.put(Split.TEST, test(recipe, testImages));
    }

    /** Returns the test examples, which are the same for every seed. */
    static Examples test(Recipe recipe, ImageSet images) {
        Canvas canvas = recipe.data().canvas();
        int[] all = all(images.count());
        Pictures pictures = canvas.pictures(images.shrunk(recipe.data().shrink()), all, RandomKey.of(0, "canvas test"));
        return new Examples(pictures, loader(recipe, pictures),
                canvas.drawn().isAnything() ? all(canvas.drawn().test()) : all);
    }

    private static Loader loader(Recipe recipe, Pictures pictures) {
        return new Loader(pictures, recipe.data().scan(), recipe.data().mean(), recipe.data().std());
    }

    private static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }

    Examples examples(Split split) {
        return splits.computeIfAbsent(split, this::ofTraining);
    }

    Examples examples(ImageSet images) {
        Pictures pictures = recipe.data().pictures(images);
        return new Examples(pictures, loader(recipe, pictures), all(images.count()));
    }

    /** Returns training or validation examples: some of the training images, or pictures that are composed of them. */
    private Examples ofTraining(Split split) {
        Canvas canvas = recipe.data().canvas();
        int[] images = images(split);
        if (images.length == 0) {
            return examples(Split.TRAIN).first(0);
        }
        int drawn = split == Split.TRAIN ? canvas.drawn().train() : canvas.drawn().validation();
        int[] numbers = canvas.drawn().isAnything() ? all(drawn) : images;
        Pictures pictures = canvas.pictures(trainingImages().shrunk(recipe.data().shrink()), images, RandomKey
                .of(recipe.seed(), split == Split.TRAIN ? "canvas train" : "canvas validation"));
        return new Examples(pictures, loader(recipe, pictures), numbers);
    }

    /**
     * Returns the training examples of an epoch, in order.
     *
     * @param epoch the epoch, from 0
     */
    public Examples epoch(int epoch) {
        Examples train = examples(Split.TRAIN);
        int first = recipe.data().canvas().drawn().train() * epoch;
        IntStream order = recipe.data().shuffle()
                ? IntStream.of(RandomKey.of(recipe.seed(), "shuffle").at(epoch).permutation(train.count()))
                : IntStream.range(0, train.count());
        return new Examples(train.pictures(), train.loader(), order.map(i -> first + train.number(i)).toArray());
    }

    /** The test images of the data set. */
    public ImageSet testImages() {
        return testImages;
    }

    /** The training images of the data set, including those held out for validation and those beyond a limit. */
    public ImageSet trainingImages() {
        if (trainingImages == null) {
            trainingImages = dataset.train();
        }
        return trainingImages;
    }

    /** Returns the images of the data set that a split consists of, or that its pictures are composed of. */
    public Stream<ByteBuffer> contents(Split split) {
        return contents(split == Split.TEST ? testImages : trainingImages(), images(split));
    }

    /**
     * Returns the images that a recipe trains on, or composes pictures of.
     *
     * @param training all training images of its data set
     */
    public static Stream<ByteBuffer> trainedOn(Recipe recipe, ImageSet training) {
        return contents(training, Division.of(recipe, training.count()).train);
    }

    /** Returns the numbers of the images in the data set that belong to a split. */
    private int[] images(Split split) {
        if (split == Split.TEST) {
            return all(testImages.count());
        }
        if (division == null) {
            division = Division.of(recipe, trainingImages().count());
        }
        return split == Split.TRAIN ? division.train : division.validation;
    }

    private static Stream<ByteBuffer> contents(ImageSet images, int[] numbers) {
        return IntStream.of(numbers).mapToObj(
                image -> ByteBuffer.wrap(images.pixels(), image * images.imagePixels(), images.imagePixels()));
    }
}
