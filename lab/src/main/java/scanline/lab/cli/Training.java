package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import scanline.lab.report.Findings;
import scanline.lab.report.RunReport;
import scanline.lab.train.Experiment;
import scanline.lab.train.Experiment.Split;
import scanline.lab.train.Json;
import scanline.lab.train.LiveRun;
import scanline.lab.train.Measures;
import scanline.lab.train.Progress;
import scanline.lab.train.Provenance;
import scanline.lab.train.Result;
import scanline.lab.train.Run;
import scanline.lab.train.Trainer;

/** What {@code train} and {@code resume} share: training with progress, saving at Ctrl-C, printing the result. */
final class Training {
    // How long the JVM's end waits for the step under way and the checkpoint after it.
    private static final int LAST_SAVE_SECONDS = 60;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    private double saveSeconds = 30;

    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    @Option(names = "--save-seconds", paramLabel = "S",
            description = "Seconds between two checkpoints, at most 60. Default: 30.")
    void saveSeconds(double seconds) {
        if (!(seconds > 0 && seconds <= 60)) {
            throw new ParameterException(Objects.requireNonNull(command).commandLine(),
                    "--save-seconds must be above 0 and at most 60, not " + seconds);
        }
        saveSeconds = seconds;
    }

    /** Whether what comes out is wanted as JSON. */
    boolean isJson() {
        return json;
    }

    /** Trains a run to its end, from wherever it stands. */
    int run(CommandLine line, Experiment experiment, Run run, boolean resumed) throws IOException {
        return train(line, experiment, run, resumed, "./scanline resume " + run.folder(),
                result -> print(line.getOut(), run, result))
                        ? CommandLine.ExitCode.OK
                        : CommandLine.ExitCode.SOFTWARE;
    }

    /**
     * Trains a run to its end and tells what it came to; false if it was stopped before.
     *
     * @param goOn the command to go on by
     */
    boolean train(CommandLine line, Experiment experiment, Run run, boolean resumed, String goOn,
            Consumer<Result> told) throws IOException {
        PrintWriter err = line.getErr();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stop.set(true);
            try {
                if (!stopped.await(LAST_SAVE_SECONDS, TimeUnit.SECONDS)) {
                    err.println("scanline: the step under way took too long; the last checkpoint stands");
                    err.flush();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (LiveRun live = LiveRun.begin(run)) {
            return train(line, experiment, run, resumed, goOn, stop::get, live, told);
        } finally {
            stopped.countDown(); // last: nothing runs any more once the JVM has what it waits for
            if (!stop.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private boolean train(CommandLine line, Experiment experiment, Run run, boolean resumed, String goOn,
            BooleanSupplier stop, LiveRun live, Consumer<Result> told) throws IOException {
        PrintWriter err = line.getErr();
        ProgressLine progress = new ProgressLine(err, StatusLine.onTerminal(err), experiment.recipe().epochs());
        Trainer trainer = new Trainer(experiment, run, Progress.all(progress, live), saveSeconds);
        if (resumed) {
            trainer.restore();
            Provenance.resumed(run, trainer.step());
            err.printf(Locale.ROOT, "%s goes on at step %,d%n", run.folder(), trainer.step());
            err.flush();
        }
        trainer.train(stop);
        progress.erase();
        if (!trainer.isDone()) {
            err.printf(Locale.ROOT, "stopped at step %,d, saved; go on with: %s%n", trainer.step(), goOn);
            err.flush();
            return false;
        }
        live.tests();
        Findings test = new Findings(experiment, Split.TEST);
        told.accept(trainer.conclude(test)); // before the report, which may find no room
        RunReport.write(experiment, run, test);
        return true;
    }

    private void print(PrintWriter out, Run run, Result result) {
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("run", run.folder().toString());
            values.put("result", result);
            out.println(Json.text(values));
        } else {
            out.printf(Locale.ROOT, "test accuracy %.2f %%, loss %.4f (weights of epoch %d), trained in %s%n",
                    100 * result.testAccuracy(), result.testLoss(), result.bestEpoch(),
                    Progress.duration(result.seconds()));
            result.testMeasures().forEach((name, value) -> out.println(Measures.text(name, value)));
            out.printf(Locale.ROOT, "weights %s%nrun     %s%n", result.bestWeights(), run.folder());
        }
        out.flush();
    }
}
