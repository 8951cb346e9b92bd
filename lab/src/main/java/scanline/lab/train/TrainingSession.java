package scanline.lab.train;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.run.LiveRun;
import scanline.lab.run.Progress;
import scanline.lab.run.Provenance;
import scanline.lab.run.Result;
import scanline.lab.run.Run;

/**
 * Trains a run from its current position to its result, or until the process is asked to end (Ctrl-C): then it saves
 * first. No other process can train the same run meanwhile, and {@code live.json} reports the progress.
 */
public final class TrainingSession {
    // How long the JVM waits, before it ends, for the current step and the checkpoint after it.
    private static final int LAST_SAVE_SECONDS = 60;

    private TrainingSession() {}

    /** Receives the events of a session, and each test example. */
    public interface Listener extends Progress, Evaluation.Listener {
        /** Reports that training resumes after a step. */
        void resumed(long step);

        /** Reports that the process was asked to end: training has stopped after a step, and is saved. */
        void stopped(long step);

        /** Reports that the process ends before the current step is done; the last checkpoint remains. */
        void tooLate();

        /** Reports that the test examples are evaluated and the result is saved. */
        void concluded(Result result) throws IOException;
    }

    /**
     * Trains a run.
     *
     * @param resumed whether the run has been trained before
     * @param saveSeconds seconds between two checkpoints
     * @return whether the run reached its result; it was stopped otherwise
     */
    public static boolean train(Experiment experiment, Run run, boolean resumed, double saveSeconds, Listener listener)
            throws IOException {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stop.set(true);
            try {
                if (!stopped.await(LAST_SAVE_SECONDS, TimeUnit.SECONDS)) {
                    listener.tooLate();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (LiveRun live = LiveRun.begin(run)) {
            Trainer trainer = new Trainer(experiment, run, Progress.all(listener, live), saveSeconds);
            if (resumed) {
                trainer.restore();
                Provenance.resumed(run, experiment.recipe(), experiment.engine().backend(), trainer.step());
                listener.resumed(trainer.step());
            }
            trainer.train(stop::get);
            if (!trainer.isDone()) {
                listener.stopped(trainer.step());
                return false;
            }
            live.tests();
            listener.concluded(trainer.conclude(listener));
            return true;
        } finally {
            stopped.countDown(); // last: once the JVM has what it waits for, nothing else runs
            if (!stop.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }
}
