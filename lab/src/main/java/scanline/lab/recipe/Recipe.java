package scanline.lab.recipe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.UpdateRule;
import scanline.lab.base.FileName;
import scanline.lab.canvas.Canvas;
import scanline.lab.data.Dataset;
import scanline.lab.data.Datasets;
import scanline.lab.data.ImageFolder;
import scanline.lab.image.Preparation;
import scanline.lab.model.Model;
import scanline.lab.sequence.Scan;

/**
 * Everything that decides a training run. Each component is a key of the recipe's text; where a component chooses between
 * several records ({@code optimizer: adam}), the components of the chosen one are keys below it
 * ({@code optimizer.rate: 0.001}).
 *
 * @param about what it is, in a line
 * @param source what it reproduces
 * @param published the figure that the source published
 * @param target the test accuracy that it must reach, a fraction; 0 where none is set
 * @param seed what all random numbers derive from
 * @param epochs how often every training example is seen, or how many times as many pictures are drawn
 * @param batch examples a step
 * @param data what it learns from
 * @param model what learns
 * @param head what comes after the model
 * @param loss what it makes small
 * @param optimizer how gradients change weights
 * @param schedule how the learning rate changes
 * @param clip how gradients are limited
 */
public record Recipe(String about, String source, Published published, double target, long seed, int epochs, int batch,
        Data data, Model model, Head head, Loss loss, UpdateRule optimizer, Schedule schedule, Clipping clip) {
    /** The keys that say what a recipe is for, not what it does. */
    public static final Set<String> DESCRIPTION = Set.of("about", "source", "published", "published.accuracy",
            "published.divisor", "target");

    /** The keys that say where files are. What is in these files decides a result, not where they are. */
    public static final Set<String> PLACES = Set.of("data.dir", "data.scan.file");

    /** More would be a slip of the hand, and the files that hold a row for each stay readable. */
    public static final int MOST_EPOCHS = 20_000;

    /** Checks the values. */
    public Recipe {
        require(target >= 0 && target <= 1, "target must be a fraction, 0 to 1, not " + target);
        require(epochs >= 1 && epochs <= MOST_EPOCHS, "epochs must be from 1 to " + MOST_EPOCHS + ", not " + epochs);
        require(batch >= 1, "batch must be at least 1, not " + batch);
        // Each picture of a run has a number of its own.
        require((long) epochs * data.canvas.drawn().train() <= Integer.MAX_VALUE,
                "epochs times data.canvas.train must be at most "
                        + Integer.MAX_VALUE);
    }

    /**
     * The figure that the source published.
     *
     * @param name the figure in words, as published, with what is wrong about it
     * @param accuracy the test accuracy as the source printed it, a fraction; 0 for none
     * @param divisor by how many test examples the source's code divides the right answers, where that is not how many
     *     there are; else 0
     */
    public record Published(String name, double accuracy, int divisor) {
        /** Checks the values. */
        public Published {
            require(accuracy >= 0 && accuracy <= 1, "accuracy must be a fraction, 0 to 1, not " + accuracy);
            require(divisor >= 0, "divisor must be 0 (for the number of test examples) or more, not " + divisor);
        }
    }

    /**
     * What a model learns from.
     *
     * @param name the data set
     * @param dir a folder to read it from; empty for where it lies anyway
     * @param folder how a folder of images becomes a data set; there for {@code data=folder} alone
     * @param limit how many of the training examples that are not held out to train on, chosen by the seed; 0 for all
     * @param validation how many training examples to hold out for validation, chosen by the seed
     * @param shuffle whether every epoch has an order of its own; pictures that are drawn anew each epoch need none
     * @param shrink how many pixels a side become one, by their mean; 1 for images as they are
     * @param canvas the pictures that are made of the images
     * @param mean what is subtracted from pixels between 0 and 1
     * @param deviation what they are divided by then
     * @param scan the order in which an image is read
     */
    public record Data(String name, String dir, Optional<ImageFolder.Options> folder, int limit, int validation,
            boolean shuffle, int shrink,
            Canvas canvas, double mean, double deviation, Scan scan) {
        /** Checks the values. */
        public Data {
            boolean isFolder = name.equals(ImageFolder.NAME);
            require(isFolder || folder.isEmpty(), "folder.* are keys of data=folder, but data is " + name);
            folder = isFolder ? folder.or(() -> Optional.of(ImageFolder.Options.DEFAULT)) : folder;
            require(limit >= 0, "limit must be 0 (for all) or more, not " + limit);
            require(validation >= 0, "validation must be 0 or more, not " + validation);
            require(shrink >= 1, "shrink must be at least 1, not " + shrink);
            require(deviation > 0, "deviation must be positive, not " + deviation);
            dir = FileName.absolute("dir", dir);
        }

        /**
         * Opens the data set, where it lies or from the folder to read it from.
         *
         * @throws scanline.lab.base.DataException if it is not there, or broken
         */
        public Dataset open() {
            return Datasets.ofUser().open(name, dir.isEmpty() ? null : Path.of(dir),
                    folder.orElse(ImageFolder.Options.DEFAULT));
        }

        /** How a picture from elsewhere is made like the images of this data. */
        public Preparation preparation() {
            return folder.map(ImageFolder.Options::prepare).orElseGet(() -> Datasets.preparation(name));
        }
    }

    /**
     * What comes between a model and its loss.
     *
     * @param softmax whether the model's outputs pass a softmax before the cross-entropy, which has one already: an error
     *     of some sources, to be reproduced
     */
    public record Head(boolean softmax) {}

    /**
     * What training makes small: the cross-entropy of the softmax of the logits, or of each label's sigmoid where a classifier
     * answers with a set.
     *
     * @param smoothing how much of the target is spread over all classes, in [0, 1)
     */
    public record Loss(double smoothing) {
        /** Checks the value. */
        public Loss {
            require(smoothing >= 0 && smoothing < 1, "smoothing must be in [0, 1), not " + smoothing);
        }
    }

    /** Every key with its value, in their order. */
    public Map<String, String> keys() {
        return Binding.keys(this);
    }

    /** Those of a recipe's keys that decide what it trains, but for the content of the files that it names. */
    public static Map<String, String> decisions(Map<String, String> keys) {
        Map<String, String> decisions = new LinkedHashMap<>(keys);
        decisions.keySet().removeAll(DESCRIPTION);
        decisions.keySet().removeAll(PLACES);
        return decisions;
    }

    /** Whether another recipe trains the same, however the two are described. */
    public boolean isSameTraining(Recipe other) {
        Map<String, String> mine = keys();
        Map<String, String> others = other.keys();
        mine.keySet().removeAll(DESCRIPTION);
        others.keySet().removeAll(DESCRIPTION);
        return mine.equals(others);
    }

    /** The recipe as text, with every key: what {@link Recipes#read} reads. */
    public String text() {
        return keys().entrySet().stream().map(key -> key.getKey() + ": " + Yaml.scalar(key.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static void require(boolean valid, String message) {
        if (!valid) {
            throw new IllegalArgumentException(message);
        }
    }
}
