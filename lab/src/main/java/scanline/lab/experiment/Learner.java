package scanline.lab.experiment;

import java.util.Optional;
import scanline.data.sequence.Batch;
import scanline.engine.optim.MovingAverage;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Tape;
import scanline.lab.recipe.Recipe;
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
    private final int examplesAStep;
    private final int steps;
    private Optimizer optimizer;
    private Optional<MovingAverage> average;

    /** Creates a learner before its first step. */
    public Learner(Experiment experiment) {
        this.experiment = experiment;
        recipe = experiment.recipe();
        passes = RandomKey.of(recipe.seed(), "pass");
        examples = experiment.examples(Split.TRAIN).count();
        examplesAStep = recipe.batch() * recipe.accumulate();
        steps = Math.ceilDiv(examples, examplesAStep);
        optimizer = experiment.newOptimizer();
        average = experiment.newAverage();
    }

    /**
     * The outcome of a step.
     *
     * @param loss mean loss of its examples, before the update
     * @param correct the number of its examples that are answered entirely correctly
     * @param examples the number of its examples
     */
    public record Step(double loss, int correct, int examples) {}

    /** The number of training examples in an epoch. */
    public int examples() {
        return examples;
    }

    /** The number of examples in a step, except for the last one of an epoch, which may have fewer. */
    public int examplesAStep() {
        return examplesAStep;
    }

    /** The number of steps in an epoch. */
    public int steps() {
        return steps;
    }

    /** The optimizer that updates the weights. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** The moving average of the weights, which every step updates; empty if the recipe has none. */
    public Optional<MovingAverage> average() {
        return average;
    }

    /** Makes the weights the moving average, if the recipe has one, until the result is closed. */
    public Averaged averaged() {
        average.ifPresent(MovingAverage::swap);
        return () -> average.ifPresent(MovingAverage::swap);
    }

    /** The time in which the weights are the moving average. */
    public interface Averaged extends AutoCloseable {
        @Override
        void close();
    }

    /** Replaces the optimizer with one that has taken no step, and starts a new average; the weights stay. */
    public void restart() {
        optimizer = experiment.newOptimizer();
        average = experiment.newAverage();
    }

    /**
     * Returns a batch: all examples of a step, or some of them if the step accumulates the gradients of several.
     *
     * @param order the examples of its epoch, in order
     * @param first the position in that order where the batch starts; it ends one batch size later, or with the epoch
     */
    public Batch batch(Examples order, int first) {
        return order.batch(first, Math.min(order.count(), first + recipe.batch()));
    }

    /**
     * Takes the next training step of an epoch: on a batch, or on as many as the recipe accumulates. The gradients of
     * several are those of the mean of their losses, weighted by their examples. A loss that is not finite changes no
     * weight.
     *
     * @param order the examples of the epoch, in order
     * @param first the position in that order where the step starts
     */
    public Step learn(Examples order, int first) {
        int count = Math.min(order.count() - first, examplesAStep);
        long pass = optimizer.steps() * recipe.accumulate();
        double loss = 0;
        int correct = 0;
        experiment.weights().clearGradients();
        for (int done = 0; done < count; done += recipe.batch()) {
            Batch batch = batch(order, first + done);
            float share = (float) batch.count() / count;
            Step part = pass(batch, pass++, share);
            if (!Double.isFinite(part.loss)) {
                return new Step(part.loss, 0, count);
            }
            loss += share * part.loss;
            correct += part.correct;
        }
        update();
        return new Step(loss, correct, count);
    }

    /** Takes a training step on one batch. A loss that is not finite changes no weight. */
    public Step learn(Batch batch) {
        experiment.weights().clearGradients();
        Step outcome = pass(batch, optimizer.steps() * recipe.accumulate(), 1);
        if (Double.isFinite(outcome.loss)) {
            update();
        }
        return outcome;
    }

    /**
     * Adds the gradients of a batch, unless its loss is not finite.
     *
     * @param number the number of the pass, which decides its random numbers
     * @param share the factor of its gradients
     */
    private Step pass(Batch batch, long number, float share) {
        try (Tape tape = experiment.engine().training(passes.at(number))) {
            Task.Loss objective = experiment.task().loss(experiment.read(tape, batch), batch);
            double loss = objective.mean().values()[0];
            if (!Double.isFinite(loss)) {
                return new Step(loss, 0, batch.count());
            }
            Step outcome = new Step(loss, objective.correct().getAsInt(), batch.count());
            tape.backward(share == 1 ? objective.mean() : objective.mean().scale(share));
            return outcome;
        }
    }

    private void update() {
        recipe.clip().clip(experiment.engine().backend(), optimizer.parameters());
        optimizer.step(factor(optimizer.steps()));
        average.ifPresent(MovingAverage::update);
    }

    /** Returns the learning rate of a step, the first being 0, of the parameters that belong to no group. */
    public double rate(long step) {
        return recipe.optimizer().rate() * factor(step);
    }

    private double factor(long step) {
        return recipe.schedule().factor(step, steps, recipe.epochs());
    }
}
