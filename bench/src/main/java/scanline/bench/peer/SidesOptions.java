package scanline.bench.peer;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/** What the commands that run PyTorch beside Scanline are both told. */
public final class SidesOptions {
    @Option(names = "--python", paramLabel = "PATH", defaultValue = "python3",
            description = "A Python that has PyTorch. Default: ${DEFAULT-VALUE}.")
    private String python = "";

    @Option(names = "--threads", paramLabel = "N",
            description = "How many threads each side computes with. Default: one a processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--out", paramLabel = "FILE", description = "Writes what is printed to a file as well.")
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
