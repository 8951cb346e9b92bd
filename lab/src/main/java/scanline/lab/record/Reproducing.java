package scanline.lab.record;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import scanline.data.base.UserException;
import scanline.engine.file.Excerpt;
import scanline.engine.file.FileAccessException;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.run.Parent;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** Trains records again, one after another, each in a folder of its own, and compares the results. */
public final class Reproducing implements AutoCloseable {
    private static final String LOCK = "reproduce.lock";

    private final Path folder;
    private final List<Plan> plans;
    private final FileChannel channel;

    /** The training of a run to its end, from its current position. */
    @FunctionalInterface
    public interface Training {
        /** Trains a run; returns false if it was stopped. */
        boolean train(Experiment experiment, Run run, boolean resumed) throws IOException;
    }

    /** Receives the progress of each record. */
    public interface Listener {
        /** Reports the record that is trained next, the first being number 1. */
        void next(int number, int of, RunRecord record);

        /** Reports the verdict on that record. */
        void verdict(Verdict verdict);
    }

    /**
     * A record to train, checked before any training: a process of days neither finds out on its last day that a recipe
     * has changed, nor uses a recipe that was changed meanwhile.
     *
     * @param recipe the recipe; null if it cannot be trained
     * @param fault the reason if it cannot be trained
     */
    private record Plan(Reproduction reproduction, @Nullable Recipe recipe, String fault) {
        static Plan of(Reproduction reproduction) {
            try {
                return new Plan(reproduction, reproduction.recipe(), "");
            } catch (UserException e) {
                return new Plan(reproduction, null, String.valueOf(e.getMessage()));
            }
        }

        String name() {
            return reproduction.record().name();
        }
    }

    /**
     * Locks a folder for the runs until it is closed.
     *
     * @param results the folder of records
     * @param wanted names of recipes or of records; none for all
     * @throws UserException if there are no such records, or another process uses the folder
     */
    public Reproducing(Path results, List<String> wanted, Path folder) throws IOException {
        this.folder = folder;
        plans = Reproduction.of(results, wanted).stream().map(Plan::of).toList();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new FileAccessException("create the folder", folder, e);
        }
        if (Files.isSameFile(folder, results)) {
            throw new RunException(
                    "--to " + folder + " is the folder of the records, which would be compared with themselves");
        }
        channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked()) {
            channel.close();
            throw new RunException("another `scanline reproduce` is running in " + folder
                    + ": wait for it, or choose another folder with --to");
        }
    }

    private boolean isLocked() throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false; // this process has it
        }
    }

    /**
     * Trains every record again. A record that cannot be trained does not stop the others.
     *
     * @return false if training was stopped
     */
    public boolean train(Compute compute, Training training, Listener listener) throws IOException {
        int number = 0;
        for (Plan plan : plans) {
            number++;
            listener.next(number, plans.size(), plan.reproduction().record());
            Verdict verdict = verdict(plan, compute, training);
            if (verdict == null) {
                return false;
            }
            listener.verdict(verdict);
        }
        return true;
    }

    /** Returns the verdict on one record; null if training was stopped. */
    private @Nullable Verdict verdict(Plan plan, Compute compute, Training training) throws IOException {
        try {
            if (plan.recipe() == null) {
                throw new RunException(plan.fault());
            }
            Run run = new Run(folder.resolve(plan.name()));
            boolean before = run.isFinished();
            requireSameRecipe(plan, run);
            if (!before && !train(plan, run, compute, training)) {
                return null;
            }
            RunRecord again = RunRecordReader.read(run.folder());
            // Equal epochs took equal seconds, too: this is the run that was recorded.
            if (before && again.epochs().equals(plan.reproduction().record().epochs())) {
                throw new RunException(
                        run.folder() + " is the run that was recorded, which would be compared with itself:"
                                + " choose another folder with --to");
            }
            RunRecord.Outcome outcome = Objects.requireNonNull(again.outcome());
            return Verdict.of(plan.name(), String.format(Locale.ROOT, "test accuracy %.2f %%, loss %.4f, weights %s%s",
                    100 * outcome.accuracy(), outcome.loss(), FirstSteps.digits(outcome.weights()),
                    before
                            ? " (trained before, at commit " + Excerpt.line(String.join(", ", again.commits())) + ")"
                            : ""),
                    plan.reproduction().difference(again));
        } catch (UserException | IOException e) {
            return new Verdict(plan.name(), false, "NOT TRAINED: " + e.getMessage());
        }
    }

    /** Refuses a folder with anything but a run of this recipe, because the comparison would be meaningless. */
    private static void requireSameRecipe(Plan plan, Run run) throws IOException {
        if (Run.is(run.folder()) && !run.recipe().isSameTraining(Objects.requireNonNull(plan.recipe()))) {
            throw new RunException(run.folder() + " is a run of a recipe other than " + plan.name()
                    + ": delete it, or choose another folder with --to");
        }
        if (run.isFinished() && !Files.exists(run.best())) {
            throw new RunException(run.folder() + " has no weights: it is a record, not a run");
        }
    }

    /** Trains a run to its end, from its current position; returns false if it was stopped. */
    private boolean train(Plan plan, Run run, Compute compute, Training training) throws IOException {
        boolean begun = Run.is(run.folder());
        Recipe recipe = Objects.requireNonNull(plan.recipe());
        TrainingCommand command = plan.reproduction().record().command();
        try (Experiment experiment = new Experiment(recipe, compute)) {
            if (begun) {
                Provenance.requireSameData(run, experiment);
            } else {
                Parent parent = plan.reproduction().parent(folder, experiment);
                Run.requireNew(run.folder());
                Run.create(run.folder(), recipe, Provenance.of(experiment, compute.threads(), command.words(), parent),
                        parent == null ? Run.Beginning.OF_SEED : Parent.beginning(experiment));
            }
            return training.train(experiment, run, begun);
        }
    }

    /** Unlocks the folder. */
    @Override
    public void close() throws IOException {
        channel.close(); // and its lock with it
    }
}
