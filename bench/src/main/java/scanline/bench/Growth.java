package scanline.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
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
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Recurrence;

/**
 * {@code ./build bench growth}: how time and memory of a training step grow with the length of the sequence, the state, the
 * batch and the layers, for Scanline and PyTorch in turn. Every point has processes of its own, so that the memory of one
 * is not taken for that of another.
 */
@Command(name = "growth", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures how the cost of a training step grows with each of its sizes, beside PyTorch.")
final class Growth implements Callable<Integer> {
    private static final double WARM_UP_SECONDS = 3;
    private static final double TRIAL_SECONDS = 0.3;
    private static final double TURN_SECONDS = 0.7;
    private static final double MEBIBYTE = 1 << 20;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
            description = "How often the sides take turns. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--cell", paramLabel = "CELL", defaultValue = "LSTM",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Recurrence cell = Recurrence.LSTM;

    @Option(names = "--size", paramLabel = "NAME", defaultValue = "",
            description = "The one size to measure: T, H, B or layers. Default: all.")
    private String size = "";

    /** What was measured at a point: milliseconds a round, and bytes. */
    private record Measured(double flops, List<Double> scanline, List<Double> pyTorch, long scanlineBytes,
            long pyTorchBytes) {}

    /**
     * What grows.
     *
     * @param work what time is held against: what it would be in proportion to
     */
    private record Dimension(String name, String per, List<GrowthPoint> points, ToDoubleFunction<GrowthPoint> size,
            ToDoubleFunction<GrowthPoint> work) {}

    @Override
    public Integer call() throws IOException {
        require(options.threads() >= 1 && rounds >= 1, "--threads and --rounds must be positive");
        GrowthPoint base = GrowthPoint.base(cell);
        List<Dimension> chosen = dimensions(base).stream().filter(each -> size.isEmpty() || each.name().equals(size))
                .toList();
        require(!chosen.isEmpty(), "--size " + size + " is none of T, H, B, layers");
        Report report = new Report(options.threads());
        report.measurePeak();
        Map<GrowthPoint, Measured> measured = new HashMap<>();
        StringBuilder tables = new StringBuilder();
        for (Dimension dimension : chosen) {
            for (GrowthPoint point : dimension.points()) {
                if (!measured.containsKey(point)) {
                    measured.put(point, measured(point, report));
                }
            }
            tables.append(table(dimension, base, measured, report)).append('\n');
        }
        Report.publish(text(base, tables.toString(), report), Objects.requireNonNull(spec).commandLine().getOut(),
                options.out());
        return 0;
    }

    private void require(boolean valid, String message) {
        if (!valid) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }
    }

    private static List<Dimension> dimensions(GrowthPoint base) {
        Recurrence cell = base.cell();
        int t = base.steps();
        int f = base.features();
        int h = base.hidden();
        int b = base.batch();
        return List.of(
                new Dimension("T", "T",
                        IntStream.of(28, 112, 392, 784, 1568, 3136)
                                .mapToObj(steps -> new GrowthPoint(cell, steps, f, h, b, 1)).toList(),
                        GrowthPoint::steps, GrowthPoint::steps),
                new Dimension("H", "H²",
                        IntStream.of(32, 64, 128, 256, 512)
                                .mapToObj(hidden -> new GrowthPoint(cell, t, f, hidden, b, 1)).toList(),
                        GrowthPoint::hidden, point -> Math.pow(point.hidden(), 2)),
                new Dimension("B", "B",
                        IntStream.of(1, 4, 16, 32, 100, 256, 512)
                                .mapToObj(batch -> new GrowthPoint(cell, t, f, h, batch, 1)).toList(),
                        GrowthPoint::batch, GrowthPoint::batch),
                new Dimension("layers", "layer",
                        IntStream.rangeClosed(1, 4).mapToObj(layers -> new GrowthPoint(cell, t, f, h, b, layers))
                                .toList(),
                        GrowthPoint::layers, GrowthPoint::layers));
    }

    private Measured measured(GrowthPoint point, Report report) throws IOException {
        System.err.println("bench: " + point.title());
        PeerFolder folder;
        double flops;
        try (GrowthSide here = new GrowthSide(point, 1)) {
            folder = PeerFolder.of(point, here.batch(), here.weights());
            flops = flops(point, here.weights().parameters());
        }
        Map<String, List<String>> choices = PyTorch.choices(point, options.threads());
        Map<String, String> tuned;
        try (PyTorch trial = new PyTorch(options.python(), folder, choices)) {
            tuned = trial.tuned(TRIAL_SECONDS);
        }
        // Not the processes that tried: their memory would be that of the hungriest settings.
        try (Side scanline = new Side("Scanline", GrowthSide.command(point, options.threads()));
                PyTorch pyTorch = new PyTorch(options.python(), folder, choices)) {
            report.version("PyTorch", pyTorch.version());
            Timings theirs = pyTorch.measure(1, tuned);
            // Each further turn makes a new model beside what is left of the last.
            long theirBytes = pyTorch.memory(tuned);
            scanline.measure(1, "").requireSame(point.title(), "PyTorch", theirs);
            int turn = scanline.warmUp(WARM_UP_SECONDS, TURN_SECONDS);
            int theirTurn = Side.iterations(TURN_SECONDS, theirs);
            List<Double> ourTimes = new ArrayList<>();
            List<Double> theirTimes = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                ourTimes.add(scanline.measure(turn, "").median());
                theirTimes.add(pyTorch.measure(theirTurn, tuned).median());
            }
            return new Measured(flops, ourTimes, theirTimes, scanline.memory(), theirBytes);
        }
    }

    /** Every weight of a layer is multiplied once a step and example, and twice backward. */
    private static double flops(GrowthPoint point, List<Parameter> parameters) {
        long weights = parameters.stream().filter(parameter -> parameter.name().contains(".weight_"))
                .mapToLong(parameter -> parameter.shape().elements()).sum();
        return 3 * 2.0 * weights * point.steps() * point.batch();
    }

    private static String table(Dimension dimension, GrowthPoint base, Map<GrowthPoint, Measured> measured,
            Report report) {
        StringBuilder text = new StringBuilder("| " + dimension.name() + " | Scanline | PyTorch "
                + "| **ratio** (least to most) | share of peak, Scanline | PyTorch | time per " + dimension.per()
                + ", Scanline | PyTorch | memory, Scanline | PyTorch |\n|--:" + "|--:".repeat(9) + "|\n");
        Measured atBase = Objects.requireNonNull(measured.get(base));
        for (GrowthPoint point : dimension.points()) {
            Measured here = Objects.requireNonNull(measured.get(point));
            double growth = dimension.work().applyAsDouble(point) / dimension.work().applyAsDouble(base);
            double ours = Timings.median(here.scanline());
            double theirs = Timings.median(here.pyTorch());
            List<Double> ratios = Report.ratios(here.pyTorch(), here.scanline());
            text.append(String.format(Locale.ROOT,
                    "| %.0f | %s | %s | %s%s | %s | %s | %.2f | %.2f | %.1f MiB | %.1f MiB |%n",
                    dimension.size().applyAsDouble(point), Report.milliseconds(ours), Report.milliseconds(theirs),
                    Report.spread(ratios), Timings.median(ratios) < 1 ? " slower" : "",
                    report.share(here.flops(), ours), report.share(here.flops(), theirs),
                    ours / Timings.median(atBase.scanline()) / growth,
                    theirs / Timings.median(atBase.pyTorch()) / growth, here.scanlineBytes() / MEBIBYTE,
                    here.pyTorchBytes() / MEBIBYTE));
        }
        return text.toString();
    }

    private String text(GrowthPoint base, String tables, Report report) {
        String how = "A training step from " + base.title()
                + " on, one size at a time: forward, loss on the last step, "
                + "backward, SGD update. Medians of " + rounds
                + " rounds in which Scanline and PyTorch alternate, on the same made-up inputs and from the same weights.";
        return report.text("How the cost of a training step grows", how, "growth --cell " + cell + " --threads "
                + options.threads() + " --rounds " + rounds + (size.isEmpty() ? "" : " --size " + size),
                tables + """
                        A ratio is PyTorch's time divided by Scanline's in the same round; where Scanline is slower, the
                        line says so. The times per T, H², B and layer are relative to those at the base point: 1.00
                        everywhere would be growth in proportion. PyTorch sets subnormal numbers to zero, and is measured
                        with the faster of two layouts, and of one or all threads where the batch is small. Memory is that
                        of a step without the parameters: for Scanline its buffers, work space and gradients, for PyTorch
                        how much its process's peak of resident memory grew in the first two steps; that includes what its
                        libraries set up once.
                        """);
    }
}
