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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.OutputFile;
import scanline.lab.report.Comparison;
import scanline.lab.report.ComparisonPage;
import scanline.lab.report.ComparisonText;

/** The command {@code scanline compare}. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = "Compare runs, finished or not: which settings differ, and how each one scored.")
final class CompareCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders, in the order of the table's columns.")
    private List<Path> folders = List.of();

    @Option(names = "--json", description = "Print the comparison as JSON.")
    private boolean json;

    @Option(names = "--to", paramLabel = "FILE.html",
            description = "Also write the tables and the curves of at most 12 runs as one HTML page; - for standard"
                    + " output.")
    private @Nullable OutputFile to;

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (to != null) {
            to.requireWritable();
        }
        Comparison comparison = Comparison.of(folders);
        if (to != null) {
            to.write(ComparisonPage.of(comparison));
        }
        PrintWriter out = to == null ? line.getOut() : to.words(line);
        out.print(json ? comparison.json() + "\n" : ComparisonText.of(comparison));
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
