package scanline.lab.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.lab.base.Json;
import scanline.lab.experiment.Compute;
import scanline.lab.http.Observer;
import scanline.lab.http.Reply;
import scanline.lab.http.Routes;
import scanline.lab.http.Server;
import scanline.lab.predict.Predictor;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Run;
import scanline.lab.serve.PredictionServer.Settings;
import scanline.lab.studio.Browserless;
import scanline.lab.studio.SmallRuns;
import scanline.lab.task.Answer;
import scanline.lab.task.Prediction;
import scanline.samples.Pngs;
import tools.jackson.databind.JsonNode;

/** A server of models, asked over HTTP. */
@Timeout(60)
class ServeTest {
    private static final List<Throwable> FAULTS = new CopyOnWriteArrayList<>();
    private static final Batching SMALL = Batching.STANDARD.with(8, 300_000, 2);
    private static final int IMAGES = 24;

    @TempDir
    private static Path folder;

    private static final Writer LOG = new StringWriter();
    private static Run lstm;
    private static Run other;
    private static ImageSet images;
    private static List<String> lstmPredictions;
    private static List<String> otherPredictions;
    private static PredictionServer server;
    private static Browserless client;

    @BeforeAll
    static void open() throws Exception {
        lstm = SmallRuns.finished(folder.resolve("lstm"), "lstm-rows", "model.hidden=6");
        other = SmallRuns.finished(folder.resolve("other"), "lstm-rows", "model.hidden=6", "seed=2");
        images = Recipes.find("lstm-rows", List.of()).data().open().test().first(IMAGES);
        lstmPredictions = predicted(lstm);
        otherPredictions = predicted(other);
        SequencedMap<String, RunSource> models = new LinkedHashMap<>();
        models.put("lstm", source(lstm));
        models.put("second", source(other));
        server = new PredictionServer(models, new Settings("127.0.0.1", 0, null, SMALL, LOG), FAULTS::add);
        client = new Browserless(server.port());
        server.load();
    }

    private static RunSource source(Run run) {
        return new RunSource(run.folder(), Compute.with(2));
    }

    @AfterAll
    static void close() {
        client.close();
        server.close();
    }

    @AfterEach
    void nothingWasUnexpected() {
        List<Throwable> faults = List.copyOf(FAULTS);
        FAULTS.clear();
        assertThat(faults).isEmpty();
    }

    /** What {@code predict} answers for the first test images. */
    private static List<String> predicted(Run run) throws IOException {
        try (Predictor predictor = Predictor.open(run.folder().toString(), null, 1)) {
            List<String> predictions = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                ImageSet image = images.slice(i, i + 1);
                predictions.add(Json.line(List.of(Prediction.of("image", 0, image.contrast(0),
                        predictor.answers(image).getFirst(), predictor.classNames()))));
            }
            return predictions;
        }
    }

    private static byte[] png(byte[] pixels, int side) throws IOException {
        Path file = Files.createTempFile(folder, "image", ".png");
        Pngs.write(file, pixels, side, side);
        return Files.readAllBytes(file);
    }

    private static Map<String, Object> levels(byte[] pixels) {
        return Map.of("height", 28, "width", 28, "pixels", Base64.getEncoder().encodeToString(pixels));
    }

    @Test
    void manyRequestsAtOnceGetTheAnswersOfPredict() throws Exception {
        Map<String, List<String>> expected = Map.of("lstm", lstmPredictions, "second", otherPredictions);
        assertThat(expected.get("lstm")).isNotEqualTo(expected.get("second"));
        try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
            List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
            for (int i = 0; i < 4 * IMAGES; i++) {
                String model = i / 2 % 2 == 0 ? "lstm" : "second";
                byte[] pixels = images.slice(i % IMAGES, i % IMAGES + 1).pixels();
                requests.add(i % 2 == 0
                        ? () -> client.send("/api/predict?model=" + model, "image/png", png(pixels, 28))
                        : () -> client.send("/api/predict",
                                Map.of("model", model, "images", List.of(levels(pixels)))));
            }
            List<Future<HttpResponse<String>>> answers = clients.invokeAll(requests);
            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<String> answer = answers.get(i).get();
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(expected.get(i / 2 % 2 == 0 ? "lstm" : "second").get(i % IMAGES));
            }
        }
        JsonNode together = client.post("/api/predict", Map.of("model", "lstm", "images", IntStream.range(0, IMAGES)
                .mapToObj(i -> levels(images.slice(i, i + 1).pixels())).toList()));
        for (int i = 0; i < IMAGES; i++) {
            JsonNode alone = Browserless.parsed(expected.get("lstm").get(i)).get(0);
            assertThat(together.get(i).get("probabilities")).isEqualTo(alone.get("probabilities"));
            assertThat(together.get(i).get("index").asInt()).isEqualTo(i);
        }
    }

    @Test
    void aLargeImageIsPreparedAsPredictPreparesIt() throws Exception {
        byte[] drawn = new byte[100 * 100];
        for (int i = 0; i < 40; i++) {
            drawn[(10 + i) * 100 + 20] = drawn[(10 + i) * 100 + 21] = (byte) 255;
        }
        byte[] png = png(drawn, 100);
        Path file = Files.write(folder.resolve("large.png"), png);
        String answer = client.send("/api/predict?model=lstm", "image/png", png).body();
        JsonNode expected = Browserless.parsed(scanline.lab.cli.Answer
                .answer("predict", lstm.folder().toString(), file.toString(), "--json").out()).get(0);
        JsonNode actual = Browserless.parsed(answer).get(0);
        assertThat(actual.get("probabilities")).isEqualTo(expected.get("probabilities"));
        assertThat(actual.get("label")).isEqualTo(expected.get("label"));
        // Only scaled, the thin line would be another image.
        ImageSet scaled = ImageFile.readPng("the image", png, new PictureSize(28, 28), 10, Preparation.SCALE);
        JsonNode otherwise = client.post("/api/predict", Map.of("model", "lstm", "images",
                List.of(levels(scaled.pixels())))).get(0);
        assertThat(otherwise.get("probabilities")).isNotEqualTo(expected.get("probabilities"));
    }

    @Test
    void theNameOfAnOnlyModelMayBeLeftOut() throws Exception {
        try (PredictionServer one = started(Map.of("only", source(lstm)), SMALL, null);
                Browserless there = new Browserless(one.port())) {
            byte[] pixels = images.slice(0, 1).pixels();
            assertThat(there.send("/api/predict", "image/png", png(pixels, 28)).body())
                    .isEqualTo(lstmPredictions.getFirst());
            assertThat(there.send("/api/predict", Map.of("images", List.of(levels(pixels)))).body())
                    .isEqualTo(lstmPredictions.getFirst());
        }
    }

    private static PredictionServer started(Map<String, ? extends ModelSource> models, Batching batching,
            @Nullable String token) throws IOException, InterruptedException {
        PredictionServer started = new PredictionServer(new LinkedHashMap<>(models),
                new Settings("127.0.0.1", 0, token, batching, null), FAULTS::add);
        started.load();
        return started;
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "POST, /api/predict, application/json, `{\"images\": [{\"file\": \"\"}]}`, 400, `the request must have model: lstm, second`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\"}`, 400, `the body must have model, and 1 to 64 images`",
            "POST, /api/predict, application/json, `{\"run\": \"lstm\", \"images\": [{\"file\": \"\"}]}`, 400, `the body must have model, and 1 to 64 images`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": []}`, 400, `the body must have model, and 1 to 64 images`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": [null]}`, 400, `the body must have model, and 1 to 64 images`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": [{}]}`, 400, `an image must have file, or height, width and pixels`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": [{\"file\": \"%\"}]}`, 400, `the image is not valid base64`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": [{\"file\": \"AAAA\"}]}`, 422, `the image is not a PNG file`",
            "POST, /api/predict, application/json, `{\"model\": \"lstm\", \"images\": [{\"height\": 2, \"width\": 2, \"pixels\": \"AAAA\"}]}`, 422, `a drawing of 2 x 2 pixels needs 4 bytes, not 3`",
            "POST, /api/predict, application/json, `[1, 2`, 400, `the body is not a JSON object that this path accepts`",
            "POST, /api/predict, text/plain, x, 415, `the body must be application/json`",
            "POST, /api/predict, image/jpeg, x, 415, `the body must be image/png or application/json; JPEG is not decoded for requests: save the image as PNG`",
            "POST, /api/predict?model=no, image/png, x, 404, `no such model; this server has lstm, second`",
            "POST, /api/predict?model=lstm, image/png, x, 422, `the image is not a PNG file`",
            "GET, /api/predict, text/plain, x, 405, `this path supports POST`",
            "POST, /api/stream, text/plain, x, 415, `the body must be text/csv or application/json`",
            "POST, /api/stream?model=lstm, text/csv, `1,2`, 400, `step 1 has 2 values, but the model reads 28`",
            "POST, /api/stream?model=lstm, text/csv, `1,x`, 400, `step 1 has something that is not a number`",
            "POST, /api/stream?model=lstm, text/csv, ``, 400, `the body must have steps: a list of 28 values for each`",
            "POST, /api/stream, text/csv, `1`, 400, `the request must have model: lstm, second`",
            "POST, /api/stream, application/json, `{\"model\": \"lstm\", \"steps\": [null]}`, 400, `step 1 has 0 values, but the model reads 28`",
            "POST, /api/stream, application/json, `{\"model\": \"no\", \"steps\": [[1]]}`, 404, `no such model; this server has lstm, second`",
            "POST, /api/reload?model=no, text/plain, x, 404, `no such model; this server has lstm, second`",
            "GET, /api/reload, text/plain, x, 405, `this path supports POST`",
            "POST, /metrics, text/plain, x, 405, `this path supports GET`",
            "GET, /, text/plain, x, 404, `no such path`"})
    void wrongRequestsGetOneLine(String method, String path, String type, String body, int status, String error)
            throws Exception {
        HttpResponse<String> answer = client.client().send(HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo(Json.line(Map.of("error", error)));
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    void longBodiesAreRefused() throws Exception {
        assertThat(client.send("/api/predict?model=lstm", "image/png", new byte[(4 << 20) + 1]).statusCode())
                .isEqualTo(413);
        assertThat(client.send("/api/stream?model=lstm", "text/csv", new byte[(256 << 10) + 1]).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aSequenceIsAnsweredAfterEachStepAndItsLastAnswerIsThatOfTheImage() throws Exception {
        ImageSet image = images.slice(3, 4);
        List<List<Integer>> rows = IntStream.range(0, 28).mapToObj(y -> IntStream.range(0, 28)
                .mapToObj(x -> Byte.toUnsignedInt(image.pixels()[y * 28 + x])).toList()).toList();
        JsonNode expected = Browserless.parsed(lstmPredictions.get(3)).get(0);

        List<JsonNode> whole = events(client.send("/api/stream", Map.of("model", "lstm", "steps", rows)));
        assertThat(whole).hasSize(29);
        assertThat(whole.get(27).get("probabilities")).isEqualTo(expected.get("probabilities"));
        assertThat(whole.get(27).get("step").asInt()).isEqualTo(28);

        List<JsonNode> first = events(
                client.send("/api/stream", Map.of("model", "lstm", "steps", rows.subList(0, 11))));
        assertThat(first.subList(0, 11)).isEqualTo(whole.subList(0, 11));
        List<JsonNode> second = events(client.send("/api/stream", Map.of("model", "lstm", "steps", rows.subList(11, 28),
                "state", first.get(11).get("state").asString())));
        assertThat(second.subList(0, 17)).isEqualTo(whole.subList(11, 28));

        String csv = String.join("\n", rows.stream().map(row -> row.toString().replaceAll("[\\[\\]]", "")).toList());
        assertThat(events(client.send("/api/stream?model=lstm", "text/csv", csv.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(whole);

        HttpResponse<String> bad = client.send("/api/stream",
                Map.of("model", "lstm", "steps", rows, "state", Base64.getEncoder().encodeToString(new byte[3])));
        assertThat(bad.statusCode()).as(bad.body()).isEqualTo(422);
    }

    private static List<JsonNode> events(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        return response.body().lines().filter(line -> line.startsWith("data: "))
                .map(line -> Browserless.parsed(line.substring("data: ".length()))).toList();
    }

    @Test
    void manySequencesAreReadTogetherWithTheSameAnswers() throws Exception {
        Map<String, Object> body = Map.of("model", "lstm", "steps",
                IntStream.range(0, 28).mapToObj(y -> IntStream.range(0, 28).map(x -> (x * y) % 256).toArray())
                        .toList());
        List<JsonNode> alone = events(client.send("/api/stream", body));
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            for (Future<HttpResponse<String>> each : clients.invokeAll(
                    IntStream.range(0, 16).<Callable<HttpResponse<String>>>mapToObj(
                            _ -> () -> client.send("/api/stream", body)).toList())) {
                assertThat(events(each.get())).isEqualTo(alone);
            }
        }
    }

    /** A model that answers when it is allowed to. */
    private static final class Slow implements ImageModel {
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final AtomicBoolean warm = new AtomicBoolean();
        private volatile boolean closed;

        ModelSource source() {
            return new ModelSource() {
                @Override
                public ImageModel open() {
                    return Slow.this;
                }

                @Override
                public Object version() {
                    return "one";
                }
            };
        }

        @Override
        public List<Answer> answers(ImageSet images) {
            if (warm.get()) {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            assertThat(closed).isFalse();
            return IntStream.range(0, images.count())
                    .mapToObj(_ -> new Answer(new int[] {0}, 1, new double[] {1, 0}, new float[] {1, 0})).toList();
        }

        @Override
        public PictureSize pictureSize() {
            return new PictureSize(28, 28);
        }

        @Override
        public Preparation preparation() {
            return Preparation.SCALE;
        }

        @Override
        public List<String> classNames() {
            return List.of("a\"b\\", "b");
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final Map<String, Object> ONE_IMAGE = Map.of("images", List.of(levels(new byte[28 * 28])));

    @Test
    void requestsOverTheLimitOfTheQueueAreToldWhenToTryAgain() throws Exception {
        Slow slow = new Slow();
        try (PredictionServer busy = started(Map.of("slow", slow.source()), new Batching(1, 0, 1, 2, 20), null);
                Browserless there = new Browserless(busy.port());
                ExecutorService clients = Executors.newFixedThreadPool(3)) {
            slow.warm.set(true);
            List<Future<HttpResponse<String>>> accepted = new ArrayList<>();
            accepted.add(clients.submit(() -> there.send("/api/predict", ONE_IMAGE)));
            slow.begun.await();
            accepted.add(clients.submit(() -> there.send("/api/predict", ONE_IMAGE)));
            accepted.add(clients.submit(() -> there.send("/api/predict", ONE_IMAGE)));
            BatcherTest.await(() -> metrics(there).get("scanline_queue_images{model=\"slow\"}") == 2);
            HttpResponse<String> refused = there.send("/api/predict", ONE_IMAGE);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).isEqualTo("{\"error\":\"too many requests for this model at once\"}");
            assertThat(there.send("/api/stream", "text/csv", "1".getBytes(StandardCharsets.US_ASCII)).body())
                    .contains("the model reads 0");
            slow.go.countDown();
            for (Future<HttpResponse<String>> each : accepted) {
                assertThat(each.get().statusCode()).isEqualTo(200);
            }
        }
        assertThat(slow.closed).isTrue();
    }

    @Test
    void aClientOverItsLimitIsToldWhenToTryAgain() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Routes routes = new Routes().get("/slow", new Clients(1).limited(_ -> {
            begun.countDown();
            go.await();
            return Reply.json("done");
        }));
        try (Server limited = new Server("127.0.0.1", 0, null, routes, FAULTS::add, Observer.NONE);
                Browserless there = new Browserless(limited.port());
                ExecutorService clients = Executors.newFixedThreadPool(1)) {
            Future<HttpResponse<String>> first = clients.submit(() -> there.ask("/slow"));
            begun.await();
            HttpResponse<String> refused = there.ask("/slow");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            go.countDown();
            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(there.ask("/slow").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void untilItIsLoadedAModelIsNotReady() throws Exception {
        try (PredictionServer loading = new PredictionServer(new LinkedHashMap<>(Map.of("slow", new Slow().source())),
                new Settings("127.0.0.1", 0, null, SMALL, null), FAULTS::add);
                Browserless there = new Browserless(loading.port())) {
            HttpResponse<String> health = there.ask("/health");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).isEqualTo("{\"status\":\"loading\",\"models\":{\"slow\":\"loading\"}}");
            HttpResponse<String> refused = there.send("/api/predict", ONE_IMAGE);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).isEqualTo("{\"error\":\"the model slow is being loaded\"}");
            assertThat(there.get("/api/models").get(0).get("ready").asBoolean()).isFalse();
            loading.load();
            assertThat(there.ask("/health").body()).isEqualTo("{\"status\":\"ready\",\"models\":{\"slow\":\"ready\"}}");
            assertThat(there.send("/api/predict", ONE_IMAGE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aServerThatStopsAnswersWhatItAccepted() throws Exception {
        Slow slow = new Slow();
        PredictionServer stopping = started(Map.of("slow", slow.source()), new Batching(1, 0, 1, 8, 20), null);
        slow.warm.set(true);
        try (Browserless there = new Browserless(stopping.port());
                Socket kept = new Socket(InetAddress.getLoopbackAddress(), stopping.port());
                ExecutorService clients = Executors.newFixedThreadPool(4)) {
            assertThat(ask(kept, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + stopping.port() + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            List<Future<HttpResponse<String>>> accepted = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                accepted.add(clients.submit(() -> there.send("/api/predict", ONE_IMAGE)));
            }
            slow.begun.await();
            BatcherTest.await(() -> metrics(there).get("scanline_queue_images{model=\"slow\"}") == 2);
            Future<?> closed = clients.submit(stopping::close);
            BatcherTest.await(() -> there.ask("/health").statusCode() == 503);
            String refused = ask(kept, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + stopping.port() + "\r\n\r\n");
            assertThat(refused).startsWith("HTTP/1.1 503").containsIgnoringCase("Retry-After: 5")
                    .containsIgnoringCase("Connection: close").contains("the server is shutting down");
            assertThat(closed.isDone()).isFalse();
            slow.go.countDown();
            for (Future<HttpResponse<String>> each : accepted) {
                assertThat(each.get().statusCode()).isEqualTo(200);
            }
            closed.get();
            assertThat(slow.closed).isTrue();
        }
    }

    /** Sends a request over a connection that stays open, and returns the first bytes of the answer. */
    private static String ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = new byte[4096];
        int length = 0;
        for (int n; !new String(bytes, 0, length, StandardCharsets.US_ASCII).endsWith("}")
                && (n = socket.getInputStream().read(bytes, length, bytes.length - length)) > 0;) {
            length += n;
        }
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    @Test
    void aModelIsReplacedWithoutLosingARequest() throws Exception {
        Path copy = folder.resolve("copy");
        Files.createDirectories(copy);
        for (String file : List.of(Run.RECIPE, Run.PROVENANCE, Run.BEST)) {
            Files.copy(lstm.folder().resolve(file), copy.resolve(file));
        }
        String before = lstmPredictions.getFirst();
        String after = otherPredictions.getFirst();
        byte[] pixels = images.slice(0, 1).pixels();
        byte[] png = png(pixels, 28);
        AtomicBoolean stop = new AtomicBoolean();
        List<String> unexpected = new CopyOnWriteArrayList<>();
        try (PredictionServer changing = started(Map.of("copy", source(new Run(copy))), SMALL, null);
                Browserless there = new Browserless(changing.port());
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                Future<?> _ = clients.submit(() -> {
                    while (!stop.get()) {
                        HttpResponse<String> answer = there.send("/api/predict", "image/png", png);
                        if (answer.statusCode() != 200
                                || !(answer.body().equals(before) || answer.body().equals(after))) {
                            unexpected.add(answer.statusCode() + " " + answer.body());
                        }
                    }
                    return null;
                });
            }
            // A run that trains on replaces its best weights; the server notices.
            replace(other.folder().resolve(Run.BEST), copy.resolve(Run.BEST));
            BatcherTest.await(() -> there.send("/api/predict", "image/png", png).body().equals(after));
            // On request, it opens them at once.
            replace(lstm.folder().resolve(Run.BEST), copy.resolve(Run.BEST));
            assertThat(there.send("/api/reload", "text/plain", new byte[0]).body())
                    .isEqualTo("{\"reloaded\":[\"copy\"]}");
            assertThat(there.send("/api/predict", "image/png", png).body()).isEqualTo(before);
            // Weights that cannot be opened leave the old ones in place.
            Files.writeString(copy.resolve(Run.BEST), "not weights");
            assertThat(there.send("/api/reload?model=copy", "text/plain", new byte[0]).statusCode()).isEqualTo(422);
            assertThat(there.send("/api/predict", "image/png", png).body()).isEqualTo(before);
            stop.set(true);
            assertThat(metrics(there).get("scanline_model_openings_total{model=\"copy\"}")).isBetween(3.0, 4.0);
        }
        assertThat(unexpected).isEmpty();
        assertThat(FAULTS).allSatisfy(fault -> assertThat(fault).hasMessageContaining("model copy was not replaced"));
        FAULTS.clear();
    }

    private static void replace(Path from, Path to) throws IOException {
        Path whole = Files.copy(from, to.resolveSibling("whole"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(whole, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aTokenAndTheHostAreRequired() throws Exception {
        String token = "0123456789abcdefghij";
        try (PredictionServer guarded = started(Map.of("only", source(lstm)), SMALL, token);
                HttpClient sender = HttpClient.newHttpClient()) {
            for (String path : guarded.routes().methods().keySet()) {
                URI uri = URI.create("http://127.0.0.1:" + guarded.port() + path);
                HttpResponse<String> refused = sender.send(HttpRequest.newBuilder(uri).build(),
                        BodyHandlers.ofString());
                assertThat(refused.statusCode()).as(path).isEqualTo(401);
                HttpResponse<String> known = sender.send(HttpRequest.newBuilder(uri)
                        .header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
                assertThat(known.statusCode()).as(path).isIn(200, 405);
            }
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertThat(ask(socket, "GET /api/models HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 421");
        }
        HttpResponse<String> crossSite = client.client().send(HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/reload"))
                .header("Origin", "http://evil.example").POST(BodyPublishers.noBody()).build(),
                BodyHandlers.ofString());
        assertThat(crossSite.statusCode()).isEqualTo(403);
    }

    /** The value of each series. */
    private static Map<String, Double> metrics(Browserless there) throws IOException, InterruptedException {
        HttpResponse<String> response = there.ask("/metrics");
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        Map<String, Double> values = new TreeMap<>();
        String name = "";
        for (String line : response.body().lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                name = line.split(" ")[2];
                assertThat(line.split(" ")[3]).isIn("counter", "gauge", "histogram");
            } else if (!line.startsWith("#")) {
                assertThat(line).startsWith(name)
                        .matches(
                                "[a-z_]+(\\{[a-z]+=\"([^\"\\\\]|\\\\.)*\"(,[a-z]+=\"([^\"\\\\]|\\\\.)*\")*})? [0-9.E+-]+");
                int end = line.lastIndexOf(' ');
                assertThat(values.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)))).isNull();
            }
        }
        return values;
    }

    @Test
    void metricsCountRequestsImagesAndBatches() throws Exception {
        String odd = "a\"b\\c";
        try (PredictionServer counted = started(Map.of(odd, source(lstm)), SMALL, null);
                Browserless there = new Browserless(counted.port())) {
            byte[] pixels = images.slice(0, 1).pixels();
            for (int i = 0; i < 3; i++) {
                there.post("/api/predict", Map.of("images", List.of(levels(pixels), levels(pixels))));
            }
            there.send("/api/predict", "image/png", new byte[2]);
            there.ask("/nowhere");
            String model = "model=\"a\\\"b\\\\c\"";
            Map<String, Double> values = metrics(there);
            assertThat(values).containsEntry(
                    "scanline_requests_total{" + model + ",path=\"/api/predict\",status=\"200\"}", 3.0)
                    .containsEntry("scanline_requests_total{" + model + ",path=\"/api/predict\",status=\"422\"}", 1.0)
                    .containsEntry("scanline_requests_total{model=\"\",path=\"other\",status=\"404\"}", 1.0)
                    .containsEntry("scanline_images_total{" + model + "}", 6.0)
                    .containsEntry("scanline_batch_images_bucket{" + model + ",le=\"1\"}", 0.0)
                    .containsEntry("scanline_batch_images_bucket{" + model + ",le=\"2\"}", 3.0)
                    .containsEntry("scanline_batch_images_bucket{" + model + ",le=\"+Inf\"}", 3.0)
                    .containsEntry("scanline_batch_images_sum{" + model + "}", 6.0)
                    .containsEntry("scanline_request_seconds_count{" + model + ",path=\"/api/predict\"}", 4.0)
                    .containsEntry("scanline_queue_images{" + model + "}", 0.0)
                    .containsEntry("scanline_model_ready{" + model + "}", 1.0)
                    .containsEntry("scanline_requests_in_flight", 1.0);
            assertThat(values.get("scanline_request_seconds_sum{" + model + ",path=\"/api/predict\"}")).isPositive();
            assertThat(values.get("scanline_heap_bytes")).isPositive();
        }
    }

    @Test
    void theOpenApiDocumentHasExactlyTheRoutesAndTheFieldsOfTheAnswers() throws Exception {
        JsonNode document = client.get("/openapi.json");
        assertThat(document.get("openapi").asString()).startsWith("3.1");
        Map<String, Set<String>> documented = new TreeMap<>();
        document.get("paths").properties().forEach(path -> path.getValue().properties()
                .forEach(method -> documented.computeIfAbsent(path.getKey(), _ -> new TreeSet<>())
                        .add(method.getKey().toUpperCase(Locale.ROOT))));
        assertThat(documented).isEqualTo(new TreeMap<>(server.routes().methods()));
        JsonNode schemas = document.get("components").get("schemas");
        assertFields(schemas.get("Model"), client.get("/api/models").get(0));
        assertFields(schemas.get("Health"), client.get("/health"));
        assertFields(schemas.get("Prediction"), Browserless.parsed(lstmPredictions.getFirst()).get(0));
        assertFields(schemas.get("Error"), Browserless.parsed(client.ask("/nowhere").body()));
        List<JsonNode> events = events(
                client.send("/api/stream", Map.of("model", "lstm", "steps", List.of(new int[28]))));
        assertFields(schemas.get("Step"), events.get(0));
        assertFields(schemas.get("State"), events.get(1));
        // Every schema that is referred to exists.
        assertThat(document.toString().split("#/components/schemas/")).allSatisfy(part -> assertThat(
                part.startsWith("{") || schemas.has(part.substring(0, part.indexOf('"')))).as(part).isTrue());
    }

    private static void assertFields(JsonNode schema, JsonNode value) {
        assertThat(new TreeSet<>(schema.get("properties").propertyNames()))
                .isEqualTo(new TreeSet<>(value.propertyNames()));
    }

    @Test
    void modelsAreListed() throws Exception {
        JsonNode model = client.get("/api/models").get(1);
        assertThat(model.get("name").asString()).isEqualTo("second");
        assertThat(model.get("recipe").asString()).isEqualTo("lstm-rows");
        assertThat(model.get("classes")).hasSize(10);
        assertThat(model.get("height").asInt()).isEqualTo(28);
        assertThat(model.get("features").asInt()).isEqualTo(28);
        assertThat(model.get("weights").asString())
                .isNotEqualTo(client.get("/api/models").get(0).get("weights").asString())
                .hasSize(64);
    }

    @Test
    void everyRequestIsLoggedWithoutItsQuery() throws Exception {
        client.ask("/nowhere?token=secret");
        client.post("/api/predict", Map.of("model", "lstm", "images", List.of(levels(new byte[28 * 28]))));
        BatcherTest.await(() -> LOG.toString().contains("\"/nowhere\""));
        String log = LOG.toString();
        assertThat(log).doesNotContain("secret");
        JsonNode line = log.lines().map(Browserless::parsed)
                .filter(each -> each.get("path").asString().equals("/api/predict") && each.get("status").asInt() == 200)
                .findAny().orElseThrow();
        assertThat(line.get("model").asString()).isIn("lstm", "second");
        assertThat(line.get("images").asInt()).isPositive();
        assertThat(line.get("method").asString()).isEqualTo("POST");
        assertThat(line.get("client").asString()).isEqualTo("127.0.0.1");
        assertThat(line.get("milliseconds").asDouble()).isPositive();
        assertThat(line.get("time").asString()).startsWith("20");
    }
}
