package scanline.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./build bench compare}: Scanline, PyTorch and, if it is asked for, DJL in turn, on the same batches and from the
 * same weights, each in a process of its own that rests while the others work.
 */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs Scanline and PyTorch side by side and prints a table.")
final class SideBySide implements Callable<Integer> {
    // The first step of a wide transformer runs interpreted and takes 4 s; its compilers are done some 10 s later.
    private static final double WARM_UP_SECONDS = 15;
    private static final double TRIAL_SECONDS = 0.5;
    private static final double SLOW_MILLISECONDS = 3000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5",
            description = "How often the sides take turns. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "1",
            description = "How often the sides are started anew, each time for all rounds. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "1.5",
            description = "How long a turn takes, about. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--cases", paramLabel = "PATTERN", defaultValue = "",
            description = "A regular expression that the cases to measure contain, such as rows/train. Default: all.")
    private String cases = "";

    @Option(names = "--djl",
            description = "Measures training recurrent networks with DJL as well, on Linux with x86-64.")
    private boolean djl;

    /** A row of the table, in milliseconds; one element a round. DJL's has none where DJL is not measured. */
    private record Row(Case what, double flops, List<Double> scanline, List<Double> tuned, List<Double> asItComes,
            List<Double> djl, String settings) {}

    @Override
    public Integer call() throws IOException {
        List<Case> chosen = chosen();
        require(options.threads() >= 1 && rounds >= 1 && processes >= 1 && seconds > 0,
                "--threads, --rounds, --processes and --seconds must be positive");
        Report report = new Report(options.threads());
        List<Row> rows = new ArrayList<>();
        for (Case what : chosen) {
            rows.add(row(what, report));
        }
        Report.publish(text(rows, report), Objects.requireNonNull(spec).commandLine().getOut(), options.out());
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

    private Row row(Case what, Report report) throws IOException {
        try (Steps steps = new Steps(what.settings(), 1)) {
            PeerFolder folder = PeerFolder.of(what, steps);
            Row row = new Row(what, what.flops(steps.experiment()), new ArrayList<>(), new ArrayList<>(),
                    new ArrayList<>(), new ArrayList<>(), "");
            for (int i = 0; i < processes; i++) {
                report.measurePeak();
                row = measured(row, folder, report);
            }
            return row;
        }
    }

    /** Starts the sides and lets them take turns. */
    private Row measured(Row row, PeerFolder folder, Report report) {
        Case what = row.what();
        progress(what, "warming up");
        int threads = options.threads();
        try (Side scanline = new Side("Scanline", ScanlineSide.command(what, threads));
                PyTorch pyTorch = new PyTorch(options.python(), folder, PyTorch.choices(what, threads));
                Side other = djl && Djl.knows(what) ? Djl.side(folder, threads) : null) {
            report.version("PyTorch", pyTorch.version());
            Map<String, String> asItComes = pyTorch.asItComes();
            Timings first = scanline.measure(1, "");
            Timings plain = pyTorch.measure(1, asItComes);
            first.requireSame(what.name(), "PyTorch", plain);
            int otherTurn = 0;
            if (other != null) {
                report.version("DJL", other.version());
                Timings others = other.measure(1, "");
                first.requireSame(what.name(), "DJL", others);
                if (isSlow(others)) {
                    row.djl().add(others.median());
                } else {
                    otherTurn = other.warmUp(WARM_UP_SECONDS, seconds);
                }
            }
            int turn = scanline.warmUp(WARM_UP_SECONDS, seconds);
            Map<String, String> tuned = pyTorch.tuned(TRIAL_SECONDS);
            int tunedTurn = Side.iterations(seconds, pyTorch.measure(1, tuned));
            int plainTurn = 0;
            if (isSlow(plain)) {
                row.asItComes().add(plain.median());
            } else {
                plainTurn = Side.iterations(seconds, pyTorch.measure(1, asItComes));
            }
            for (int round = 1; round <= rounds; round++) {
                progress(what, "round " + round + " of " + rounds);
                row.scanline().add(scanline.measure(turn, "").median());
                double best = pyTorch.measure(tunedTurn, tuned).median();
                row.tuned().add(best);
                if (plainTurn > 0) {
                    row.asItComes().add(
                            tuned.equals(asItComes) ? best : pyTorch.measure(plainTurn, asItComes).median());
                }
                if (other != null && otherTurn > 0) {
                    row.djl().add(other.measure(otherTurn, "").median());
                }
            }
            return new Row(what, row.flops(), row.scanline(), row.tuned(), row.asItComes(), row.djl(),
                    pyTorch.changed(tuned));
        }
    }

    /** Whether a step takes so long that it is measured once, before the rounds. */
    private static boolean isSlow(Timings timings) {
        return timings.least() > SLOW_MILLISECONDS;
    }

    private static void progress(Case what, String doing) {
        System.err.println("bench: " + what.title() + ": " + doing);
    }

    private String text(List<Row> rows, Report report) {
        String how = "Medians of " + rounds * processes + " turns of about " + seconds
                + " s in which the sides alternate, over " + processes + (processes == 1 ? " process" : " processes")
                + " of each side. All work on the same MNIST batches, from the same weights.";
        StringBuilder table = new StringBuilder("| case | Scanline | PyTorch, tuned | **ratio** (least to most) "
                + "| PyTorch as it comes | ratio |" + (djl ? " DJL | ratio |" : "")
                + " share of peak, Scanline | PyTorch | PyTorch's tuning |\n|---|--:|--:|--:|--:|--:|"
                + (djl ? "--:|--:|" : "") + "--:|--:|---|\n");
        rows.forEach(row -> table.append("| ").append(String.join(" | ", cells(row, report))).append(" |\n"));
        table.append("""

                A ratio is the other's time divided by Scanline's in the same round. What takes more than 3 s a step is
                measured once, before the rounds. The share of the peak counts the products alone: those of the forward
                pass, and twice as many for the backward pass.
                """);
        if (djl) {
            table.append(
                    """

                            DJL is measured as it comes, at training recurrent networks alone. On libtorch it has no RMSProp:
                            Adam stands for it. It clips gradients by value from above alone.
                            """);
        }
        String command = "compare --threads " + options.threads() + " --rounds " + rounds + " --processes "
                + processes + " --seconds " + seconds + (cases.isEmpty() ? "" : " --cases '" + cases + "'")
                + (djl ? " --djl" : "");
        return report.text("Scanline and PyTorch side by side", how, command, table.toString());
    }

    private List<String> cells(Row row, Report report) {
        double scanline = Timings.median(row.scanline());
        double tuned = Timings.median(row.tuned());
        List<String> cells = new ArrayList<>(List.of(row.what().title(), Report.milliseconds(scanline),
                Report.milliseconds(tuned), Report.spread(Report.ratios(row.tuned(), row.scanline())),
                Report.milliseconds(Timings.median(row.asItComes())), ratio(row.asItComes(), row.scanline())));
        if (djl) {
            cells.addAll(row.djl().isEmpty()
                    ? List.of("-", "-")
                    : List.of(Report.milliseconds(Timings.median(row.djl())), ratio(row.djl(), row.scanline())));
        }
        cells.addAll(List.of(report.share(row.flops(), scanline), report.share(row.flops(), tuned),
                row.settings().isEmpty() ? "none helps" : row.settings()));
        return cells;
    }

    private static String ratio(List<Double> theirs, List<Double> ours) {
        return String.format(Locale.ROOT, "%.2f", Timings.median(Report.ratios(theirs, ours)));
    }
}
