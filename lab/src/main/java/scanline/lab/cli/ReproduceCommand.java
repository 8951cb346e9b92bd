package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
import scanline.engine.io.AtomicFile;
import scanline.engine.io.Excerpt;
import scanline.engine.io.FileAccessException;
import scanline.lab.cli.Verdicts.Verdict;
import scanline.lab.data.DataException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.FirstSteps;
import scanline.lab.record.Reproduction;
import scanline.lab.record.RunRecord;
import scanline.lab.record.TrainingCommand;
import scanline.lab.train.CommandProcess;
import scanline.lab.train.Experiment;
import scanline.lab.train.Parent;
import scanline.lab.train.Provenance;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;

/** {@code scanline reproduce}: trains what the table of results says, and compares. */
@Command(name = "reproduce", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains the records of results again, one after another, and says which come to the same to the bit."
                + " The same command goes on where it was stopped. With --quick, it takes the first steps of each recipe"
                + " instead, in a minute or two.")
final class ReproduceCommand implements Callable<Integer> {
    private static final int DIGITS = 16;
    private static final String LOCK = "reproduce.lock";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private Training training = new Training();

    @Parameters(paramLabel = "RECIPE",
            description = "The name of a recipe, for all its records, or of a record. Default: everything.")
    private List<String> wanted = List.of();

    @Option(names = "--quick", description = "Takes " + FirstSteps.STEPS
            + " steps of each recipe and compares the weights with the recorded ones.")
    private boolean quick;

    @Option(names = "--record", description = "With --quick: writes down what comes out, instead of comparing.")
    private boolean record;

    @Option(names = "--background", arity = "0",
            description = "Goes on when the terminal is closed; prints how to watch and stop it.")
    private boolean background;

    @Option(names = "--results", paramLabel = "DIR", defaultValue = "results",
            description = "The folder of records. Default: ${DEFAULT-VALUE}.")
    private Path results = Path.of("results");

    @Option(names = "--to", paramLabel = "DIR", defaultValue = "runs/reproduced",
            description = "The folder for the runs. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("");

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /**
     * What is to be trained, looked at before anything is: a process of days does not find out on its last day that a recipe has
     * changed, nor take a recipe that was changed meanwhile.
     *
     * @param recipe null where it cannot be trained
     * @param fault why not
     */
    private record Plan(Reproduction reproduction, @Nullable Recipe recipe, String fault) {
        static Plan of(Reproduction reproduction) {
            try {
                return new Plan(reproduction, reproduction.recipe(), "");
            } catch (RunException | RecipeException e) {
                return new Plan(reproduction, null, String.valueOf(e.getMessage()));
            }
        }

        String name() {
            return reproduction.record().name();
        }
    }

    @Override
    public Integer call() throws IOException {
        if (record && !quick) {
            throw new ParameterException(line(), "--record goes with --quick: records of runs come from"
                    + " `scanline results --add RUN`");
        }
        if (record && training.isJson()) {
            throw new ParameterException(line(), "--record compares nothing, so it does not go with --json");
        }
        if (quick && background) {
            throw new ParameterException(line(), "--quick takes a minute or two, so it does not go with --background");
        }
        if (quick) {
            return quick();
        }
        requireResults();
        List<Plan> plans = Reproduction.of(results, wanted).stream().map(Plan::of).toList();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new FileAccessException("make the folder", folder, e);
        }
        if (Files.isSameFile(folder, results)) {
            throw new RunException(
                    "--to " + folder + " is the folder of the records, which would be compared with themselves");
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); FileLock _ = lock(channel)) {
            if (!background) {
                return reproduce(plans);
            }
        }
        return background();
    }

    private void requireResults() {
        if (!Files.isDirectory(results)) {
            throw new RunException("there is no folder " + results + ": --results names another");
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            lock = null; // of this process
        }
        if (lock == null) {
            throw new RunException("another `scanline reproduce` is at work in " + folder
                    + ": wait for it, or choose another folder with --to");
        }
        return lock;
    }

    private int reproduce(List<Plan> plans) throws IOException {
        Verdicts verdicts = new Verdicts(line().getOut(), training.isJson());
        for (Plan plan : plans) {
            line().getErr().println(Excerpt.line((verdicts.size() + 1) + "/" + plans.size() + " " + plan.name() + ": "
                    + plan.reproduction().record().command().text()));
            line().getErr().flush();
            Verdict verdict = verdict(plan);
            if (verdict == null) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            verdicts.add(verdict);
        }
        return verdicts.conclude();
    }

    /** What one record comes to when it is trained again; null if that was stopped. What cannot be trained does not stop the others. */
    private @Nullable Verdict verdict(Plan plan) throws IOException {
        try {
            if (plan.recipe() == null) {
                throw new RunException(plan.fault());
            }
            Run run = new Run(folder.resolve(plan.name()));
            boolean before = run.isFinished();
            requireSameRecipe(plan, run);
            if (!before && !train(plan, run)) {
                return null;
            }
            RunRecord again = RunRecord.read(run.folder());
            if (before && again.epochs().equals(plan.reproduction().record().epochs())) { // the seconds that they took, too
                throw new RunException(
                        run.folder() + " is the run that was recorded, which would be compared with itself:"
                                + " choose another folder with --to");
            }
            RunRecord.Outcome outcome = Objects.requireNonNull(again.outcome());
            return Verdict.of(plan.name(), String.format(Locale.ROOT, "test accuracy %.2f %%, loss %.4f, weights %s%s",
                    100 * outcome.accuracy(), outcome.loss(), outcome.weights().substring(0, DIGITS),
                    before
                            ? " (trained before, at commit " + Excerpt.line(String.join(", ", again.commits())) + ")"
                            : ""),
                    plan.reproduction().difference(again));
        } catch (RunException | DataException | RecipeException | IOException e) {
            return new Verdict(plan.name(), false, "NOT TRAINED: " + e.getMessage());
        }
    }

    /** Refuses a folder that holds something else than a run of this recipe: it would be compared with what it never was. */
    private static void requireSameRecipe(Plan plan, Run run) throws IOException {
        if (Run.is(run.folder()) && !run.recipe().isSameTraining(Objects.requireNonNull(plan.recipe()))) {
            throw new RunException(run.folder() + " is a run of another recipe than " + plan.name()
                    + ": delete it, or choose another folder with --to");
        }
        if (run.isFinished() && !Files.exists(run.best())) {
            throw new RunException(run.folder() + " has no weights: it is a record, and no run");
        }
    }

    /** Trains a run to its end, from wherever it stands; false if it was stopped. */
    private boolean train(Plan plan, Run run) throws IOException {
        boolean begun = Run.is(run.folder());
        Recipe recipe = Objects.requireNonNull(plan.recipe());
        TrainingCommand command = plan.reproduction().record().command();
        try (Experiment experiment = new Experiment(recipe, threads.count())) {
            if (begun) {
                Provenance.requireSameData(run, experiment);
            } else {
                Parent parent = plan.reproduction().parent(folder, experiment);
                Run.requireNew(run.folder());
                Run.create(run.folder(), recipe, Provenance.of(experiment, threads.count(), command.words(), parent),
                        parent == null ? Run.Beginning.OF_SEED : Parent.beginning(experiment));
            }
            return training.train(line(), experiment, run, begun, "the same command", _ -> {});
        }
    }

    private int quick() throws IOException {
        wanted.forEach(Recipes::requireName);
        List<String> names = wanted.isEmpty() ? Recipes.names() : wanted;
        requireResults();
        return record ? recordFirstSteps(names) : compareFirstSteps(names);
    }

    private int compareFirstSteps(List<String> names) throws IOException {
        Map<String, FirstSteps> recorded = FirstSteps.read(results);
        Verdicts verdicts = new Verdicts(line().getOut(), training.isJson());
        for (String name : names) {
            FirstSteps now = FirstSteps.take(name, threads.count());
            verdicts.add(Verdict.of(name, FirstSteps.STEPS + " steps, weights " + now.weights().substring(0, DIGITS),
                    difference(recorded.get(name), now)));
        }
        return verdicts.conclude();
    }

    private static String difference(@Nullable FirstSteps then, FirstSteps now) {
        if (then == null) {
            return "there is no record of it: --record writes one";
        }
        return then.equals(now)
                ? ""
                : "after " + FirstSteps.STEPS + " steps the loss is " + then.loss() + " in the record, and now "
                        + now.loss() + ", the weights " + then.weights() + ", and now " + now.weights();
    }

    private int recordFirstSteps(List<String> names) throws IOException {
        AtomicFile.requireWritable(results.resolve(FirstSteps.FILE));
        Map<String, FirstSteps> all = new HashMap<>();
        if (Files.exists(results.resolve(FirstSteps.FILE))) {
            all.putAll(FirstSteps.read(results));
        }
        names.forEach(name -> all.put(name, FirstSteps.take(name, threads.count())));
        FirstSteps.write(results, Recipes.names().stream().map(all::get).filter(Objects::nonNull).toList());
        PrintWriter out = line().getOut();
        out.println(results.resolve(FirstSteps.FILE) + " says what the first steps of " + names.size()
                + (names.size() == 1 ? " recipe comes to" : " recipes come to"));
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    /** Starts the same command as a process that outlives this one. */
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
            throw new RunException("--background needs the command nohup, which is not here: " + e.getMessage());
        }
        PrintWriter out = line().getOut();
        out.println("process " + number + " trains in the background, and writes " + log);
        out.println("`kill " + number + "` stops it, saved; the same command goes on");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
