package scanline.bench.peer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import scanline.engine.kernel.Parallel;
import scanline.engine.kernel.Peak;
import scanline.lab.run.Provenance;

/** A Markdown report of measurements: it lists versions and hardware, and formats the numbers of its tables. */
public final class Report {
    private static final double PEAK_SECONDS = 3;

    private final int threads;
    private final Map<String, String> versions = new LinkedHashMap<>();
    private double peak;

    /** Creates a report of measurements with {@code threads} threads. */
    public Report(int threads) {
        this.threads = threads;
    }

    /** Measures the peak performance of the machine. If it is measured several times, the highest value is used. */
    public void measurePeak() {
        try (Parallel parallel = new Parallel(threads)) {
            peak = Math.max(peak, Peak.gigaflopsPerSecond(parallel, PEAK_SECONDS));
        }
    }

    /** Adds the version of another side to the report. */
    public void version(String side, String version) {
        versions.put(side, version);
    }

    /**
     * Returns the whole text.
     *
     * @param how the paragraph under the title
     * @param command the command line after {@code ./build bench}
     */
    public String text(String title, String how, String command, String tables) {
        StringBuilder text = new StringBuilder("# " + title + "\n\n" + how + "\n\n| | |\n|---|---|\n");
        facts(command).forEach((name, value) -> text.append("| " + name + " | " + value + " |\n"));
        return text.append('\n').append(tables).toString();
    }

    /** Prints a text, and writes it to a file unless it is null. */
    public static void publish(String text, PrintWriter printer, @Nullable Path file) throws IOException {
        printer.print(text);
        printer.flush();
        if (file != null) {
            Files.writeString(file, text);
        }
    }

    /**
     * The performance of {@code flops} floating-point operations in {@code milliseconds}, as a share of the peak in
     * percent.
     */
    String share(double flops, double milliseconds) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * flops / (milliseconds * 1e6) / peak);
    }

    /** A time with three significant digits. */
    static String milliseconds(double value) {
        return String.format(Locale.ROOT,
                value < 1 ? "%.3f ms" : value < 10 ? "%.2f ms" : value < 100 ? "%.1f ms" : "%.0f ms",
                value);
    }

    /** A number without a fraction of zero. */
    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** The median of ratios, the minimum and the maximum. */
    static String spread(List<Double> ratios) {
        return String.format(Locale.ROOT, "**%.2f** (%.2f to %.2f)", Timings.median(ratios), Collections.min(ratios),
                Collections.max(ratios));
    }

    private Map<String, String> facts(String command) {
        Map<String, Object> machine = Provenance.machine();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now(ZoneId.systemDefault()).toString());
        facts.put("command", "`./build bench " + command + "`");
        facts.put("processor", machine.get("cpu") + ", " + machine.get("cores") + " cores, " + machine.get("os"));
        if (peak > 0) {
            facts.put("peak", String.format(Locale.ROOT,
                    "%.0f GFLOP/s on %d %s with vectors of %s bits (fused multiply-adds between registers)", peak,
                    threads, threads == 1 ? "thread" : "threads", machine.get("vectorBits")));
        }
        facts.put("Scanline", machine.get("version") + ", commit " + machine.get("commit") + ", JDK "
                + machine.get("jdk"));
        facts.putAll(versions);
        return facts;
    }
}
