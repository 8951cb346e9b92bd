package scanline.bench.peer;

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
 * @param batch the number of images per batch
 */
public record Case(String recipe, Work work, int batch) {
    private static final List<String> TRAINED = List.of("lstm-rows", "lstm-pixels", "vit", "cnn", "digit-classifier",
            "row-transformer", "digit-sequence", "rnn-rows-deep", "lstm-rows-deep", "gru-rows-deep", "rnn-pixels-deep",
            "lstm-pixels-deep", "gru-pixels-deep");
    private static final Case LARGE = new Case("digit-sequence", Work.TRAIN, 512);
    /** The recipes whose predictions are measured. */
    static final List<String> PREDICTED = List.of("lstm-rows", "gru-rows-deep", "lstm-pixels", "cnn", "vit",
            "row-transformer", "digit-classifier");
    private static final List<Integer> PREDICTED_BATCHES = List.of(1, 8, 32, 250);

    /** Every case, in the order in which they are measured. */
    static final List<Case> ALL = Stream.of(TRAINED.stream().map(Case::training), Stream.of(LARGE),
            PREDICTED.stream().flatMap(
                    recipe -> PREDICTED_BATCHES.stream().map(batch -> new Case(recipe, Work.PREDICT, batch))))
            .flatMap(cases -> cases).toList();

    // Enough different batches for the loss to fall as it does in a training run.
    private static final int TRAINING_BATCHES = 10;

    /** A kind of work on a recipe. */
    public enum Work {
        /** Forward, backward, clipping and update; the backward pass has twice the products of the forward pass. */
        TRAIN("training step", 3),
        /** The forward pass. */
        PREDICT("prediction", 1);

        private final String title;
        private final int passes;

        Work(String title, int passes) {
            this.title = title;
            this.passes = passes;
        }
    }

    /** Returns the training step of a recipe, with its own batch size. */
    public static Case training(String recipe) {
        return new Case(recipe, Work.TRAIN, Recipes.find(recipe, List.of()).batch());
    }

    /** Returns the case with a given {@link #name()}. */
    static Case named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    /** The name by which {@code --cases} selects it. */
    String name() {
        return recipe + "/" + work.name().toLowerCase(Locale.ROOT) + "-" + batch;
    }

    /** Its title in the table. */
    String title() {
        return recipe + " " + work.title + ", batch " + batch;
    }

    /** The recipe. */
    public Recipe settings() {
        return Recipes.find(recipe, trains() ? List.of("batch=" + batch) : List.of());
    }

    /** Returns whether the weights change. */
    boolean trains() {
        return work == Work.TRAIN;
    }

    /** The network that the other sides build. */
    PeerNetwork network() {
        return PeerNetwork.of(settings().model());
    }

    /** The batches, which are used in turn. */
    List<Batch> batches(Steps steps) {
        return trains() ? steps.batches(TRAINING_BATCHES) : List.of(steps.testBatch(batch));
    }

    /** The number of floating-point operations of its products. */
    double flops(Experiment experiment) {
        long example = ModelLayers.of(experiment).stream().mapToLong(ModelLayers.Row::flops).sum();
        return (double) example * batch * work.passes;
    }
}
