package scanline.lab.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import scanline.data.plugin.Plugins;
import scanline.lab.base.Json;
import scanline.lab.cli.terminal.ProgressLine;
import scanline.lab.cli.terminal.StatusLine;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.Findings;
import scanline.lab.report.RunReport;
import scanline.lab.run.Progress;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.task.Answer;
import scanline.lab.task.Measures;
import scanline.lab.train.TrainingSession;

/** The options of commands that train a run, and what these commands print during training. */
public final class TrainingOptions {
    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    private double saveSeconds = 30;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Option(names = "--save-seconds", paramLabel = "S",
            description = "Seconds between checkpoints, at most 60. Default: 30.")
    void saveSeconds(double seconds) {
        if (!(seconds > 0 && seconds <= 60)) {
            throw new ParameterException(Objects.requireNonNull(command).commandLine(),
                    "--save-seconds must be above 0 and at most 60, not " + seconds);
        }
        saveSeconds = seconds;
    }

    /** Returns whether the result is printed as JSON. */
    public boolean isJson() {
        return json;
    }

    /** Trains a run from its current state to its end, and returns the exit status of the command. */
    public int run(CommandLine line, Experiment experiment, Run run, boolean resumed) throws IOException {
        return train(line, experiment, run, resumed,
                "./scanline resume " + run.folder()
                        + Plugins.current().folder().map(at -> " --plugins " + at).orElse(""),
                result -> print(line.getOut(), run, result))
                        ? CommandLine.ExitCode.OK
                        : CommandLine.ExitCode.SOFTWARE;
    }

    /**
     * Trains a run to its end.
     *
     * @param resuming the command that resumes the run, to be printed when it is stopped
     * @param listener receives the result
     * @return {@code false} if the run was stopped before its end
     */
    public boolean train(CommandLine line, Experiment experiment, Run run, boolean resumed,
            String resuming, Consumer<Result> listener) throws IOException {
        return TrainingSession.train(experiment, run, resumed, saveSeconds,
                new Session(line.getErr(), experiment, run, resuming, listener));
    }

    /** Shows a training session on the terminal, and writes the report of its run. */
    private static final class Session implements TrainingSession.Listener {
        private final PrintWriter err;
        private final Experiment experiment;
        private final Run run;
        private final String resuming;
        private final Consumer<Result> listener;
        private final ProgressLine progress;
        private final Findings test;

        Session(PrintWriter err, Experiment experiment, Run run, String resuming, Consumer<Result> listener) {
            this.err = err;
            this.experiment = experiment;
            this.run = run;
            this.resuming = resuming;
            this.listener = listener;
            progress = new ProgressLine(err, StatusLine.onTerminal(err), experiment.recipe().epochs());
            test = new Findings(experiment, Split.TEST);
        }

        @Override
        public void step(Step step) {
            progress.step(step);
        }

        @Override
        public void epoch(Run.Epoch epoch) {
            progress.epoch(epoch);
        }

        @Override
        public void example(int number, int[] target, Answer answer) {
            test.example(number, target, answer);
        }

        @Override
        public void resumed(long step) {
            say(String.format(Locale.ROOT, "%s resumes at step %,d", run.folder(), step));
        }

        @Override
        public void stopped(long step) {
            progress.erase();
            say(String.format(Locale.ROOT, "saved and stopped at step %,d; resume with: %s", step, resuming));
        }

        @Override
        public void tooLate() {
            say("scanline: stopped before the current step ended; the last checkpoint is intact");
        }

        @Override
        public void concluded(Result result) throws IOException {
            listener.accept(result); // before the report, which a full disk may prevent
            RunReport.write(experiment, run, test);
        }

        private void say(String text) {
            err.println(text);
            err.flush();
        }
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
