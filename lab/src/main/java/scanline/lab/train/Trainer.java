package scanline.lab.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.FormatException;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;
import scanline.lab.data.Batch;
import scanline.lab.data.Loader;
import scanline.lab.recipe.Recipe;
import scanline.lab.train.Experiment.Split;

/**
 * Trains an experiment and keeps its run up to date. What it computes depends on the recipe, the seed and the data alone:
 * not on threads, vectors, the clock, or how often it was stopped.
 */
public final class Trainer {
    // Speed is that of the last second or so, smoothed, as it changes while the JVM compiles.
    private static final double SMOOTHING_SECONDS = 2;

    private static final int LOSSES_AN_EPOCH = 100;

    private static final Evaluation NOT_VALIDATED = new Evaluation(Double.NaN, 0, 0, Map.of(), new int[0][0],
            List.of());

    private final Experiment experiment;
    private final Recipe recipe;
    private final Run run;
    private final Progress progress;
    private final double saveSeconds;
    private final Weights weights;
    private final Learner learner;
    private final @Nullable Loader validationLoader;
    private final int[] held;
    private final int examples;
    private final int steps;
    private final int stepsBetweenEvents;

    private int epoch;
    private int example;
    private long step;
    private double lossSum;
    private int right;
    private double seconds;
    private double epochSeconds;
    private int bestEpoch;
    private double bestAccuracy;
    private double bestLoss;
    private double speed;

    /**
     * A trainer at the start of a run.
     *
     * @param saveSeconds seconds between two checkpoints
     */
    public Trainer(Experiment experiment, Run run, Progress progress, double saveSeconds) {
        this.experiment = experiment;
        this.recipe = experiment.recipe();
        this.run = run;
        this.progress = progress;
        this.saveSeconds = saveSeconds;
        weights = experiment.weights();
        learner = new Learner(experiment);
        held = experiment.examples(Split.VALIDATION);
        validationLoader = held.length == 0 ? null : experiment.loader(Split.VALIDATION);
        examples = learner.examples();
        steps = learner.steps();
        stepsBetweenEvents = Math.max(1, steps / LOSSES_AN_EPOCH);
    }

    /**
     * Goes to where the checkpoint of the run stands.
     *
     * @throws FormatException if that is no checkpoint of this model, or stands where this recipe never stands
     * @throws RunException if there is none, and yet an epoch was finished
     */
    public void restore() throws IOException {
        if (!Files.exists(run.last())) {
            if (run.isFinished() || run.hasEpoch()) {
                throw new RunException(run.folder() + " has no " + Run.LAST + " to go on from: "
                        + (run.isFinished() ? "it is the record of a finished run" : "its checkpoint is gone"));
            }
            return; // stopped before its first checkpoint: it begins again, which is the same
        }
        Position position = Checkpoint.load(run.last(), weights, learner.optimizer(), this::isPossible);
        epoch = position.epoch();
        example = position.example();
        step = position.step();
        lossSum = position.lossSum();
        right = position.right();
        seconds = position.seconds();
        epochSeconds = position.epochSeconds();
        bestEpoch = position.bestEpoch();
        bestAccuracy = position.bestAccuracy();
        bestLoss = position.bestLoss();
    }

    private boolean isPossible(Position position) {
        boolean within = position.epoch() < recipe.epochs()
                ? position.example() % recipe.batch() == 0 && position.example() < examples
                : position.epoch() == recipe.epochs() && position.example() == 0;
        return within && position.right() <= position.example() && position.bestEpoch() <= position.epoch()
                && position.bestEpoch() > 0 == position.epoch() > 0
                && position.step() == (long) position.epoch() * steps
                        + Math.ceilDiv(position.example(), recipe.batch());
    }

    /** Whether every epoch is done. */
    public boolean isDone() {
        return epoch >= recipe.epochs();
    }

    /** Steps taken. */
    public long step() {
        return step;
    }

    /**
     * Trains to the end, or until {@code stop} says so; a checkpoint then holds exactly where it stands.
     *
     * @throws RunException if the loss or a weight is no longer a finite number; the last checkpoint is kept
     */
    public void train(BooleanSupplier stop) throws IOException {
        List<Run.Epoch> rows = run.epochs(epoch);
        run.write(rows);
        try (RunEvents events = RunEvents.after(step, run)) {
            if (step == 0) {
                events.examples(experiment);
            }
            save(events);
            long saved = System.nanoTime();
            while (!isDone()) {
                int[] order = experiment.order(epoch);
                while (example < order.length) {
                    if (stop.getAsBoolean()) {
                        save(events);
                        return;
                    }
                    trainStep(order, events);
                    // Not between the last step and the end of the epoch: events of the end are of the same step.
                    if (secondsSince(saved) >= saveSeconds && example < order.length) {
                        save(events);
                        saved = System.nanoTime();
                    }
                }
                rows.add(endEpoch(events));
                run.write(rows);
                save(events);
                saved = System.nanoTime();
                progress.epoch(rows.getLast());
            }
        }
    }

    /**
     * Evaluates the best weights on the test examples and writes what the run came to; the best are those of the epoch
     * with the highest validation accuracy, or the last where nothing was held out.
     *
     * @param listener is told of each test example
     */
    public Result conclude(Evaluation.Listener listener) throws IOException {
        String lastHash = experiment.weightsHash();
        WeightsFile.load(run.best(), weights);
        Evaluation test = Evaluation.of(experiment, experiment.loader(Split.TEST), experiment.examples(Split.TEST),
                listener);
        boolean validated = held.length > 0;
        Result result = new Result(test.accuracy(), test.right(), test.examples(), test.loss(), test.measures(),
                bestEpoch, validated ? (Double) bestAccuracy : null,
                validated ? (Double) bestLoss : null, epoch, step, Math.round(seconds * 1000) / 1000.0,
                experiment.weightsHash(), lastHash);
        run.write(result, test, experiment.dataset().classNames());
        RunEvents.write(result, run);
        return result;
    }

    private void trainStep(int[] order, RunEvents events) {
        long start = System.nanoTime();
        Batch batch = learner.batch(order, example);
        Learner.Step outcome = learner.learn(batch);
        double loss = outcome.loss();
        if (!Double.isFinite(loss)) {
            throw diverged("the loss is " + loss);
        }
        right += outcome.right();
        lossSum += loss * batch.count();
        example += batch.count();
        step++;
        if (step % stepsBetweenEvents == 0) {
            events.loss(step, loss);
        }
        double took = secondsSince(start);
        seconds += took;
        epochSeconds += took;
        report(batch.count(), took, loss);
    }

    private Run.Epoch endEpoch(RunEvents events) throws IOException {
        requireFiniteWeights();
        Evaluation validation = validationLoader == null
                ? NOT_VALIDATED
                : Evaluation.of(experiment, validationLoader, held, Evaluation.Listener.NONE);
        Run.Epoch row = new Run.Epoch(epoch + 1, step, epochSeconds, examples / epochSeconds, learner.rate(step - 1),
                lossSum / examples, (double) right / examples, validation.loss(),
                validation.accuracy());
        events.epoch(row, weights);
        epoch++;
        example = 0;
        lossSum = 0;
        right = 0;
        epochSeconds = 0;
        if (bestEpoch == 0 || row.isBetterThan(bestAccuracy, bestLoss)) {
            bestEpoch = epoch;
            bestAccuracy = validation.accuracy();
            bestLoss = validation.loss();
            // Sorted: the order of Map.of differs from JVM to JVM, and the file is to be the same to the byte.
            WeightsFile.save(run.best(), weights,
                    new TreeMap<>(Map.of("format", "pt", "epoch", Integer.toString(epoch))));
        }
        return row;
    }

    /** Events first: the next session takes back what is later than the checkpoint, and could not add what is missing. */
    private void save(RunEvents events) throws IOException {
        requireFiniteWeights();
        events.write();
        Checkpoint.save(run.last(), weights, learner.optimizer(), new Position(epoch, example, step, lossSum, right,
                seconds, epochSeconds, bestEpoch, bestAccuracy, bestLoss));
    }

    private void requireFiniteWeights() {
        for (Parameter parameter : weights.parameters()) {
            for (float value : parameter.values()) {
                if (!Float.isFinite(value)) {
                    throw diverged("a weight of " + parameter.name() + " is " + value);
                }
            }
        }
        for (Statistic statistic : weights.statistics()) {
            for (float value : statistic.values()) {
                if (!Float.isFinite(value)) {
                    throw diverged("a number of " + statistic.name() + " is " + value);
                }
            }
        }
    }

    private RunException diverged(String what) {
        return new RunException("training diverged: " + what + " at step " + (step + 1) + " (epoch " + (epoch + 1)
                + "); " + run.last() + " holds the last good checkpoint; try a lower optimizer.rate, or clip=norm");
    }

    private void report(int count, double took, double batchLoss) {
        double now = count / took;
        double weight = speed == 0 ? 1 : Math.min(1, took / SMOOTHING_SECONDS);
        speed += weight * (now - speed);
        double left = ((recipe.epochs() - epoch - 1.0) * examples + examples - example) / speed;
        progress.step(new Progress.Step(epoch + 1, Math.ceilDiv(example, recipe.batch()), steps, batchLoss,
                lossSum / example, (double) right / example, speed, left));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
