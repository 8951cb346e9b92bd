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

/** {@code scanline results}: the page of results, from the records of runs. */
@Command(name = "results", mixinStandardHelpOptions = true,
        description = "Writes FOLDER/README.md, the curves of each run and the tables in FOLDER's other pages, and in the"
                + " README.md beside FOLDER, from the records in FOLDER/records.")
final class ResultsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FOLDER", defaultValue = "results",
            description = "A folder of results. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("results");

    @Option(names = "--add", paramLabel = "RUN", arity = "1..*",
            description = "Copies the records of these runs into FOLDER/records first, without their weights.")
    private List<Path> runs = List.of();

    @Option(names = "--replace", description = "Lets --add replace a record of the same name with other content.")
    private boolean replace;

    @Option(names = "--check", description = "Writes nothing; the exit status is 1 when a file is out of date.")
    private boolean check;

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (check && !runs.isEmpty()) {
            throw new ParameterException(line, "--check writes nothing, so it cannot go with --add");
        }
        if (replace && runs.isEmpty()) {
            throw new ParameterException(line, "--replace goes with --add");
        }
        if (check) {
            Path stale = Results.firstStale(folder);
            if (stale != null) {
                throw new RunException(stale + " is not what `scanline results` would write");
            }
            return CommandLine.ExitCode.OK;
        }
        for (Path run : runs) {
            Results.add(folder, run, replace);
        }
        PrintWriter out = line.getOut();
        out.println(folder.resolve("README.md") + " says what " + Results.write(folder) + " runs came to");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
