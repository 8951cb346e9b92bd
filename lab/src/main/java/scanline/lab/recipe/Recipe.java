package scanline.lab.recipe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import scanline.data.base.FileName;
import scanline.data.canvas.Canvas;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Datasets;
import scanline.data.dataset.ImageFolder;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.data.image.Preparation;
import scanline.data.plugin.Plugins;
import scanline.data.sequence.Scan;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.ParameterGroup;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.UpdateRule;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;

/**
 * Everything that determines a training run. Each component is a key of the recipe's text. Where a component selects one of
 * several records ({@code optimizer: adam}), the components of the selected record are keys below it
 * ({@code optimizer.rate: 0.001}). A key that the text does not give has its default: that of the selected record
 * ({@code Adam.DEFAULT}), or that of {@link #DEFAULT}. A new key therefore needs a component and a default, and no change of
 * any recipe.
 *
 * @param about a description in one line
 * @param source the publication or program that the recipe reproduces
 * @param published the figure that the source published
 * @param target the test accuracy that the recipe should reach, a fraction; 0 for none
 * @param seed the seed of all random numbers
 * @param epochs how many times every training example is used; with drawn canvases, how many sets of them are drawn
 * @param batch examples per pass
 * @param accumulate batches per step, whose mean gradient updates the weights once
 * @param data the data set and its preparation
 * @param model the network
 * @param head the operations between the model and the loss
 * @param loss the loss function
 * @param optimizer the update rule
 * @param groups the parameters that learn otherwise, as text: {@code embedding.*: rate 0.1; fc.bias: no decay; lstm.*: frozen};
 *     empty for none
 * @param schedule the learning-rate schedule
 * @param clip the gradient clipping
 * @param average the moving average of the weights
 */
public record Recipe(String about, String source, Published published, double target, long seed, int epochs, int batch,
        int accumulate, Data data, Model model, Head head, Loss loss, UpdateRule optimizer, String groups,
        Schedule schedule, Clipping clip, Average average) {
    /** The default of every key. A recipe has to give {@code model}. */
    public static final Recipe DEFAULT = new Recipe("", "", new Published("", 0, 0), 0, 1, 10, 100, 1,
            new Data("mnist", "", Optional.empty(), 0, 5_000, true, 1, Canvas.Single.DEFAULT, 0, 1, Scan.Rows.DEFAULT),
            RecurrentModel.DEFAULT, new Head(false), new Loss(0), Adam.DEFAULT, "", Schedule.Constant.DEFAULT,
            Clipping.None.DEFAULT, new Average(0));

    /** The keys that describe a recipe and do not affect its result. */
    public static final Set<String> DESCRIPTION = Set.of("about", "source", "published", "published.accuracy",
            "published.divisor", "target");

    /** The keys that name files. The content of these files affects the result, their location does not. */
    public static final Set<String> PLACES = Set.of("data.dir", "data.scan.file");

    /** The largest number of epochs; it catches typing errors and keeps the files with a row per epoch readable. */
    public static final int MOST_EPOCHS = 20_000;

    /** Checks the values. */
    public Recipe {
        require(target >= 0 && target <= 1, "target must be a fraction, 0 to 1, not " + target);
        require(epochs >= 1 && epochs <= MOST_EPOCHS, "epochs must be from 1 to " + MOST_EPOCHS + ", not " + epochs);
        require(batch >= 1, "batch must be at least 1, not " + batch);
        require(accumulate >= 1, "accumulate must be at least 1, not " + accumulate);
        require((long) batch * accumulate <= Integer.MAX_VALUE,
                "batch times accumulate must be at most " + Integer.MAX_VALUE);
        Groups.parse(groups);
        // Every drawn canvas of a run has its own number.
        require((long) epochs * data.canvas.drawn().train() <= Integer.MAX_VALUE,
                "epochs times data.canvas.train must be at most "
                        + Integer.MAX_VALUE);
    }

    /**
     * The figure that the source published.
     *
     * @param name the figure in words, as published, with known errors
     * @param accuracy the test accuracy as the source printed it, a fraction; 0 for none
     * @param divisor the number that the source's code divides the correct answers by, if that is not the number of test
     *     examples; else 0
     */
    public record Published(String name, double accuracy, int divisor) {
        /** Checks the values. */
        public Published {
            require(accuracy >= 0 && accuracy <= 1, "accuracy must be a fraction, 0 to 1, not " + accuracy);
            require(divisor >= 0, "divisor must be 0 (for the number of test examples) or more, not " + divisor);
        }
    }

    /**
     * The data set and its preparation.
     *
     * @param name the data set
     * @param dir the folder to read it from; empty for its usual location
     * @param folder how a folder of images becomes a data set; present with {@code data=folder} only
     * @param limit how many training examples to use, not counting validation examples, chosen by the seed; 0 for all
     * @param validation how many training examples to hold out for validation, chosen by the seed
     * @param shuffle whether every epoch has a random order of its own; canvases that are drawn each epoch need none
     * @param shrink downsampling factor: each output pixel is the mean of shrink x shrink pixels; 1 for the original size
     * @param canvas how images are composed into the model's input
     * @param mean subtracted from pixels, which are between 0 and 1
     * @param std standard deviation that the difference is divided by
     * @param scan the order in which an image is read
     */
    public record Data(String name, String dir, Optional<ImageFolder.Options> folder, int limit, int validation,
            boolean shuffle, int shrink,
            Canvas canvas, double mean, double std, Scan scan) {
        /** Checks the values. */
        public Data {
            boolean isFolder = name.equals(ImageFolder.NAME);
            require(isFolder || folder.isEmpty(), "folder.* are keys of data=folder, but data is " + name);
            folder = isFolder ? folder.or(() -> Optional.of(ImageFolder.Options.DEFAULT)) : folder;
            require(limit >= 0, "limit must be 0 (for all) or more, not " + limit);
            require(validation >= 0, "validation must be 0 or more, not " + validation);
            require(shrink >= 1, "shrink must be at least 1, not " + shrink);
            require(std > 0, "std must be positive, not " + std);
            dir = FileName.absolute("dir", dir);
        }

        /**
         * Opens the data set from its folder or its usual location.
         *
         * @throws scanline.data.base.DataException if it is missing or damaged
         */
        public Dataset open() {
            return Datasets.ofUser().open(name, dir.isEmpty() ? null : Path.of(dir),
                    folder.orElse(ImageFolder.Options.DEFAULT));
        }

        /** Returns images from another source as the pictures that a model reads; a whole canvas is never shrunk. */
        public Pictures pictures(ImageSet images) {
            return canvas.drawn().isAnything() ? images : images.shrunk(shrink);
        }

        /** Returns how an image from another source is converted to look like the images of this data set. */
        public Preparation preparation() {
            return folder.map(ImageFolder.Options::prepare).orElseGet(() -> Datasets.preparation(name));
        }
    }

    /**
     * The operations between a model and its loss.
     *
     * @param softmax whether a softmax is applied before the cross-entropy, which already contains one: an error of some
     *     sources, kept so that they can be reproduced
     */
    public record Head(boolean softmax) {}

    /**
     * The loss function: cross-entropy of the softmax of the logits, or binary cross-entropy of each label's sigmoid where a
     * classifier predicts a set of labels.
     *
     * @param labelSmoothing label smoothing, the share of the target that is spread evenly over all classes, in [0, 1)
     */
    public record Loss(double labelSmoothing) {
        /** Checks the value. */
        public Loss {
            require(labelSmoothing >= 0 && labelSmoothing < 1,
                    "labelSmoothing must be in [0, 1), not " + labelSmoothing);
        }
    }

    /**
     * The moving average of the weights, which validation, the test and the best weights use if there is one.
     *
     * @param decay the weight of the average so far in each step's average, in [0, 1); 0 for no average
     */
    public record Average(double decay) {
        /** Checks the value. */
        public Average {
            require(decay >= 0 && decay < 1, "decay must be in [0, 1), not " + decay);
        }
    }

    /** Returns the groups of parameters that learn otherwise; a parameter belongs to the first one that matches its name. */
    public List<ParameterGroup> parameterGroups() {
        return Groups.parse(groups);
    }

    /** Returns the choices that plugins add, such as {@code model=gated}, by the jar of the plugin. */
    public Map<Plugins.Jar, List<String>> plugins() {
        return PluginChoices.of(this);
    }

    /** Returns every key with its value, in the order of the components. */
    public Map<String, String> keys() {
        return Binding.keys(this);
    }

    /** Returns the keys that affect the result, apart from the content of the files that the recipe names. */
    public static Map<String, String> decisions(Map<String, String> keys) {
        Map<String, String> decisions = new LinkedHashMap<>(keys);
        decisions.keySet().removeAll(DESCRIPTION);
        decisions.keySet().removeAll(PLACES);
        return decisions;
    }

    /** Returns whether another recipe trains the same network, regardless of how the two are described. */
    public boolean isSameTraining(Recipe other) {
        Map<String, String> mine = keys();
        Map<String, String> others = other.keys();
        mine.keySet().removeAll(DESCRIPTION);
        others.keySet().removeAll(DESCRIPTION);
        return mine.equals(others);
    }

    /** Returns the recipe as text with every key, which {@link Recipes#read} reads. */
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
