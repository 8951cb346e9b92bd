package scanline.lab.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import scanline.engine.io.FormatException;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Weights;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Learner;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Checkpoint;
import scanline.lab.run.Position;
import scanline.lab.run.Progress;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.run.RunEvents;

/**
 * Trains an experiment and keeps its run up to date. The results depend on the recipe, the seed and the data only: not
 * on threads, vectors, the clock, or how often training was stopped.
 */
public final class Trainer {
    // Speed is smoothed over the last second or so, as it changes while the JVM compiles.
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
    private final Examples validation;
    private final int stepsBetweenEvents;

    private Position position = Position.START;
    private double speed;

    /**
     * Creates a trainer at the start of a run.
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
        validation = experiment.examples(Split.VALIDATION);
        stepsBetweenEvents = Math.max(1, learner.steps() / LOSSES_AN_EPOCH);
    }

    /**
     * Moves to the position of the run's checkpoint.
     *
     * @throws FormatException if that is not a checkpoint of this model, or is at a position that this recipe never
     *     reaches
     * @throws RunException if there is none although an epoch was finished
     */
    public void restore() throws IOException {
        if (!Files.exists(run.last())) {
            if (run.isFinished() || run.hasEpoch()) {
                throw new RunException(run.folder() + " has no " + Run.LAST + " to resume from: "
                        + (run.isFinished() ? "it is the record of a finished run" : "its checkpoint is gone"));
            }
            return; // stopped before its first checkpoint: starting again gives the same result
        }
        position = Checkpoint.load(run.last(), weights, learner.optimizer(), learner.average(), this::isPossible);
    }

    private boolean isPossible(Position saved) {
        boolean within = saved.epoch() < recipe.epochs()
                ? saved.example() % learner.examplesAStep() == 0 && saved.example() < learner.examples()
                : saved.epoch() == recipe.epochs() && saved.example() == 0;
        return within && saved.correct() <= saved.example() && saved.bestEpoch() <= saved.epoch()
                && saved.bestEpoch() > 0 == saved.epoch() > 0
                && saved.step() == (long) saved.epoch() * learner.steps()
                        + Math.ceilDiv(saved.example(), learner.examplesAStep());
    }

    /** Returns whether every epoch is done. */
    public boolean isDone() {
        return position.epoch() >= recipe.epochs();
    }

    /** The number of steps taken. */
    public long step() {
        return position.step();
    }

    /**
     * Trains to the end, or until {@code stop} returns true; a checkpoint then has the exact position.
     *
     * @throws RunException if the loss or a weight is no longer a finite number; the last checkpoint is kept
     */
    public void train(BooleanSupplier stop) throws IOException {
        List<Run.Epoch> rows = run.epochs(position.epoch());
        run.write(rows);
        try (RunEvents events = RunEvents.after(step(), run)) {
            if (step() == 0) {
                events.examples(experiment);
            }
            save(events);
            long saved = System.nanoTime();
            while (!isDone()) {
                Examples epoch = experiment.splits().epoch(position.epoch());
                while (position.example() < epoch.count()) {
                    if (stop.getAsBoolean()) {
                        save(events);
                        return;
                    }
                    trainStep(epoch, events);
                    // Not between the last step and the end of the epoch: events of the end belong to the same step.
                    if (secondsSince(saved) >= saveSeconds && position.example() < epoch.count()) {
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
     * Evaluates the best weights on the test examples and writes the result of the run. The best weights are those of
     * the epoch with the highest validation accuracy, or of the last if there is no validation set.
     *
     * @param listener receives each test example
     */
    public Result conclude(Evaluation.Listener listener) throws IOException {
        String lastHash = WeightsFile.hash(weights);
        WeightsFile.load(run.best(), weights);
        Evaluation test = Evaluation.of(experiment, experiment.examples(Split.TEST), listener);
        boolean validated = !validation.isEmpty();
        Result result = new Result(test.accuracy(), test.correct(), test.examples(), test.loss(), test.measures(),
                position.bestEpoch(), validated ? (Double) position.bestAccuracy() : null,
                validated ? (Double) position.bestLoss() : null, position.epoch(), step(),
                Math.round(position.seconds() * 1000) / 1000.0, WeightsFile.hash(weights), lastHash);
        run.write(result, test, experiment.dataset().classNames());
        RunEvents.write(result, run);
        return result;
    }

    private void trainStep(Examples epoch, RunEvents events) {
        long start = System.nanoTime();
        Learner.Step outcome = learner.learn(epoch, position.example());
        double loss = outcome.loss();
        if (!Double.isFinite(loss)) {
            throw diverged("the loss is " + loss);
        }
        double took = secondsSince(start);
        position = position.afterStep(outcome.examples(), loss, outcome.correct(), took);
        if (step() % stepsBetweenEvents == 0) {
            events.loss(step(), loss);
        }
        report(outcome.examples(), took, loss);
    }

    private Run.Epoch endEpoch(RunEvents events) throws IOException {
        requireFiniteWeights();
        Evaluation evaluated;
        try (Learner.Averaged _ = learner.averaged()) {
            evaluated = validation.isEmpty()
                    ? NOT_VALIDATED
                    : Evaluation.of(experiment, validation, Evaluation.Listener.NONE);
        }
        int examples = learner.examples();
        Run.Epoch row = new Run.Epoch(position.epoch() + 1, step(), position.epochSeconds(),
                examples / position.epochSeconds(), learner.rate(step() - 1), position.lossSum() / examples,
                (double) position.correct() / examples, evaluated.loss(), evaluated.accuracy());
        events.epoch(row, weights);
        position = position.afterEpoch(row);
        if (position.bestEpoch() == row.epoch()) {
            try (Learner.Averaged _ = learner.averaged()) {
                // Sorted: the order of Map.of differs from JVM to JVM, and the file must be the same to the byte.
                WeightsFile.save(run.best(), weights,
                        new TreeMap<>(Map.of("format", "pt", "epoch", Integer.toString(row.epoch()))));
            }
        }
        return row;
    }

    /**
     * Saves the run, events first: the next session withdraws what is later than the checkpoint, but could not add what
     * is missing.
     */
    private void save(RunEvents events) throws IOException {
        requireFiniteWeights();
        events.write();
        Checkpoint.save(run.last(), weights, learner.optimizer(), learner.average(), position);
    }

    private void requireFiniteWeights() {
        weights.nonFinite().ifPresent(value -> {
            throw diverged(value);
        });
    }

    private RunException diverged(String what) {
        return new RunException("training diverged: " + what + " at step " + (step() + 1) + " (epoch "
                + (position.epoch() + 1) + "); " + run.last()
                + " holds the last good checkpoint; try a lower optimizer.rate, or clip=norm");
    }

    private void report(int count, double took, double batchLoss) {
        double now = count / took;
        double weight = speed == 0 ? 1 : Math.min(1, took / SMOOTHING_SECONDS);
        speed += weight * (now - speed);
        int example = position.example();
        double left = ((recipe.epochs() - position.epoch() - 1.0) * learner.examples() + learner.examples() - example)
                / speed;
        progress.step(
                new Progress.Step(position.epoch() + 1, Math.ceilDiv(example, learner.examplesAStep()), learner.steps(),
                        batchLoss, position.lossSum() / example, (double) position.correct() / example, speed, left));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
