package scanline.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.engine.kernel.Parallel;
import scanline.engine.kernel.Peak;
import scanline.lab.train.Provenance;

/**
 * {@code ./build bench compare}: Scanline and PyTorch in turn, on the same batches and from the same weights, each in a
 * process of its own that rests while the other works.
 */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs Scanline and PyTorch side by side and prints a table.")
final class SideBySide implements Callable<Integer> {
    private static final double PEAK_SECONDS = 3;
    private static final double WARM_UP_SECONDS = 5;
    private static final double TRIAL_SECONDS = 0.5;
    // PyTorch sums in another order.
    private static final double ROUNDING = 1e-4;
    // How long the threads of a side may look out for more work before they sleep.
    private static final long REST_MILLISECONDS = 30;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--python", paramLabel = "PATH", defaultValue = "python3",
            description = "A Python that has PyTorch. Default: ${DEFAULT-VALUE}.")
    private String python = "";

    @Option(names = "--threads", paramLabel = "N",
            description = "How many threads both sides compute with. Default: one a processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5",
            description = "How often the sides take turns. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "1",
            description = "How often both sides are started anew, each time for all rounds. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "1.5",
            description = "How long a turn takes, about. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--cases", paramLabel = "PATTERN", defaultValue = "",
            description = "A regular expression that the cases to measure contain, such as rows/train. Default: all.")
    private String cases = "";

    @Option(names = "--out", paramLabel = "FILE", description = "Writes what is printed to a file as well.")
    private @Nullable Path out;

    private double peak;
    private String version = "";

    /** A row of the table, in milliseconds; one element a round. */
    private record Row(Case what, double flops, List<Double> scanline, List<Double> tuned, List<Double> asItComes,
            String settings) {}

    @Override
    public Integer call() throws IOException {
        List<Case> chosen = chosen();
        require(threads >= 1 && rounds >= 1 && processes >= 1 && seconds > 0,
                "--threads, --rounds, --processes and --seconds must be positive");
        List<Row> rows = new ArrayList<>();
        for (Case what : chosen) {
            rows.add(row(what));
        }
        String report = report(rows);
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.print(report);
        printer.flush();
        if (out != null) {
            Files.writeString(out, report);
        }
        return 0;
    }

    private List<Case> chosen() {
        List<Case> chosen;
        try {
            chosen = Case.ALL.stream().filter(each -> Pattern.compile(cases).matcher(each.name()).find()).toList();
        } catch (PatternSyntaxException e) {
            chosen = List.of();
        }
        require(!chosen.isEmpty(), "--cases " + cases + " fits none of "
                + String.join(", ", Case.ALL.stream().map(Case::name).toList()));
        return chosen;
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }
    }

    private Row row(Case what) throws IOException {
        try (Steps steps = new Steps(what.settings(), 1)) {
            PeerFolder folder = PeerFolder.of(what, steps);
            Row row = new Row(what, what.flops(steps.experiment()), new ArrayList<>(), new ArrayList<>(),
                    new ArrayList<>(), "");
            for (int i = 0; i < processes; i++) {
                measurePeak();
                row = measured(row, folder);
            }
            return row;
        }
    }

    private void measurePeak() {
        try (Parallel parallel = new Parallel(threads)) {
            peak = Math.max(peak, Peak.gigaflopsPerSecond(parallel, PEAK_SECONDS));
        }
    }

    /** Starts both sides and lets them take turns. */
    private Row measured(Row row, PeerFolder folder) {
        Case what = row.what();
        progress(what, "warming up");
        try (Side scanline = new Side("Scanline", ScanlineSide.command(what, threads));
                PyTorch pyTorch = new PyTorch(python, what, folder, threads)) {
            version = pyTorch.version();
            requireSame(what, scanline.measure(1, "").value(), pyTorch.measure(1, pyTorch.asItComes()).value());
            int turn = warmedUp(scanline);
            Map<String, String> tuned = pyTorch.tuned(TRIAL_SECONDS);
            Map<String, String> asItComes = pyTorch.asItComes();
            int tunedTurn = iterations(pyTorch.measure(2, tuned).least());
            int plainTurn = iterations(pyTorch.measure(2, asItComes).least());
            for (int round = 1; round <= rounds; round++) {
                progress(what, "round " + round + " of " + rounds);
                row.scanline().add(rested(scanline.measure(turn, "")));
                double best = rested(pyTorch.measure(tunedTurn, tuned));
                row.tuned().add(best);
                row.asItComes().add(tuned.equals(asItComes) ? best : rested(pyTorch.measure(plainTurn, asItComes)));
            }
            return new Row(what, row.flops(), row.scanline(), row.tuned(), row.asItComes(), pyTorch.changed(tuned));
        }
    }

    /** Both sides must compute the same before it matters how fast. */
    private static void requireSame(Case what, double ours, double theirs) {
        if (!(Math.abs(ours - theirs) <= ROUNDING * (1 + Math.abs(theirs)))) {
            throw new BenchException(what.name() + ": the sides do not compute the same: Scanline's first result is "
                    + ours + ", PyTorch's " + theirs);
        }
    }

    /** Lets the JVM compile; returns how many iterations a turn has then. */
    private int warmedUp(Side scanline) {
        long start = System.nanoTime();
        int iterations = 2;
        double least = Double.MAX_VALUE;
        while (System.nanoTime() - start < WARM_UP_SECONDS * 1e9) {
            least = scanline.measure(iterations, "").least();
            iterations = iterations(least);
        }
        return iterations(least);
    }

    private int iterations(double milliseconds) {
        return (int) Math.clamp(1000 * seconds / milliseconds, 2, 10_000);
    }

    private static double rested(Timings timings) {
        try {
            Thread.sleep(REST_MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return timings.median();
    }

    private static void progress(Case what, String doing) {
        System.err.println("bench: " + what.title() + ": " + doing);
    }

    private String report(List<Row> rows) {
        StringBuilder text = new StringBuilder("# Scanline and PyTorch side by side\n\n");
        text.append("Medians of ").append(rounds * processes).append(" turns of about ").append(seconds)
                .append(" s in which the sides alternate, over ").append(processes)
                .append(processes == 1 ? " process" : " processes")
                .append(" of each side. Both work on the same MNIST batches, from the same weights.\n\n");
        text.append("| | |\n|---|---|\n");
        facts().forEach((name, value) -> text.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        text.append("\n| case | Scanline | PyTorch, tuned | **ratio** (least to most) | PyTorch as it comes | ratio ")
                .append("| share of peak, Scanline | PyTorch | PyTorch's tuning |\n")
                .append("|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
        rows.forEach(row -> text.append(line(row)));
        return text.append("""

                A ratio is PyTorch's time divided by Scanline's in the same round. The share of the peak counts the
                products alone: those of the forward pass, and twice as many for the backward pass.
                """).toString();
    }

    private String line(Row row) {
        double scanline = Timings.median(row.scanline());
        double tuned = Timings.median(row.tuned());
        List<Double> ratios = ratios(row.tuned(), row.scanline());
        return String.format(Locale.ROOT,
                "| %s | %s ms | %s ms | **%.2f** (%.2f to %.2f) | %s ms | %.2f | %.0f %% | %.0f %% | %s |%n",
                row.what().title(), digits(scanline), digits(tuned), Timings.median(ratios),
                ratios.stream().mapToDouble(r -> r).min().orElseThrow(),
                ratios.stream().mapToDouble(r -> r).max().orElseThrow(), digits(Timings.median(row.asItComes())),
                Timings.median(ratios(row.asItComes(), row.scanline())), share(row, scanline), share(row, tuned),
                row.settings().isEmpty() ? "none helps" : row.settings());
    }

    private double share(Row row, double milliseconds) {
        return 100 * row.flops() / (milliseconds * 1e6) / peak;
    }

    private static List<Double> ratios(List<Double> theirs, List<Double> ours) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(theirs.get(i) / ours.get(i));
        }
        return ratios;
    }

    /** Three digits that say something. */
    private static String digits(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    private Map<String, String> facts() {
        Map<String, Object> machine = Provenance.machine();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now(ZoneId.systemDefault()).toString());
        facts.put("command", "`./build bench compare --threads " + threads + " --rounds " + rounds + " --processes "
                + processes + " --seconds " + seconds + (cases.isEmpty() ? "" : " --cases '" + cases + "'") + "`");
        facts.put("processor", machine.get("cpu") + ", " + machine.get("cores") + " cores, " + machine.get("os"));
        facts.put("peak", String.format(Locale.ROOT,
                "%.0f GFLOP/s on %d threads with vectors of %s bits (fused multiply-adds between registers)", peak,
                threads, machine.get("vectorBits")));
        facts.put("Scanline", machine.get("version") + ", commit " + machine.get("commit") + ", JDK "
                + machine.get("jdk"));
        facts.put("PyTorch", version);
        return facts;
    }
}
