package scanline.bench.peer;

import java.io.IOException;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.bench.peer.PeerNetwork.Kind;
import scanline.bench.peer.Turns.Player;
import scanline.bench.peer.Turns.Turn;
import scanline.bench.peer.Turns.Who;

/**
 * {@code ./build bench compare}: runs Scanline, PyTorch and, on request, DJL in turn, on the same batches and from the
 * same weights. Each has its own process, which is idle while the others work.
 */
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Compares the speed of Scanline and PyTorch side by side.")
public final class SideBySide implements Callable<Integer> {
    // The first step of a wide transformer is interpreted and takes 4 s; the JIT compilers finish some 10 s later. For
    // a recurrent network they finish sooner.
    private static final double WARM_UP_SECONDS = 15;
    private static final double RECURRENT_WARM_UP_SECONDS = 6;
    private static final double TRIAL_SECONDS = 0.5;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Mixin
    private TurnsOptions turns = new TurnsOptions();

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "1.5",
            description = "Approximate duration of a turn in seconds. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--cases", paramLabel = "PATTERN", defaultValue = "",
            description = "Measure only cases that match this regular expression, such as rows/train. Default: all.")
    private String cases = "";

    @Option(names = "--djl",
            description = "Also measure training of recurrent networks with DJL (Linux on x86-64).")
    private boolean djl;

    /** A row of the table. */
    private record Row(Case what, double flops, Turns turns, String tuning) {}

    @Override
    public Integer call() throws IOException {
        List<Case> chosen = chosen();
        require(options.threads() >= 1 && turns.rounds() >= 1 && turns.processes() >= 1 && seconds > 0,
                "--threads, --rounds, --processes and --seconds must be positive");
        Report report = new Report(options.threads());
        List<Row> rows = new ArrayList<>();
        for (Case what : chosen) {
            rows.add(row(what, report));
            turns.save(rows.stream().map(Row::turns).toList(), text(rows, report), options.out());
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
        require(!chosen.isEmpty(), "--cases " + cases + " matches none of "
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
            Turns taken = new Turns(what.name());
            report.measurePeak();
            progress(what, "tuning PyTorch");
            Map<String, String> tuned;
            String changed;
            try (PyTorch trial = pyTorch(what, folder)) {
                report.version("PyTorch", trial.version());
                tuned = trial.tuned(TRIAL_SECONDS);
                changed = trial.changed(tuned);
            }
            for (int process = 1; process <= turns.processes(); process++) {
                progress(what, "process " + process + " of " + turns.processes());
                measure(taken, process, what, folder, tuned, report);
            }
            return new Row(what, what.flops(steps.experiment()), taken, changed);
        }
    }

    private PyTorch pyTorch(Case what, PeerFolder folder) {
        return new PyTorch(options.python(), folder, PyTorch.choices(what, options.threads()));
    }

    /** Starts the sides and lets them take turns. */
    private void measure(Turns taken, int process, Case what, PeerFolder folder, Map<String, String> tuned,
            Report report) {
        try (Side scanline = new Side("Scanline", ScanlineSide.command(what, options.threads()));
                PyTorch pyTorch = pyTorch(what, folder);
                Side other = djl && Djl.knows(what) ? Djl.side(folder, options.threads()) : null) {
            double warmUp = what.network().kind() == Kind.RECURRENT ? RECURRENT_WARM_UP_SECONDS : WARM_UP_SECONDS;
            Map<Who, Player> players = new LinkedHashMap<>();
            players.put(Who.SCANLINE, new Player(iterations -> scanline.measure(iterations, ""), warmUp));
            players.putAll(pyTorch.players(tuned));
            if (other != null) {
                report.version("DJL", other.version());
                players.put(Who.DJL, new Player(iterations -> other.measure(iterations, ""), warmUp));
            }
            taken.play(process, turns.rounds(), seconds, players);
        }
    }

    private static void progress(Case what, String doing) {
        System.err.println("bench: " + what.title() + ": " + doing);
    }

    private String text(List<Row> rows, Report report) {
        String how = "Medians of " + turns.rounds() * turns.processes() + " turns of about " + seconds
                + " s in which the sides alternate, over " + turns.processes()
                + (turns.processes() == 1 ? " process" : " processes")
                + " of each side. All work on the same MNIST batches, from the same weights.";
        StringBuilder table = new StringBuilder("| case | Scanline | PyTorch at its best | **ratio** (least to most) "
                + "| PyTorch, default settings | ratio |" + (djl ? " DJL | ratio |" : "")
                + " share of peak, Scanline | PyTorch | core to core | PyTorch's tuning |\n|---|--:|--:|--:|--:|--:|"
                + (djl ? "--:|--:|" : "") + "--:|--:|---|---|\n");
        rows.forEach(row -> table.append("| ").append(String.join(" | ", cells(row, report))).append(" |\n"));
        table.append(
                """

                        A ratio is the other side's time divided by Scanline's in the same round. PyTorch at its best is
                        the faster of its two turns in each round: one with default settings, one with the tuning of the
                        last column. Default settings that take more than 3 s per step are measured once. The share of
                        peak only counts the products: those of the forward pass, and twice as many for the backward
                        pass. Core to core is the time that a cache line takes from one core to another, measured before
                        each turn: the median, the minimum and the maximum.
                        """);
        if (djl) {
            table.append(
                    """

                            DJL is measured with default settings, and only at training recurrent networks. On libtorch
                            it has no RMSProp, so Adam is used instead. It clips gradients by value only from above.
                            """);
        }
        String command = "compare --threads " + options.threads() + " " + turns.words() + " --seconds " + seconds
                + (cases.isEmpty() ? "" : " --cases '" + cases + "'") + (djl ? " --djl" : "");
        return report.text("Scanline and PyTorch side by side", how, command, table.toString());
    }

    private List<String> cells(Row row, Report report) {
        Turns taken = row.turns();
        double scanline = Turns.median(taken.of(Who.SCANLINE));
        double best = Turns.median(taken.bestOfPyTorch());
        List<String> cells = new ArrayList<>(List.of(row.what().title(), Report.milliseconds(scanline),
                Report.milliseconds(best), Report.spread(taken.ratios(taken.bestOfPyTorch()))));
        cells.addAll(timeAndRatio(taken, taken.withDefaults()));
        if (djl) {
            cells.addAll(timeAndRatio(taken, taken.of(Who.DJL)));
        }
        cells.addAll(List.of(report.share(row.flops(), scanline), report.share(row.flops(), best), taken.coreToCore(),
                row.tuning().isEmpty() ? "none helps" : row.tuning()));
        return cells;
    }

    private static List<String> timeAndRatio(Turns taken, List<Turn> theirs) {
        return theirs.isEmpty()
                ? List.of("-", "-")
                : List.of(Report.milliseconds(Turns.median(theirs)),
                        String.format(Locale.ROOT, "%.2f", Timings.median(taken.ratios(theirs))));
    }
}
