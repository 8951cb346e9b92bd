package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.data.DataException;
import scanline.lab.data.Nearest;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.FirstSteps;
import scanline.lab.record.Reproduction;
import scanline.lab.record.RunRecord;
import scanline.lab.train.CommandProcess;
import scanline.lab.train.Experiment;
import scanline.lab.train.Json;
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

    @Option(names = "--background",
            description = "Goes on when the terminal is closed; prints how to watch and stop it.")
    private boolean background;

    @Option(names = "--results", paramLabel = "DIR", defaultValue = "results",
            description = "The folder of records. Default: ${DEFAULT-VALUE}.")
    private Path results = Path.of("results");

    @Option(names = "--to", paramLabel = "DIR", defaultValue = "runs/reproduced",
            description = "The folder for the runs. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("");

    /**
     * Something that was made again.
     *
     * @param agrees whether it is what is recorded, to the bit
     * @param what it came to, or why it does not agree
     */
    private record Verdict(String name, boolean agrees, String what) {
        static Verdict of(String name, String what, String difference) {
            return difference.isEmpty()
                    ? new Verdict(name, true, "agrees: " + what)
                    : new Verdict(name, false, "DIFFERS: " + difference);
        }

        @Override
        public String toString() {
            return name + " " + what;
        }

        Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("name", name);
            values.put("agrees", agrees());
            values.put("what", what);
            return values;
        }
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    @Override
    public Integer call() throws IOException {
        if (record && !quick) {
            throw new ParameterException(line(), "--record goes with --quick: records of runs come from"
                    + " `scanline results --add RUN`");
        }
        if (quick && background) {
            throw new ParameterException(line(), "--quick takes a minute or two, so it does not go with --background");
        }
        if (quick) {
            return quick();
        }
        List<Reproduction> all = Reproduction.of(results, wanted);
        if (background) {
            return background();
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (Reproduction one : all) {
            line().getErr().printf("%d/%d %s: %s%n", verdicts.size() + 1, all.size(), one.record().name(),
                    one.record().command().text());
            Verdict verdict = verdict(one);
            if (verdict == null) {
                return CommandLine.ExitCode.SOFTWARE; // stopped
            }
            say(verdict);
            verdicts.add(verdict);
        }
        return conclude(verdicts);
    }

    /** What one record comes to when it is trained again; null if that was stopped. What cannot be trained does not stop the others. */
    private @Nullable Verdict verdict(Reproduction one) throws IOException {
        String name = one.record().name();
        try {
            Run run = new Run(folder.resolve(name));
            if (!run.isFinished() && !train(one, run)) {
                return null;
            }
            RunRecord.Outcome outcome = Objects.requireNonNull(RunRecord.read(run.folder()).outcome());
            return Verdict.of(name, String.format(Locale.ROOT, "test accuracy %.2f %%, loss %.4f, weights %s",
                    100 * outcome.accuracy(), outcome.loss(), outcome.weights().substring(0, DIGITS)),
                    one.difference(run));
        } catch (RunException | DataException | RecipeException e) {
            return new Verdict(name, false, "NOT TRAINED: " + e.getMessage());
        }
    }

    /** Trains a run to its end, from wherever it stands; false if it was stopped. */
    private boolean train(Reproduction one, Run run) throws IOException {
        boolean begun = Run.is(run.folder());
        Recipe recipe = begun ? run.recipe() : one.recipe();
        try (Experiment experiment = new Experiment(recipe, threads.count())) {
            if (begun) {
                Provenance.requireSameData(run, experiment);
            } else {
                Run.requireNew(run.folder());
                List<String> command = Stream.concat(Stream.of("scanline", "train", one.record().command().recipe()),
                        one.record().command().overrides().stream()).toList();
                Run.create(run.folder(), recipe, Provenance.of(experiment, threads.count(), command));
            }
            return training.train(line(), experiment, run, begun) != null;
        }
    }

    private int quick() throws IOException {
        for (String name : wanted) {
            if (!Recipes.names().contains(name)) {
                throw new RunException("no recipe is called " + name
                        + Nearest.nearest(name, Recipes.names()).map(near -> "; did you mean " + near + "?")
                                .orElse(""));
            }
        }
        List<String> names = wanted.isEmpty() ? Recipes.names() : wanted;
        Map<String, FirstSteps> recorded = record && !Files.exists(results.resolve(FirstSteps.FILE))
                ? Map.of()
                : FirstSteps.read(results).stream().collect(Collectors.toMap(FirstSteps::recipe, Function.identity()));
        Map<String, FirstSteps> all = new LinkedHashMap<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (String name : names) {
            FirstSteps now = FirstSteps.take(name, threads.count());
            all.put(name, now);
            if (!record) {
                Verdict verdict = Verdict.of(name,
                        FirstSteps.STEPS + " steps, weights " + now.weights().substring(0, DIGITS),
                        difference(recorded.get(name), now));
                say(verdict);
                verdicts.add(verdict);
            }
        }
        if (!record) {
            return conclude(verdicts);
        }
        FirstSteps.write(results, Recipes.names().stream()
                .map(name -> Optional.ofNullable(all.get(name)).or(() -> Optional.ofNullable(recorded.get(name))))
                .flatMap(Optional::stream).toList());
        PrintWriter out = line().getOut();
        out.println(results.resolve(FirstSteps.FILE) + " says what the first steps of " + all.size()
                + (all.size() == 1 ? " recipe comes to" : " recipes come to"));
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private String difference(@Nullable FirstSteps then, FirstSteps now) {
        if (then == null) {
            return "there is no record of it: --record writes one";
        }
        return then.equals(now)
                ? ""
                : "after " + FirstSteps.STEPS + " steps the loss is " + then.loss() + " in the record, and now "
                        + now.loss()
                        + ", the weights " + then.weights() + ", and now " + now.weights();
    }

    private void say(Verdict verdict) {
        PrintWriter out = line().getOut();
        if (!training.isJson()) {
            out.println(verdict);
            out.flush();
        }
    }

    private int conclude(List<Verdict> verdicts) {
        long agree = verdicts.stream().filter(Verdict::agrees).count();
        PrintWriter out = line().getOut();
        out.println(training.isJson()
                ? Json.text(Map.of("verdicts", verdicts.stream().map(Verdict::values).toList()))
                : agree + " of " + verdicts.size() + " agree");
        out.flush();
        return agree == verdicts.size() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Starts the same command as a process that outlives this one. */
    private int background() throws IOException {
        Files.createDirectories(folder);
        Path log = folder.resolve("log.txt");
        List<String> words = new ArrayList<>(line().getParent().getParseResult().originalArgs());
        words.remove("--background");
        ProcessBuilder process = CommandProcess.of(words);
        process.command().addFirst("nohup"); // a closed terminal would end it
        process.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long number = process.start().pid();
        PrintWriter out = line().getOut();
        out.println("process " + number + " trains in the background, and writes " + log);
        out.println("`kill " + number + "` stops it, saved; the same command goes on");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
