package scanline.lab.cli;

import java.io.PrintWriter;
import java.util.Locale;

import scanline.lab.train.Progress;
import scanline.lab.train.Run;

/** Progress for people: a row an epoch, and on a terminal a line below that changes in place. */
final class ProgressLine implements Progress {
    private static final long NANOS_BETWEEN = 100_000_000;
    private static final String ERASE = "\r\033[K";

    private final PrintWriter out;
    private final boolean live;
    private final int epochs;
    private boolean headed;
    private long last;

    /** Progress on a writer; live if that is a terminal. */
    ProgressLine(PrintWriter out, boolean live, int epochs) {
        this.out = out;
        this.live = live;
        this.epochs = epochs;
    }

    @Override
    public void step(Step step) {
        long now = System.nanoTime();
        if (live && now - last > NANOS_BETWEEN) {
            last = now;
            out.printf(Locale.ROOT, "%sepoch %d/%d  step %d/%d  loss %.4f  accuracy %.2f %%  %,.0f examples/s  %s left",
                    ERASE, step.epoch(), epochs, step.step(), step.steps(), step.loss(), 100 * step.accuracy(),
                    step.examplesPerSecond(), Progress.duration(step.secondsLeft()));
            out.flush();
        }
    }

    @Override
    public void epoch(Run.Epoch row) {
        erase();
        if (!headed) {
            out.println("epoch   train loss  accuracy   validation loss  accuracy   examples/s   seconds");
            headed = true;
        }
        boolean validated = !Double.isNaN(row.validationLoss());
        out.printf(Locale.ROOT, "%5d   %10.4f  %6.2f %%   %15s  %8s   %,10.0f   %7.1f%n", row.epoch(), row.trainLoss(),
                100 * row.trainAccuracy(),
                validated ? String.format(Locale.ROOT, "%.4f", row.validationLoss()) : "none held out",
                validated ? String.format(Locale.ROOT, "%.2f %%", 100 * row.validationAccuracy()) : "",
                row.examplesPerSecond(), row.seconds());
        out.flush();
    }

    /** Takes the changing line away. */
    void erase() {
        if (live) {
            out.print(ERASE);
            out.flush();
        }
    }
}
