package scanline.lab.task;

import java.util.List;
import java.util.function.IntSupplier;
import scanline.data.canvas.Canvas;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Tensor;
import scanline.lab.base.RunException;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;

/** The task of a network: its loss on some examples, and its answers to them. */
public sealed interface Task permits ClassifierTask, Transcription {
    /**
     * Computes the outputs of the network for a batch. A network that writes labels one after the other is given the
     * correct labels before each.
     *
     * @param x the images of the batch, [T, B, F]
     * @return a number for each label, [..., C], or for each word
     */
    Tensor logits(Tensor x, Batch batch);

    /**
     * The loss of a batch.
     *
     * @param mean the mean loss, [1]
     * @param correct counts the examples that are answered entirely correctly; a network that writes labels one after
     *     the other is given the correct labels before each
     */
    record Loss(Tensor mean, IntSupplier correct) {}

    /**
     * Computes the loss that training minimizes.
     *
     * @param x the images of the batch, [T, B, F]
     */
    Loss loss(Tensor x, Batch batch);

    /**
     * Returns the answer of the network to each example, in a pass that records nothing. The targets need not be known.
     *
     * @param x the images of the batch, [T, B, F]
     */
    List<Answer> answers(Tensor x);

    /**
     * The answers of the network, and their loss.
     *
     * @param mean the mean loss, in nats and without smoothing
     * @param terms the number of losses in the mean: one per example, or one per word
     * @param answers the answer to each example
     */
    record BatchEvaluation(float mean, int terms, List<Answer> answers) {}

    /**
     * Evaluates the answers that {@link #answers} gives against the targets.
     *
     * @param x the images of the batch, [T, B, F]
     */
    BatchEvaluation evaluate(Tensor x, Batch batch);

    /** Returns an empty score with the measures of this task. */
    Score score();

    /**
     * Returns the task that a recipe sets a network.
     *
     * @throws RunException if the network cannot answer in that way
     */
    static Task of(Recipe recipe, Network network, int classes) {
        Canvas canvas = recipe.data().canvas();
        boolean isClass = canvas.answer() == Canvas.Answer.CLASS;
        require(isClass || !recipe.head().softmax(),
                "head.softmax=true only works for single-label classification (data.canvas=single)");
        return switch (network) {
            case Classifier classifier -> {
                require(canvas.answer() != Canvas.Answer.SEQUENCE,
                        "this model scores all labels at once, but data.canvas asks for a sequence: use a model"
                                + " that writes labels one after the other, such as model=transformer");
                if (isClass) {
                    yield new Classification(classifier, recipe, classes);
                }
                require(recipe.loss().labelSmoothing() == 0,
                        "loss.labelSmoothing must be 0 if each label has its own sigmoid");
                yield new Labeling(classifier, classes);
            }
            case Autoregressive writer -> {
                require(!isClass, "this model writes labels one after the other, so it needs a canvas with several"
                        + " labels: data.canvas=grid or scatter");
                yield new Transcription(writer, recipe, classes);
            }
        };
    }

    private static void require(boolean valid, String message) {
        if (!valid) {
            throw new RunException(message);
        }
    }
}
