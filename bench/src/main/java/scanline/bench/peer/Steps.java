package scanline.bench.peer;

import java.util.ArrayList;
import java.util.List;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Learner;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.Recipe;
import scanline.lab.train.Trainer;

/**
 * Training of a recipe one step at a time, without the run around it, on the same batches in the same order as a {@link
 * Trainer}. A test compares the resulting weights of both.
 */
public final class Steps implements AutoCloseable {
    private final Experiment experiment;
    private final Learner learner;
    private final List<float[]> first;
    private final List<float[]> firstStatistics;
    private Examples order;
    private int example;
    private int epoch;

    /** Prepares a recipe for its first step. */
    public Steps(Recipe recipe, int threads) {
        experiment = new Experiment(recipe, threads);
        learner = new Learner(experiment);
        first = experiment.weights().parameters().stream().map(Parameter::values).toList();
        firstStatistics = experiment.weights().statistics().stream().map(Statistic::values).toList();
        order = experiment.splits().epoch(epoch);
    }

    /** The experiment: the network and its data. */
    public Experiment experiment() {
        return experiment;
    }

    /** Performs the next step of the training run. */
    public void next() {
        train(nextBatch());
    }

    /** The next batches of the training run. */
    public List<Batch> batches(int count) {
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(copy(nextBatch()));
        }
        return batches;
    }

    /** The first test images. */
    public Batch testBatch(int count) {
        return copy(experiment.examples(Split.TEST).batch(0, count));
    }

    /** One of the test images. */
    Batch testImage(int number) {
        return copy(experiment.examples(Split.TEST).batch(number, number + 1));
    }

    /** Performs one training step on a batch and returns its loss. */
    public float train(Batch batch) {
        return (float) learner.learn(batch).loss();
    }

    /** The learning rate of a step; the first step has number 0. */
    double rate(long step) {
        return learner.rate(step);
    }

    /** The logits of a batch, computed without recording. */
    public float[] logits(Batch batch) {
        try (Tape tape = experiment.engine().inference()) {
            return experiment.task().logits(experiment.read(tape, batch), batch).values();
        }
    }

    /** Restores the initial weights and the initial state of the optimizer. */
    void restart() {
        for (int i = 0; i < first.size(); i++) {
            Parameter parameter = experiment.weights().parameters().get(i);
            parameter.value().write(0, first.get(i), 0, first.get(i).length);
        }
        for (int i = 0; i < firstStatistics.size(); i++) {
            experiment.weights().statistics().get(i).value().write(0, firstStatistics.get(i), 0,
                    firstStatistics.get(i).length);
        }
        learner.restart();
    }

    @Override
    public void close() {
        experiment.close();
    }

    private Batch nextBatch() {
        if (example == order.count()) {
            epoch++;
            example = 0;
            order = experiment.splits().epoch(epoch);
        }
        Batch batch = learner.batch(order, example);
        example += batch.count();
        return batch;
    }

    private static Batch copy(Batch batch) {
        return new Batch(batch.values().clone(), batch.answers().clone());
    }
}
