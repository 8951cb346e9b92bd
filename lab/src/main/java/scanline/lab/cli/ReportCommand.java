package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.OutputFile;
import scanline.lab.cli.option.RunOptions;
import scanline.lab.cli.option.Threads;
import scanline.lab.report.RunReport;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;

/** The command {@code scanline report}. */
@Command(name = "report", mixinStandardHelpOptions = true,
        description = "Write a report of a run as one HTML page: figures, curves, mistakes and recipe.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(names = "--to", paramLabel = "FILE.html",
            description = "File to write; - for standard output. Default: RUN/report.html.")
    private @Nullable OutputFile to;

    @Override
    public Integer call() throws IOException {
        Path folder = options.folder();
        Run run = Run.open(folder);
        OutputFile file = to != null ? to : new OutputFile(folder.resolve(RunReport.FILE).toString());
        file.requireWritable();
        try (Trained trained = Trained.open(folder.toString(), null, options.overrides(), threads.compute())) {
            Provenance.requireSameData(run, trained.experiment());
            file.write(RunReport.page(trained.experiment(), run));
            PrintWriter out = file.words(Objects.requireNonNull(spec).commandLine());
            out.println(file + ": report of " + folder);
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }
}
