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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.run.Migration;

/** {@code scanline migrate}: rewrites runs and recipe files of older versions for this one. */
@Command(name = "migrate", mixinStandardHelpOptions = true,
        description = "Update runs and recipe files of older versions: rename their keys and fields. Settings, figures and"
                + " weights do not change.")
final class MigrateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "1..*", paramLabel = "PATH", description = "Run folders or recipe files.")
    private List<Path> paths = List.of();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        for (Path path : paths) {
            out.println(path + (Migration.migrate(path) ? ": migrated" : ": up to date"));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
