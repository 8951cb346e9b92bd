package scanline.bench.serve;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.bench.peer.BenchException;
import scanline.bench.peer.ChildJvm;
import scanline.bench.peer.Report;
import scanline.data.image.ImageSet;
import scanline.engine.file.AtomicFile;
import scanline.engine.onnx.OnnxOperators;
import scanline.lab.base.Json;
import scanline.lab.experiment.Compute;
import scanline.lab.export.ExportFormat;
import scanline.lab.predict.Predictor;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.task.Prediction;

/**
 * {@code ./build bench serve}: {@code scanline serve} with a heap of 256 MB under full load: requests per second, latencies,
 * memory, and whether every answer has the bits of {@code predict}'s, also while a model is replaced; in turn with ONNX
 * Runtime behind the same server.
 */
@Command(name = "serve", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Loads the server of models, and ONNX Runtime behind the same server, in turn.")
public final class ServeLoad implements Callable<Integer> {
    private static final List<String> HEAP = List.of("-Xmx256m");
    private static final int IMAGES = 64;
    private static final double MOST_GROWTH = 1.1;
    private static final String OURS = "Scanline";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "60",
            description = "Duration of each load in seconds. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", paramLabel = "S", defaultValue = "10",
            description = "Duration of the load before each that is not timed. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
            description = "How often each side is loaded, in turn. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "32",
            description = "Number of connections. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(names = "--recipes", split = ",", paramLabel = "RECIPE", defaultValue = "lstm-rows,cnn",
            description = "Recipes of the models, which classify. Default: ${DEFAULT-VALUE}.")
    private List<String> recipes = List.of();

    @Option(names = "--serve", split = " ", paramLabel = "OPTIONS",
            description = "Further options of scanline serve, such as '--threads 1'.")
    private List<String> options = List.of();

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the report to this file.")
    private @Nullable Path out;

    private final StringBuilder checks = new StringBuilder("| check | measured | required | |\n|---|---|---|---|\n");
    private boolean good = true;

    /** A model to serve: its run, other weights that replace its own, its export, and what it is asked. */
    private record Served(String recipe, Path run, Path first, Path second, Path onnx, List<byte[]> pngs,
            List<String> labels, List<byte[]> before, List<byte[]> after) {}

    /** A load of a side, the memory of its server, and the processor time that it took for a request. */
    private record Loaded(Load.Result result, Memory memory, double processorMillis) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("scanline-serve");
        try {
            StringBuilder tables = new StringBuilder();
            for (String recipe : recipes) {
                Served served = served(folder, recipe);
                Map<String, List<Loaded>> sides = new LinkedHashMap<>();
                for (int round = 0; round < rounds; round++) {
                    add(sides, OURS, ours(served));
                    for (int threads = 1; threads <= 2; threads++) {
                        add(sides, "ONNX Runtime, " + threads + (threads == 1 ? " thread" : " threads"),
                                onnx(served, threads));
                    }
                }
                tables.append(table(recipe, sides));
            }
            Report report = new Report(Runtime.getRuntime().availableProcessors());
            Report.publish(report.text("The server of models under load",
                    """
                            `scanline serve` with a heap of 256 MB, asked for the predictions of PNG images of 28 x 28 pixels over \
                            %d connections, each of which sends the next request as soon as it has read an answer. In turn with it, \
                            ONNX Runtime answers behind the same server, with batches formed in the same way. The clients share \
                            the machine with the servers. A row has the medians of the rounds. The weights of the model are \
                            replaced once in the middle of each load of Scanline."""
                            .formatted(connections),
                    "serve --seconds " + seconds + " --warm-up " + warmUp + " --rounds " + rounds + " --connections "
                            + connections
                            + " --recipes " + String.join(",", recipes)
                            + (options.isEmpty() ? "" : " --serve '" + String.join(" ", options) + "'"),
                    checks + "\n" + tables), Objects.requireNonNull(spec).commandLine().getOut(), out);
            return good ? 0 : 1;
        } finally {
            delete(folder);
        }
    }

    private static void add(Map<String, List<Loaded>> sides, String side, Loaded loaded) {
        sides.computeIfAbsent(side, _ -> new ArrayList<>()).add(loaded);
        System.err.printf(Locale.ROOT, "bench: %s: %.0f requests per second, p99 %.2f ms%n", side,
                loaded.result.perSecond(), loaded.result.milliseconds(0.99));
    }

    private static Served served(Path folder, String recipe) throws IOException, InterruptedException {
        Path run = train(folder.resolve(recipe), recipe, 1);
        Path other = train(folder.resolve(recipe + "-2"), recipe, 2);
        Path first = Files.copy(run.resolve(Run.BEST), folder.resolve(recipe + ".first"));
        Path second = Files.copy(other.resolve(Run.BEST), folder.resolve(recipe + ".second"));
        Path onnx = folder.resolve(recipe + ".onnx");
        List<byte[]> pngs = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        List<byte[]> before = new ArrayList<>();
        List<byte[]> after = new ArrayList<>();
        try (Trained one = Trained.open(run.toString(), null, List.of(), Compute.with(2));
                Predictor predictor = Predictor.of(one.experiment(), 1);
                Predictor changed = Predictor.open(other.toString(), null, 1)) {
            AtomicFile.write(onnx,
                    ExportFormat.ONNX.of(one.experiment(), OnnxOperators.OPSET_20, Map.of())::writeTo);
            ImageSet test = one.experiment().dataset().test();
            for (int i = 0; i < IMAGES; i++) {
                ImageSet image = test.slice(i, i + 1);
                pngs.add(png(image));
                labels.add(prediction(predictor, image).label());
                before.add(answer(predictor, image));
                after.add(answer(changed, image));
            }
        }
        return new Served(recipe, run, first, second, onnx, pngs, labels, before, after);
    }

    private static Prediction prediction(Predictor predictor, ImageSet image) {
        return Prediction.of("image", 0, image.contrast(0), predictor.answers(image).getFirst(),
                predictor.classNames());
    }

    private static byte[] answer(Predictor predictor, ImageSet image) {
        return Json.line(List.of(prediction(predictor, image))).getBytes(StandardCharsets.UTF_8);
    }

    private static Path train(Path run, String recipe, int seed) throws IOException, InterruptedException {
        int status = new ProcessBuilder(ChildJvm.command(List.of(), ChildJvm.SCANLINE, "train", recipe, "epochs=1",
                "data.limit=3000", "seed=" + seed, "--run", run)).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        if (status != 0) {
            throw new BenchException("training " + recipe + " failed with exit status " + status);
        }
        return run;
    }

    private Loaded ours(Served served) throws IOException, InterruptedException {
        replace(served.first, served);
        List<Object> words = new ArrayList<>(List.of("serve", "model=" + served.run, "--port", "0"));
        words.addAll(options);
        AtomicLong replaced = new AtomicLong();
        try (ServerProcess server = ServerProcess
                .start(ChildJvm.command(HEAP, ChildJvm.SCANLINE, words.toArray()))) {
            Load.Check check = (image, body) -> {
                boolean isAfter = Arrays.equals(body, served.after.get(image));
                replaced.addAndGet(isAfter ? 1 : 0);
                return isAfter || Arrays.equals(body, served.before.get(image));
            };
            CompletableFuture<Void> middle = CompletableFuture.runAsync(() -> replace(served.second, served),
                    CompletableFuture.delayedExecutor(1000L * warmUp + 500L * seconds,
                            TimeUnit.MILLISECONDS));
            Loaded loaded = load(server, served, check);
            middle.join();
            int status = server.stop();
            Load.Result result = loaded.result;
            row(served.recipe + " answers", String.format(Locale.ROOT,
                    "%,d requests in %.0f s, %d errors, %d not `predict`'s to the bit, %,d from the weights that replaced"
                            + " the first",
                    result.nanos().length, result.seconds(), result.errors(), result.wrong(), replaced.get()),
                    "no error, each to the bit, also of the new weights",
                    result.errors() == 0 && result.wrong() == 0 && replaced.get() > 0);
            row(served.recipe + " memory", loaded.memory.toString(),
                    String.format(Locale.ROOT, "at most %.1f times", MOST_GROWTH),
                    loaded.memory.growth() <= MOST_GROWTH);
            row(served.recipe + " stop", "exit status " + status, "0", status == 0);
            return loaded;
        }
    }

    private Loaded onnx(Served served, int threads) throws IOException, InterruptedException {
        replace(served.first, served);
        try (ServerProcess server = ServerProcess
                .start(ChildJvm.command(List.of(HEAP.getFirst(), "--enable-native-access=com.microsoft.onnxruntime"),
                        OnnxServer.class, served.run, served.onnx, threads))) {
            return load(server, served, (image, body) -> new String(body, StandardCharsets.UTF_8)
                    .contains("\"label\":\"" + served.labels.get(image) + "\""));
        }
    }

    private Loaded load(ServerProcess server, Served served, Load.Check check)
            throws IOException, InterruptedException {
        List<byte[]> requests = served.pngs.stream().map(png -> Load.request(server.port(), png)).toList();
        Load.Result first = Load.run(server.port(), connections, warmUp, requests, check);
        try (Memory memory = new Memory(server, seconds)) {
            long before = server.processorNanos();
            Load.Result result = Load.run(server.port(), connections, seconds, requests, check);
            double processor = (server.processorNanos() - before) / 1e6 / result.nanos().length;
            return new Loaded(new Load.Result(first.errors() + result.errors(), first.wrong() + result.wrong(),
                    result.nanos(), result.seconds()), memory, processor);
        }
    }

    private static void replace(Path weights, Served served) {
        try {
            Path whole = Files.copy(weights, served.run.resolve("whole"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(whole, served.run.resolve(Run.BEST), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BenchException("cannot replace the weights: " + e.getMessage());
        }
    }

    private void row(String what, String measured, String required, boolean holds) {
        good &= holds;
        checks.append("| ").append(what).append(" | ").append(measured).append(" | ").append(required).append(" | ")
                .append(holds ? "met" : "**not met**").append(" |\n");
        System.err.println("bench: " + what + ": " + measured);
    }

    private static String table(String recipe, Map<String, List<Loaded>> sides) {
        StringBuilder table = new StringBuilder(
                "## " + recipe + "\n\n| | requests per second | p50 | p99 | p99.9 | processor time of the"
                        + " server per request | errors | incorrect | largest resident memory |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        sides.forEach((side, loads) -> {
            table.append(String.format(Locale.ROOT, "| %s | %,.0f (%,.0f to %,.0f) |", side,
                    median(loads, each -> each.result.perSecond()),
                    loads.stream().mapToDouble(each -> each.result.perSecond()).min().orElseThrow(),
                    loads.stream().mapToDouble(each -> each.result.perSecond()).max().orElseThrow()));
            for (double share : List.of(0.5, 0.99, 0.999)) {
                table.append(String.format(Locale.ROOT, " %.2f ms |",
                        median(loads, each -> each.result.milliseconds(share))));
            }
            table.append(String.format(Locale.ROOT, " %.3f ms | %d | %d | %.0f MB |\n",
                    median(loads, Loaded::processorMillis),
                    loads.stream().mapToLong(each -> each.result.errors()).sum(),
                    loads.stream().mapToLong(each -> each.result.wrong()).sum(),
                    median(loads, each -> each.memory.largest() / 1e6)));
        });
        double ours = median(Objects.requireNonNull(sides.get(OURS)), each -> each.result.perSecond());
        double theirs = sides.entrySet().stream().filter(side -> !side.getKey().equals(OURS))
                .mapToDouble(side -> median(side.getValue(), each -> each.result.perSecond())).max().orElseThrow();
        return table + String.format(Locale.ROOT, "%nScanline answers %.2f times as many requests per second as ONNX"
                + " Runtime at its better number of threads.%n%n", ours / theirs);
    }

    private interface Measured {
        double of(Loaded loaded);
    }

    private static double median(List<Loaded> loads, Measured measured) {
        double[] values = loads.stream().mapToDouble(measured::of).sorted().toArray();
        return values[values.length / 2];
    }

    private static byte[] png(ImageSet image) throws IOException {
        BufferedImage gray = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setDataElements(0, 0, image.width(), image.height(), image.pixels());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(gray, "png", bytes);
        return bytes.toByteArray();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
