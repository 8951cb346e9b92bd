package scanline.lab.experiment;

import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Tape;
import scanline.lab.recipe.Recipe;
import scanline.lab.sequence.Batch;
import scanline.lab.task.Task;

/**
 * The arithmetic of training, one step at a time: a forward and a backward pass, clipping, an update. It knows nothing
 * of the folder of a run, so that training, checks and benchmarks all take the same steps.
 */
public final class Learner {
    private final Experiment experiment;
    private final Recipe recipe;
    private final RandomKey passes;
    private final int examples;
    private final int steps;
    private Optimizer optimizer;

    /** Creates a learner before its first step. */
    public Learner(Experiment experiment) {
        this.experiment = experiment;
        recipe = experiment.recipe();
        passes = RandomKey.of(recipe.seed(), "pass");
        examples = experiment.examples(Split.TRAIN).count();
        steps = Math.ceilDiv(examples, recipe.batch());
        optimizer = experiment.newOptimizer();
    }

    /**
     * The outcome of a step.
     *
     * @param loss mean loss of the batch, before the update
     * @param correct the number of its examples that are answered entirely correctly
     */
    public record Step(double loss, int correct) {}

    /** The number of training examples in an epoch. */
    public int examples() {
        return examples;
    }

    /** The number of steps in an epoch. */
    public int steps() {
        return steps;
    }

    /** The optimizer that updates the weights. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Replaces the optimizer with one that has taken no step; the weights stay. */
    public void restart() {
        optimizer = experiment.newOptimizer();
    }

    /**
     * Returns the examples of a step.
     *
     * @param order the examples of its epoch, in order
     * @param first the position in that order where the batch starts; it ends one batch size later, or with the epoch
     */
    public Batch batch(Examples order, int first) {
        return order.batch(first, Math.min(order.count(), first + recipe.batch()));
    }

    /** Takes a training step on a batch. A loss that is not finite changes no weight. */
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
        recipe.clip().clip(experiment.backend(), optimizer.parameters());
        optimizer.step(factor(step));
        return outcome;
    }

    /** Returns the learning rate of a step, the first being 0, of the parameters that belong to no group. */
    public double rate(long step) {
        return recipe.optimizer().rate() * factor(step);
    }

    private double factor(long step) {
        return recipe.schedule().factor(step, steps, recipe.epochs());
    }
}
