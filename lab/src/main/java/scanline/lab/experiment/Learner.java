package scanline.lab.experiment;

import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Tape;
import scanline.lab.recipe.Recipe;
import scanline.lab.sequence.Batch;
import scanline.lab.task.Task;

/**
 * The arithmetic of training, a step at a time: a pass forward and back, clipping, an update. It knows nothing of a run's
 * folder, so that training, checks and benchmarks all take the same steps.
 */
public final class Learner {
    private final Experiment experiment;
    private final Recipe recipe;
    private final RandomKey passes;
    private final int examples;
    private final int steps;
    private Optimizer optimizer;

    /** A learner before its first step. */
    public Learner(Experiment experiment) {
        this.experiment = experiment;
        recipe = experiment.recipe();
        passes = RandomKey.of(recipe.seed(), "pass");
        examples = experiment.examples(Split.TRAIN).count();
        steps = Math.ceilDiv(examples, recipe.batch());
        optimizer = new Optimizer(recipe.optimizer(), experiment.weights());
    }

    /**
     * What a step came to.
     *
     * @param loss the mean of the batch, before the update
     * @param correct how many of its examples were answered wholly rightly
     */
    public record Step(double loss, int correct) {}

    /** Training examples of an epoch. */
    public int examples() {
        return examples;
    }

    /** Steps of an epoch. */
    public int steps() {
        return steps;
    }

    /** What it updates the weights with. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Goes back to an optimizer that has taken no step; the weights stay. */
    public void restart() {
        optimizer = new Optimizer(recipe.optimizer(), experiment.weights());
    }

    /**
     * The examples of a step.
     *
     * @param order of the examples of its epoch
     * @param first the place in that order where it begins; it ends a batch later, or with the epoch
     */
    public Batch batch(Examples order, int first) {
        return order.batch(first, Math.min(order.count(), first + recipe.batch()));
    }

    /** Learns from a batch. A loss that is no finite number changes no weight. */
    public Step learn(Batch batch) {
        long step = optimizer.steps();
        Step outcome;
        try (Tape tape = Tape.training(experiment.memory(), passes.at(step))) {
            Task.Loss objective = experiment.task().loss(experiment.read(tape, batch), batch);
            double loss = objective.mean().values()[0];
            if (!Double.isFinite(loss)) {
                return new Step(loss, 0);
            }
            outcome = new Step(loss, objective.correct().getAsInt());
            experiment.weights().clearGradients();
            tape.backward(objective.mean());
        }
        recipe.clip().clip(experiment.weights());
        optimizer.step(rate(step));
        return outcome;
    }

    /** The learning rate of a step, the first being 0. */
    public double rate(long step) {
        return recipe.optimizer().rate() * recipe.schedule().factor(step, steps, recipe.epochs());
    }
}
