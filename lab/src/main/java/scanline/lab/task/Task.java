package scanline.lab.task;

import java.util.List;
import java.util.function.IntSupplier;
import scanline.engine.tensor.Tensor;
import scanline.lab.base.RunException;
import scanline.lab.canvas.Canvas;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.Classifier;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;
import scanline.lab.sequence.Batch;

/** What a network is asked for: how wrong it is about some examples, and what it says of them. */
public interface Task {
    /**
     * What the network computes for a batch; where it writes labels one after the other, with the right ones before each.
     *
     * @param x of the batch, [T, B, F]
     * @return a number for each label, [..., C], or for each word
     */
    Tensor logits(Tensor x, Batch batch);

    /**
     * How wrong a network is.
     *
     * @param mean the mean loss, [1]
     * @param correct counts the examples about which all is right; where a network writes labels one after the other, with the
     *     right ones before each
     */
    record Loss(Tensor mean, IntSupplier correct) {}

    /**
     * The loss that training makes small.
     *
     * @param x of the batch, [T, B, F]
     */
    Loss loss(Tensor x, Batch batch);

    /**
     * What the network says of each example, in a pass that records nothing. The right answers need not be known.
     *
     * @param x of the batch, [T, B, F]
     */
    List<Answer> answers(Tensor x);

    /**
     * What the network says, and how wrong it is.
     *
     * @param mean the mean loss, in nats and without smoothing
     * @param terms how many losses it is the mean of: one an example, or one a word
     * @param answers to each example
     */
    record BatchEvaluation(float mean, int terms, List<Answer> answers) {}

    /**
     * What {@link #answers} gives, held against the right answers.
     *
     * @param x of the batch, [T, B, F]
     */
    BatchEvaluation evaluate(Tensor x, Batch batch);

    /** Nothing yet of the measures of this task. */
    Score score();

    /**
     * What a recipe asks a network for.
     *
     * @throws RunException if it cannot answer so
     */
    static Task of(Recipe recipe, Network network, int classes) {
        Canvas canvas = recipe.data().canvas();
        boolean isClass = canvas.answer() == Canvas.Answer.CLASS;
        require(isClass || !recipe.head().softmax(),
                "head.softmax=true stands behind a classifier's logits, so it needs data.canvas=single");
        return switch (network) {
            case Classifier classifier -> {
                require(canvas.answer() != Canvas.Answer.SEQUENCE,
                        "this model gives a number for each label at once, and data.canvas asks for a sequence: take one"
                                + " that writes labels one after the other, such as model=transformer");
                if (isClass) {
                    yield new Classification(classifier, recipe, classes);
                }
                require(recipe.loss().smoothing() == 0, "loss.smoothing must be 0 where each label has a sigmoid");
                yield new Labeling(classifier, classes);
            }
            case Autoregressive writer -> {
                require(!isClass, "this model writes labels one after the other, so it needs pictures with several:"
                        + " data.canvas=grid or scatter");
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
