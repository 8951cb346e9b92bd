package scanline.bench.peer;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/** The common options of the commands that compare PyTorch with Scanline. */
public final class SidesOptions {
    @Option(names = "--python", paramLabel = "PATH", defaultValue = "python3",
            description = "Python interpreter that has PyTorch. Default: ${DEFAULT-VALUE}.")
    private String python = "";

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads of each side. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the report to this file.")
    private @Nullable Path out;

    public String python() {
        return python;
    }

    public int threads() {
        return threads;
    }

    @Nullable
    public Path out() {
        return out;
    }
}
