package scanline.bench.peer;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.bench.peer.Turns.Player;
import scanline.bench.peer.Turns.Who;

/**
 * {@code ./build bench growth}: measures how the time and memory of a training step grow with the length of the
 * sequence, the size of the state, the batch size and the number of layers, for Scanline and PyTorch in turn. Every
 * point has its own processes, so that its memory can be measured separately.
 */
@Command(name = "growth", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures how the cost of a training step grows with each of its sizes, in Scanline and PyTorch.")
public final class Growth implements Callable<Integer> {
    private static final double WARM_UP_SECONDS = 3;
    private static final double TRIAL_SECONDS = 0.3;
    private static final double TURN_SECONDS = 0.7;
    private static final double MEBIBYTE = 1 << 20;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Mixin
    private TurnsOptions turns = new TurnsOptions();

    @Option(names = "--layer", paramLabel = "NAME", defaultValue = "lstm",
            description = "Kind of the layers, by its name in recipes. Default: ${DEFAULT-VALUE}.")
    private String layer = "lstm";

    @Option(names = "--size", paramLabel = "NAME", defaultValue = "",
            description = "Measure only this size: T, H, B or layers. Default: all.")
    private String size = "";

    /** The measurements at a point. */
    private record Measured(double flops, Turns turns, long scanlineBytes, long pyTorchBytes) {}

    /**
     * A size that grows.
     *
     * @param work the amount of work to which the time would be proportional
     */
    private record Dimension(String name, String per, List<GrowthPoint> points, ToDoubleFunction<GrowthPoint> size,
            ToDoubleFunction<GrowthPoint> work) {}

    @Override
    public Integer call() throws IOException {
        require(options.threads() >= 1 && turns.rounds() >= 1 && turns.processes() >= 1,
                "--threads, --rounds and --processes must be positive");
        require(GrowthPoint.names().contains(layer),
                "--layer must be one of " + String.join(", ", GrowthPoint.names()) + ", not " + layer);
        GrowthPoint base = GrowthPoint.base(layer);
        List<Dimension> chosen = dimensions(base).stream().filter(each -> size.isEmpty() || each.name().equals(size))
                .toList();
        require(!chosen.isEmpty(), "--size must be T, H, B or layers, not " + size);
        Report report = new Report(options.threads());
        report.measurePeak();
        Map<GrowthPoint, Measured> measured = new LinkedHashMap<>();
        StringBuilder tables = new StringBuilder();
        String text = "";
        for (Dimension dimension : chosen) {
            for (GrowthPoint point : dimension.points()) {
                if (!measured.containsKey(point)) {
                    measured.put(point, measured(point, report));
                }
            }
            tables.append(table(dimension, base, measured, report)).append('\n');
            text = text(base, tables.toString(), report);
            turns.save(measured.values().stream().map(Measured::turns).toList(), text, options.out());
        }
        Report.publish(text, Objects.requireNonNull(spec).commandLine().getOut(), options.out());
        return 0;
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }
    }

    private static List<Dimension> dimensions(GrowthPoint base) {
        String layer = base.layer();
        int t = base.steps();
        int f = base.features();
        int h = base.hidden();
        int b = base.batch();
        return List.of(
                new Dimension("T", "T",
                        base.lengths().stream().map(steps -> new GrowthPoint(layer, steps, f, h, b, 1)).toList(),
                        GrowthPoint::steps, GrowthPoint::steps),
                new Dimension("H", "H²",
                        IntStream.of(32, 64, 128, 256, 512)
                                .mapToObj(hidden -> new GrowthPoint(layer, t, f, hidden, b, 1)).toList(),
                        GrowthPoint::hidden, point -> Math.pow(point.hidden(), 2)),
                new Dimension("B", "B",
                        base.batches().stream().map(batch -> new GrowthPoint(layer, t, f, h, batch, 1)).toList(),
                        GrowthPoint::batch, GrowthPoint::batch),
                new Dimension("layers", "layer",
                        IntStream.rangeClosed(1, 4).mapToObj(layers -> new GrowthPoint(layer, t, f, h, b, layers))
                                .toList(),
                        GrowthPoint::layers, GrowthPoint::layers));
    }

    private Measured measured(GrowthPoint point, Report report) throws IOException {
        System.err.println("bench: " + point.title());
        PeerFolder folder;
        double flops;
        try (GrowthSide here = new GrowthSide(point, 1)) {
            folder = PeerFolder.of(point, here.batch(), here.weights());
            flops = here.flops();
        }
        Map<String, List<String>> choices = PyTorch.choices(point, options.threads());
        Map<String, String> tuned;
        try (PyTorch trial = new PyTorch(options.python(), folder, choices)) {
            tuned = trial.tuned(TRIAL_SECONDS);
        }
        Turns taken = new Turns(point.title());
        long ourBytes = 0;
        long theirBytes = 0;
        for (int process = 1; process <= turns.processes(); process++) {
            // Not the processes that were used for tuning: their memory would be that of the settings that need the
            // most.
            try (Side scanline = new Side("Scanline", GrowthSide.command(point, options.threads()));
                    PyTorch pyTorch = new PyTorch(options.python(), folder, choices)) {
                report.version("PyTorch", pyTorch.version());
                // Measured in the first turn, because each further turn creates a new model while the last one is still
                // in memory.
                pyTorch.measure(1, pyTorch.defaults());
                theirBytes = pyTorch.memory(pyTorch.defaults());
                Map<Who, Player> players = new LinkedHashMap<>();
                players.put(Who.SCANLINE,
                        new Player(iterations -> scanline.measure(iterations, ""), WARM_UP_SECONDS));
                players.putAll(pyTorch.players(tuned));
                taken.play(process, turns.rounds(), TURN_SECONDS, players);
                ourBytes = scanline.memory();
            }
        }
        return new Measured(flops, taken, ourBytes, theirBytes);
    }

    private static String table(Dimension dimension, GrowthPoint base, Map<GrowthPoint, Measured> measured,
            Report report) {
        StringBuilder text = new StringBuilder("| " + dimension.name() + " | Scanline | PyTorch at its best "
                + "| **ratio** (least to most) | PyTorch, default settings | share of peak, Scanline | PyTorch "
                + "| time per " + dimension.per() + ", Scanline | PyTorch | memory, Scanline | PyTorch | core to core |"
                + "\n|--:" + "|--:".repeat(10) + "|---|\n");
        Turns atBase = Objects.requireNonNull(measured.get(base)).turns();
        for (GrowthPoint point : dimension.points()) {
            Measured here = Objects.requireNonNull(measured.get(point));
            Turns taken = here.turns();
            double growth = dimension.work().applyAsDouble(point) / dimension.work().applyAsDouble(base);
            double ours = Turns.median(taken.of(Who.SCANLINE));
            double theirs = Turns.median(taken.bestOfPyTorch());
            List<Double> ratios = taken.ratios(taken.bestOfPyTorch());
            text.append(String.format(Locale.ROOT,
                    "| %.0f | %s | %s | %s%s | %s | %s | %s | %.2f | %.2f | %.1f MiB | %.1f MiB | %s |%n",
                    dimension.size().applyAsDouble(point), Report.milliseconds(ours), Report.milliseconds(theirs),
                    Report.spread(ratios), Timings.median(ratios) < 1 ? " slower" : "",
                    Report.milliseconds(Turns.median(taken.withDefaults())),
                    report.share(here.flops(), ours), report.share(here.flops(), theirs),
                    ours / Turns.median(atBase.of(Who.SCANLINE)) / growth,
                    theirs / Turns.median(atBase.bestOfPyTorch()) / growth, here.scanlineBytes() / MEBIBYTE,
                    here.pyTorchBytes() / MEBIBYTE, taken.coreToCore()));
        }
        return text.toString();
    }

    private String text(GrowthPoint base, String tables, Report report) {
        String how = "A training step from " + base.title()
                + " on, one size at a time: forward pass, loss, "
                + "backward pass, SGD update. Medians of " + turns.rounds() * turns.processes()
                + " turns in which Scanline and PyTorch alternate, over " + turns.processes()
                + (turns.processes() == 1 ? " process" : " processes")
                + " of each side, on the same made-up inputs and from the same weights.";
        return report.text("How the cost of a training step grows", how, "growth --layer " + layer + " --threads "
                + options.threads() + " " + turns.words() + (size.isEmpty() ? "" : " --size " + size),
                tables + """
                        A ratio is PyTorch's time divided by Scanline's in the same round; rows in which Scanline is
                        slower are marked. The times per T, H², B and layer are relative to those at the base point:
                        1.00 everywhere would be proportional growth. PyTorch at its best is the faster of its two turns
                        in each round: one with default settings, one with the fastest of its allocators, of two layouts
                        and, for small batches, of one or all threads. Subnormal numbers are set to zero in both turns.
                        Memory is that of a step without the parameters. For Scanline it is the buffers, work space and
                        gradients. For PyTorch, with default settings, it is the growth of the process's peak resident
                        memory in the first two steps, which includes the one-time setup of its libraries. Core to core
                        is the time that a cache line takes from one core to another, measured before each turn: the
                        median, the minimum and the maximum.
                        """);
    }
}
