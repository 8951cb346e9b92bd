package scanline.bench.peer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import scanline.data.sequence.Batch;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.ModelLayers;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * A case at which the sides are measured.
 *
 * @param recipe the name of a recipe
 * @param work the kind of work
 */
public record Case(String recipe, Work work) {
    // Recipes that are measured at all kinds of work; at all but a single image; at training with small and large
    // batches (they predict one word at a time, which each side does in its own way); and only at training.
    private static final List<String> WHOLE = List.of("lstm-rows", "lstm-pixels", "vit", "cnn");
    private static final List<String> MANY = List.of("digit-classifier", "row-transformer");
    private static final List<String> WRITERS = List.of("digit-sequence");
    private static final List<String> TRAINED = List.of("rnn-rows-deep", "lstm-rows-deep", "gru-rows-deep",
            "rnn-pixels-deep", "lstm-pixels-deep", "gru-pixels-deep");

    /** Every case, in the order in which they are measured. */
    static final List<Case> ALL = Stream.of(of(WHOLE, Work.TRAIN, Work.EVALUATE, Work.PREDICT),
            of(MANY, Work.TRAIN, Work.EVALUATE), of(WRITERS, Work.TRAIN, Work.TRAIN_LARGE), of(TRAINED, Work.TRAIN))
            .flatMap(List::stream).toList();

    // Enough different batches for the loss to fall as it does in a training run.
    private static final int TRAINING_BATCHES = 10;
    private static final int EVALUATION_BATCH = 250;

    /** A kind of work on a recipe. */
    public enum Work {
        /** Forward, backward, clipping and update; the backward pass has twice the products of the forward pass. */
        TRAIN("training step", 3),
        /** The same as {@link #TRAIN}, with {@value #LARGE_BATCH} examples. */
        TRAIN_LARGE("training step", 3),
        /** The forward pass on many images. */
        EVALUATE("evaluation", 1),
        /** The forward pass on one image. */
        PREDICT("prediction", 1);

        private static final int LARGE_BATCH = 512;
        private final String title;
        private final int passes;

        Work(String title, int passes) {
            this.title = title;
            this.passes = passes;
        }

        /** Returns whether the weights change. */
        boolean trains() {
            return this == TRAIN || this == TRAIN_LARGE;
        }
    }

    private static List<Case> of(List<String> recipes, Work... works) {
        return recipes.stream().flatMap(recipe -> Arrays.stream(works).map(work -> new Case(recipe, work))).toList();
    }

    /** Returns the case with a given {@link #name()}. */
    static Case named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    /** The name by which {@code --cases} selects it. */
    String name() {
        return recipe + "/" + work.name().toLowerCase(Locale.ROOT);
    }

    /** Its title in the table. */
    String title() {
        return recipe + " " + work.title + ", batch " + batch();
    }

    /** The number of images per batch. */
    int batch() {
        return switch (work) {
            case TRAIN, TRAIN_LARGE -> settings().batch();
            case EVALUATE -> EVALUATION_BATCH;
            case PREDICT -> 1;
        };
    }

    /** The recipe. */
    public Recipe settings() {
        return Recipes.find(recipe,
                work == Work.TRAIN_LARGE ? List.of("batch=" + Work.LARGE_BATCH) : List.of());
    }

    /** The network that the other sides build. */
    PeerNetwork network() {
        return PeerNetwork.of(settings().model());
    }

    /** The batches, which are used in turn. */
    List<Batch> batches(Steps steps) {
        return work.trains() ? steps.batches(TRAINING_BATCHES) : List.of(steps.testBatch(batch()));
    }

    /** The number of floating-point operations of its products. */
    double flops(Experiment experiment) {
        long example = ModelLayers.of(experiment).stream().mapToLong(ModelLayers.Row::flops).sum();
        return (double) example * batch() * work.passes;
    }
}
