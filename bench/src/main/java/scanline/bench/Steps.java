package scanline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.data.Batch;
import scanline.lab.data.Loader;
import scanline.lab.recipe.Recipe;
import scanline.lab.train.Experiment;
import scanline.lab.train.Experiment.Split;
import scanline.lab.train.Trainer;

/**
 * A recipe, one step at a time: the arithmetic of {@link Trainer}, in the same order and with the same random numbers, and
 * nothing of the run around it. A test holds the weights that both come to against each other.
 */
final class Steps implements AutoCloseable {
    private final Recipe recipe;
    private final Experiment experiment;
    private final Loader loader;
    private final RandomKey passes;
    private final List<float[]> first;
    private final List<float[]> firstStatistics;
    private final int stepsAnEpoch;
    private Optimizer optimizer;
    private int[] order;
    private int example;
    private int epoch;

    /** A recipe before its first step. */
    Steps(Recipe recipe, int threads) {
        this.recipe = recipe;
        experiment = new Experiment(recipe, threads);
        loader = experiment.loader(Split.TRAIN);
        passes = RandomKey.of(recipe.seed(), "pass");
        first = experiment.weights().parameters().stream().map(Parameter::values).toList();
        firstStatistics = experiment.weights().statistics().stream().map(Statistic::values).toList();
        stepsAnEpoch = (experiment.examples(Split.TRAIN).length + recipe.batch() - 1) / recipe.batch();
        optimizer = new Optimizer(recipe.optimizer(), experiment.weights());
        order = experiment.order(epoch);
    }

    /** What is trained, and on what. */
    Experiment experiment() {
        return experiment;
    }

    /** Takes the next step of the training run. */
    void next() {
        train(nextBatch());
    }

    /** The next batches of the training run. */
    List<Batch> batches(int count) {
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(copy(nextBatch()));
        }
        return batches;
    }

    /** The first test images. */
    Batch testBatch(int count) {
        return copy(experiment.loader(Split.TEST).batch(IntStream.range(0, count).toArray(), 0, count));
    }

    /** One training step on a batch: its loss. */
    float train(Batch batch) {
        long step = optimizer.steps();
        float loss;
        try (Tape tape = Tape.training(experiment.memory(), passes.at(step))) {
            Tensor mean = experiment.task().loss(experiment.read(tape, batch), batch).mean();
            loss = mean.values()[0];
            experiment.weights().clearGradients();
            tape.backward(mean);
        }
        recipe.clip().clip(experiment.weights());
        optimizer.step(rate(step));
        return loss;
    }

    /** The learning rate of a step, the first being 0. */
    double rate(long step) {
        return recipe.optimizer().rate() * recipe.schedule().factor(step, stepsAnEpoch, recipe.epochs());
    }

    /** The logits of a batch, by a pass that records nothing. */
    float[] logits(Batch batch) {
        try (Tape tape = Tape.inference(experiment.memory())) {
            return experiment.task().logits(experiment.read(tape, batch), batch).values();
        }
    }

    /** Goes back to the first weights, and to an optimiser that has taken no step. */
    void restart() {
        for (int i = 0; i < first.size(); i++) {
            Parameter parameter = experiment.weights().parameters().get(i);
            parameter.value().write(0, first.get(i), 0, first.get(i).length);
        }
        for (int i = 0; i < firstStatistics.size(); i++) {
            experiment.weights().statistics().get(i).value().write(0, firstStatistics.get(i), 0,
                    firstStatistics.get(i).length);
        }
        optimizer = new Optimizer(recipe.optimizer(), experiment.weights());
    }

    @Override
    public void close() {
        experiment.close();
    }

    private Batch nextBatch() {
        if (example == order.length) {
            epoch++;
            example = 0;
            order = experiment.order(epoch);
        }
        int from = example;
        example = Math.min(order.length, from + recipe.batch());
        return loader.batch(order, from, example);
    }

    private static Batch copy(Batch batch) {
        return new Batch(batch.values().clone(), batch.answers().clone());
    }
}
