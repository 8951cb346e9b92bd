package scanline.lab.cli.terminal;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

import scanline.lab.run.Progress;
import scanline.lab.run.Run;

/**
 * Progress for people: one row per epoch and, on a terminal, a status line below that changes in place. A narrow
 * terminal shows only the first fields of that line.
 */
public final class ProgressLine implements Progress {
    private static final long NANOS_BETWEEN = 100_000_000;

    private final PrintWriter out;
    private final StatusLine status;
    private final int epochs;
    private boolean headed;
    private long last;

    /** Prints progress to a writer and to the status line of its terminal. */
    public ProgressLine(PrintWriter out, StatusLine status, int epochs) {
        this.out = out;
        this.status = status;
        this.epochs = epochs;
    }

    @Override
    public void step(Step step) {
        long now = System.nanoTime();
        if (status.isLive() && now - last > NANOS_BETWEEN) {
            last = now;
            status.show(List.of("epoch " + step.epoch() + "/" + epochs, "step " + step.step() + "/" + step.steps(),
                    Progress.duration(step.secondsLeft()) + " left",
                    String.format(Locale.ROOT, "loss %.4f", step.loss()),
                    String.format(Locale.ROOT, "accuracy %.2f %%", 100 * step.accuracy()),
                    String.format(Locale.ROOT, "%,.0f examples/s", step.examplesPerSecond())));
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

    /** Erases the status line. */
    public void erase() {
        status.erase();
    }
}
