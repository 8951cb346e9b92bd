package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.base.RunException;
import scanline.lab.report.Results;

/** The command {@code scanline results}. */
@Command(name = "results", mixinStandardHelpOptions = true,
        description = "Write the pages of results from the records in FOLDER/records: FOLDER/README.md, the curves of"
                + " each run, and the tables in FOLDER's other pages.")
final class ResultsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FOLDER", defaultValue = "results",
            description = "Folder of results. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("results");

    @Option(names = "--add", paramLabel = "RUN", arity = "1..*",
            description = "First copy the records of these runs, without their weights, into FOLDER/records.")
    private List<Path> runs = List.of();

    @Option(names = "--replace",
            description = "Allow --add to replace a record that has the same name but other content.")
    private boolean replace;

    @Option(names = "--check", description = "Write nothing; the exit status is 1 if a file is out of date.")
    private boolean check;

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (check && !runs.isEmpty()) {
            throw new ParameterException(line, "--check writes nothing, so it cannot be combined with --add");
        }
        if (replace && runs.isEmpty()) {
            throw new ParameterException(line, "--replace needs --add");
        }
        if (check) {
            Path stale = Results.firstStale(folder);
            if (stale != null) {
                throw new RunException(stale + " is out of date: run `scanline results`");
            }
            return CommandLine.ExitCode.OK;
        }
        for (Path run : runs) {
            Results.add(folder, run, replace);
        }
        PrintWriter out = line.getOut();
        out.println(folder.resolve("README.md") + ": results of " + Results.write(folder) + " runs");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
