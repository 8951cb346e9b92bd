package scanline.lab.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import scanline.data.dataset.Datasets;
import scanline.data.dataset.IdxFiles;
import scanline.data.dataset.KnownSet;
import scanline.data.plugin.Plugins;
import scanline.engine.kernel.Parallel;
import scanline.engine.kernel.Peak;
import scanline.lab.cli.option.Threads;
import scanline.lab.run.Provenance;

/** The command {@code scanline doctor}. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Print the JDK, the processor, its vector width and measured peak, and the data sets found.")
final class DoctorCommand implements Runnable {
    private static final double SECONDS = 1.5;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Override
    public void run() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Provenance.machine().forEach((name, fact) -> out.printf(Locale.ROOT, "%-12s %s%n", name, fact));
        out.printf(Locale.ROOT, "%-12s %s%n", "java", System.getProperty("java.home"));
        out.printf(Locale.ROOT, "%-12s %d%n", "threads", threads.count());
        out.printf(Locale.ROOT, "%-12s %s%n", "backend", threads.compute().backend());
        out.printf(Locale.ROOT, "%-12s %d MB%n", "heap", Runtime.getRuntime().maxMemory() >> 20);
        out.flush();
        try (Parallel one = new Parallel(1); Parallel all = new Parallel(threads.count())) {
            out.printf(Locale.ROOT,
                    "%-12s %.0f GFLOP/s on 1 thread, %.0f on %d (fused multiply-adds between registers)%n",
                    "peak", Peak.gigaflopsPerSecond(one, SECONDS), Peak.gigaflopsPerSecond(all, SECONDS),
                    threads.count());
        }
        Plugins.current().classes().forEach(added -> out.printf(Locale.ROOT, "%-12s %s%n", "plugin", added));
        Datasets datasets = Datasets.ofUser();
        for (KnownSet set : Datasets.known()) {
            out.printf(Locale.ROOT, "%-12s %s %s%n", "data", set.name(), datasets.found(set).map(IdxFiles::where)
                    .orElse("not downloaded: run ./scanline data fetch " + set.name()));
        }
        out.flush();
    }
}
