package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.file.Excerpt;
import scanline.lab.base.CommandProcess;
import scanline.lab.base.RunException;
import scanline.lab.cli.option.RecipeNames;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainingOptions;
import scanline.lab.cli.terminal.Verdicts;
import scanline.lab.experiment.Compute;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.FirstSteps;
import scanline.lab.record.Reproducing;
import scanline.lab.record.RunRecord;
import scanline.lab.record.Verdict;
import scanline.lab.report.Results;

/** The command {@code scanline reproduce}. */
@Command(name = "reproduce", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Retrain the recorded results, one after another, and report which are reproduced bit for bit."
                + " If it is stopped, the same command resumes. With --quick, only train the first steps of each"
                + " recipe, which takes a minute or two.")
final class ReproduceCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    @Parameters(paramLabel = "RECIPE", completionCandidates = RecipeNames.class,
            description = "Name of a recipe, for all its records, or of one record. Default: everything.")
    private List<String> wanted = List.of();

    @Option(names = "--quick", description = "Train " + FirstSteps.STEPS
            + " steps of each recipe and compare the weights with the recorded ones.")
    private boolean quick;

    @Option(names = "--record", description = "With --quick: record the first steps instead of comparing them.")
    private boolean record;

    @Option(names = "--background", arity = "0",
            description = "Keep running after the terminal is closed, and print how to watch and stop it.")
    private boolean background;

    @Option(names = "--results", paramLabel = "DIR", defaultValue = "results",
            description = "Folder of results. Default: ${DEFAULT-VALUE}.")
    private Path results = Path.of("results");

    @Option(names = "--to", paramLabel = "DIR", defaultValue = "runs/reproduced",
            description = "Folder for the new runs. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("");

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    @Override
    public Integer call() throws IOException {
        if (record && !quick) {
            throw new ParameterException(line(), "--record needs --quick: to record a run, use"
                    + " `scanline results --add RUN`");
        }
        if (record && training.isJson()) {
            throw new ParameterException(line(), "--record compares nothing, so it cannot be combined with --json");
        }
        if (quick && background) {
            throw new ParameterException(line(),
                    "--quick takes a minute or two, so it cannot be combined with --background");
        }
        if (quick) {
            return quick();
        }
        requireResults();
        try (Reproducing reproducing = new Reproducing(records(), wanted, folder)) {
            if (!background) {
                return reproduce(reproducing);
            }
        }
        return background(); // the new process locks the folder itself
    }

    private Path records() {
        return results.resolve(Results.RECORDS);
    }

    private void requireResults() {
        if (!Files.isDirectory(results)) {
            throw new RunException("no such folder: " + results + "; name the folder of results with --results");
        }
    }

    private int reproduce(Reproducing reproducing) throws IOException {
        CommandLine line = line();
        Verdicts verdicts = new Verdicts(line.getOut(), training.isJson());
        boolean done = reproducing.train(threads.compute(),
                (experiment, run, resumed) -> training.train(line, experiment,
                        run, resumed, "the same command", _ -> {}),
                new Reproducing.Listener() {
                    @Override
                    public void next(int number, int of, RunRecord record) {
                        line.getErr().println(Excerpt.line(number + "/" + of + " " + record.name() + ": "
                                + record.command().text()));
                        line.getErr().flush();
                    }

                    @Override
                    public void verdict(Verdict verdict) {
                        verdicts.add(verdict);
                    }
                });
        return done ? verdicts.conclude() : CommandLine.ExitCode.SOFTWARE;
    }

    private int quick() throws IOException {
        wanted.forEach(Recipes::requireName);
        List<String> names = wanted.isEmpty() ? Recipes.names() : wanted;
        requireResults();
        PrintWriter out = line().getOut();
        if (record) {
            FirstSteps.record(records(), names, threads.compute());
            out.println(records().resolve(FirstSteps.FILE) + ": first steps of " + names.size()
                    + (names.size() == 1 ? " recipe" : " recipes"));
            out.flush();
            return CommandLine.ExitCode.OK;
        }
        Map<String, FirstSteps> recorded = FirstSteps.read(records());
        Verdicts verdicts = new Verdicts(out, training.isJson());
        Compute compute = threads.compute();
        names.forEach(name -> verdicts.add(FirstSteps.compare(name, recorded.get(name), compute)));
        return verdicts.conclude();
    }

    /** Starts the same command in a process that outlives this one. */
    private int background() throws IOException {
        Path log = folder.resolve("log.txt");
        List<String> words = new ArrayList<>(line().getParent().getParseResult().expandedArgs());
        words.remove("--background");
        ProcessBuilder process = CommandProcess.of(Main.class, words);
        process.command().addFirst("nohup"); // a closed terminal would end it
        process.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long number;
        try {
            number = process.start().pid();
        } catch (IOException e) {
            throw new RunException("--background needs the command nohup, which was not found: " + e.getMessage());
        }
        PrintWriter out = line().getOut();
        out.println("process " + number + " trains in the background; its log is " + log);
        out.println("`kill " + number + "` saves and stops it; the same command resumes");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
