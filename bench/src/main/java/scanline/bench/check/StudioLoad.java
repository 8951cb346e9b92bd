package scanline.bench.check;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
import scanline.lab.base.Json;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.run.LiveRun;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.task.Prediction;

/**
 * {@code ./build bench studio}: measures a studio with a heap of 256 MB under load: how fast it answers a drawing while
 * a run trains, how many events five hundred listeners lose and how much they slow training down, and whether
 * predictions are correct.
 */
@Command(name = "studio", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Loads the web studio: drawings, event streams and predictions.")
public final class StudioLoad implements Callable<Integer> {
    private static final int SIDE = 140;
    private static final int WARM_UP = 20;
    private static final int STREAMS = 500;
    private static final int CONNECTIONS = 16;
    private static final int FLOOD = 400;
    private static final int IMAGES = 64;
    private static final double MOST_DRAWING_MILLIS = 100;
    private static final double MOST_SLOWER = 0.03;
    private static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "60",
            description = "Duration of each load in seconds. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--drawings", paramLabel = "N", defaultValue = "400",
            description = "Number of drawings. Default: ${DEFAULT-VALUE}.")
    private int drawings;

    @Option(names = "--windows", paramLabel = "N", defaultValue = "3",
            description = "How often training is timed with and without listeners. Default: ${DEFAULT-VALUE}.")
    private int windows;

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the report to this file.")
    private @Nullable Path out;

    private final HttpClient client = HttpClient.newHttpClient();
    private final StringBuilder rows = new StringBuilder("| load | measured | required | |\n|---|---|---|---|\n");
    private boolean good = true;

    /** A studio in a separate process. */
    private record Server(Process process, int port) implements AutoCloseable {
        static Server start(Path runs) throws IOException {
            Process process = new ProcessBuilder(
                    ChildJvm.command(List.of("-Xmx256m"), ChildJvm.SCANLINE, "studio", "--runs", runs, "--port", 0))
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            String line = lines.readLine();
            if (line == null) {
                throw new BenchException("the studio did not start");
            }
            return new Server(process, Integer.parseInt(line.replaceAll(".*:(\\d+)/.*", "$1")));
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path runs = Files.createTempDirectory("scanline-studio");
        try {
            train(runs.resolve("model"), List.of("epochs=2", "data.limit=7000")).waitFor();
            try (Server server = Server.start(runs)) {
                List<ImageSet> images = images(runs);
                Process training = train(runs.resolve("live"), List.of("epochs=1000"));
                try {
                    awaitSteps(runs);
                    draw(server, images);
                    listen(server, new Run(runs.resolve("live")));
                } finally {
                    training.destroy();
                    training.waitFor();
                }
                predict(server, runs, images);
            }
            Report report = new Report(Runtime.getRuntime().availableProcessors());
            Report.publish(
                    report.text("The studio under load",
                            """
                                    A studio with a heap of 256 MB and a trained `lstm-rows`. During the measurements of
                                    the first three rows, a second model trains on all processors. Clients, studio and
                                    training share the machine.""",
                            "studio --seconds " + seconds + " --drawings " + drawings + " --windows " + windows,
                            rows.toString()),
                    Objects.requireNonNull(spec).commandLine().getOut(), out);
            return good ? 0 : 1;
        } finally {
            delete(runs);
        }
    }

    private static Process train(Path run, List<String> overrides) throws IOException {
        List<String> words = new ArrayList<>(List.of("train", "lstm-rows"));
        words.addAll(overrides);
        words.addAll(List.of("--run", run.toString()));
        return new ProcessBuilder(ChildJvm.command(List.of(), ChildJvm.SCANLINE, words.toArray()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static void awaitSteps(Path runs) throws InterruptedException {
        Run run = new Run(runs.resolve("live"));
        while (steps(run) < 200) { // the JVM has compiled by then
            Thread.sleep(200);
        }
    }

    private static long steps(Run run) {
        Progress.Step step = LiveRun.read(run).map(LiveRun.State::step).orElse(null);
        return step == null ? 0 : (step.epoch() - 1L) * step.steps() + step.step();
    }

    private static List<ImageSet> images(Path runs) throws IOException {
        try (Trained trained = Trained.open(runs.resolve("model").toString(), null, List.of(), Compute.with(1))) {
            ImageSet test = trained.experiment().dataset().test();
            return Stream.iterate(0, i -> i < IMAGES, i -> i + 1).map(i -> test.slice(i, i + 1)).toList();
        }
    }

    private void row(String what, String measured, String asked, boolean holds) {
        good &= holds;
        rows.append("| ").append(what).append(" | ").append(measured).append(" | ").append(asked).append(" | ")
                .append(holds ? "met" : "**not met**").append(" |\n");
        System.err.println("bench: " + what + ": " + measured);
    }

    private static HttpRequest post(Server server, String path, String type, byte[] body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + path)).header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body)).build();
    }

    private static byte[] json(Object value) {
        return Json.text(value).getBytes(StandardCharsets.UTF_8);
    }

    /** An image as the drawing pad would send it. */
    private static Map<String, Object> drawing(ImageSet image) {
        byte[] pixels = new byte[SIDE * SIDE];
        int scale = SIDE / image.width();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = image.pixels()[i / SIDE / scale * image.width() + i % SIDE / scale];
        }
        return Map.of("height", SIDE, "width", SIDE, "pixels", Base64.getEncoder().encodeToString(pixels));
    }

    private void draw(Server server, List<ImageSet> images) throws IOException, InterruptedException {
        double[] millis = new double[drawings];
        for (int i = -WARM_UP; i < drawings; i++) {
            byte[] body = json(Map.of("run", "model", "drawing", drawing(images.get(Math.floorMod(i, IMAGES)))));
            long start = System.nanoTime();
            HttpResponse<String> response = client.send(post(server, "/api/read", "application/json", body),
                    BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new BenchException(response.statusCode() + " " + response.body());
            }
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            Thread.sleep(30);
        }
        Arrays.sort(millis);
        double p95 = millis[(int) Math.ceil(0.95 * drawings) - 1];
        row("a drawing, answered while a run trains", String.format(Locale.ROOT,
                "median %.0f ms, 95th percentile %.0f ms, longest %.0f ms of %d", millis[drawings / 2], p95,
                millis[drawings - 1], drawings), "95th percentile at most 100 ms", p95 <= MOST_DRAWING_MILLIS);
    }

    private void listen(Server server, Run live) throws IOException, InterruptedException {
        List<Double> slower = new ArrayList<>();
        long lost = 0;
        double each = 0;
        for (int window = 0; window < windows; window++) {
            double without = speed(live);
            try (EventListeners listeners = new EventListeners(server.port, STREAMS)) {
                Thread.sleep(2000);
                long before = listeners.events();
                double with = speed(live);
                each += (listeners.events() - before) / (double) STREAMS / seconds / windows;
                lost += listeners.lost();
                slower.add(1 - with / without);
            }
            Thread.sleep(1000);
        }
        slower.sort(null);
        row(STREAMS + " event streams for " + seconds + " s, " + windows + " times", String.format(Locale.ROOT,
                "%.1f events per second each, %d lost", each, lost), "none lost", lost == 0);
        double median = slower.get(slower.size() / 2);
        row("training while they listen", String.format(Locale.ROOT, "%.1f %% slower (median; %s)", 100 * median,
                String.join(", ",
                        slower.stream().map(value -> String.format(Locale.ROOT, "%.1f %%", 100 * value)).toList())),
                "less than 3 % slower", median < MOST_SLOWER);
    }

    /** The number of steps per second of a run. */
    private double speed(Run live) throws InterruptedException {
        long steps = steps(live);
        long start = System.nanoTime();
        Thread.sleep(1000L * seconds);
        return (steps(live) - steps) / ((System.nanoTime() - start) / 1e9);
    }

    private void predict(Server server, Path runs, List<ImageSet> images) throws IOException, InterruptedException {
        List<String> expected = new ArrayList<>();
        try (Trained trained = Trained.open(runs.resolve("model").toString(), null, List.of(), Compute.with(2))) {
            Experiment experiment = trained.experiment();
            for (ImageSet image : images) {
                Evaluation.of(experiment, experiment.examples(image),
                        (_, _, answer) -> expected.add(Json.line(
                                List.of(Prediction.of("image", 0, image.contrast(0), answer,
                                        experiment.dataset().classNames())))));
            }
        }
        List<byte[]> files = new ArrayList<>();
        for (ImageSet image : images) {
            files.add(png(image));
        }
        AtomicLong answered = new AtomicLong();
        Map<Integer, AtomicLong> others = new ConcurrentHashMap<>();
        AtomicLong different = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        together(CONNECTIONS, connection -> {
            for (int i = connection; System.nanoTime() < end; i++) {
                HttpResponse<String> response = client.send(
                        post(server, "/api/predict?run=model", "image/png", files.get(i % IMAGES)),
                        BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    answered.incrementAndGet();
                    different.addAndGet(response.body().equals(expected.get(i % IMAGES)) ? 0 : 1);
                } else {
                    others.computeIfAbsent(response.statusCode(), _ -> new AtomicLong()).incrementAndGet();
                }
            }
        });
        row("predictions over " + CONNECTIONS + " connections for " + seconds + " s",
                String.format(Locale.ROOT,
                        "%,d answered (%,.0f per second), %d different from `predict`'s, other statuses: %s",
                        answered.get(), answered.get() / (double) seconds, different.get(),
                        others.isEmpty() ? "none" : others),
                "all answered, bit-identical", others.isEmpty() && different.get() == 0 && answered.get() > 0);
        flood(server, images);
    }

    private void flood(Server server, List<ImageSet> images) throws IOException, InterruptedException {
        byte[] many = json(Map.of("run", "model", "images", images.stream().map(StudioLoad::drawing).toList()));
        Map<Integer, AtomicLong> answers = new ConcurrentHashMap<>();
        AtomicLong silent = new AtomicLong();
        together(FLOOD, _ -> {
            HttpResponse<String> response = client.send(post(server, "/api/predict", "application/json", many),
                    BodyHandlers.ofString());
            answers.computeIfAbsent(response.statusCode(), _ -> new AtomicLong()).incrementAndGet();
            boolean hasRetryAfter = response.headers().firstValue("Retry-After").isPresent();
            silent.addAndGet(response.statusCode() == 200 || hasRetryAfter ? 0 : 1);
        });
        long start = System.nanoTime();
        int status = 0;
        while (status != 200 && System.nanoTime() - start < 10 * RECOVERY_NANOS) {
            status = client.send(post(server, "/api/predict?run=model", "image/png", png(images.getFirst())),
                    BodyHandlers.ofString()).statusCode();
        }
        long recovery = System.nanoTime() - start;
        boolean bounded = answers.keySet().stream().allMatch(code -> List.of(200, 429, 503).contains(code));
        row(FLOOD + " requests of " + IMAGES + " images at once", "statuses: " + answers + String.format(Locale.ROOT,
                ", %d errors without Retry-After, the next request answered after %.2f s", silent.get(),
                recovery / 1e9),
                "200, or 429 or 503 with Retry-After; the next request answered within 1 s",
                bounded && silent.get() == 0 && status == 200 && recovery < RECOVERY_NANOS);
    }

    /** The requests of a client. */
    private interface Client {
        void ask(int number) throws IOException, InterruptedException;
    }

    private static void together(int count, Client asked) throws InterruptedException {
        List<String> failures = new ArrayList<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            clients.add(Thread.startVirtualThread(() -> {
                try {
                    asked.ask(number);
                } catch (IOException | InterruptedException | RuntimeException e) {
                    synchronized (failures) {
                        failures.add(e.toString());
                    }
                }
            }));
        }
        for (Thread each : clients) {
            each.join();
        }
        if (!failures.isEmpty()) {
            throw new BenchException(failures.size() + " requests failed: " + failures.getFirst());
        }
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
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
