package scanline.lab.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.ModuleContent;
import scanline.data.image.ImageSet;
import scanline.lab.cli.Main;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.run.Run;
import scanline.lab.run.Trained;
import scanline.lab.task.Prediction;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class StudioTest {
    private static final List<Throwable> FAULTS = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path folder;

    private static Studio studio;
    private static Browserless browser;

    @BeforeAll
    static void open() throws IOException {
        SmallRuns.finished(folder.resolve("lstm"), "lstm-rows", "model.hidden=6");
        SmallRuns.finished(folder.resolve("sweep").resolve("seed=2"), "lstm-rows", "model.hidden=5", "seed=2");
        SmallRuns.stopped(folder.resolve("stopped"), "lstm-rows", 15, "model.hidden=6");
        studio = new Studio(folder, "127.0.0.1", 0, null, Compute.with(1), Main.class, FAULTS::add);
        browser = new Browserless(studio.port());
    }

    @AfterAll
    static void close() {
        browser.close();
        studio.close();
    }

    @AfterEach
    void nothingWasUnexpected() {
        List<Throwable> faults = List.copyOf(FAULTS);
        FAULTS.clear();
        assertThat(faults).isEmpty();
    }

    private static JsonNode run(String name) throws IOException, InterruptedException {
        for (JsonNode run : browser.get("/api/runs")) {
            if (run.get("name").asString().equals(name)) {
                return run;
            }
        }
        throw new AssertionError("there is no run " + name);
    }

    @Test
    void thePageIsSmallAndLoadsNothingElse() throws Exception {
        String page = browser.ask("/").body();
        assertThat(page).contains("Scanline").doesNotContain("http://").doesNotContain("https://")
                .doesNotContain("<style");
        long bytes = 0;
        for (String file : ModuleContent.files(Studio.class, "scanline/lab/studio/page/", "")) {
            if (file.endsWith(".js") || file.endsWith(".css") || file.endsWith(".html") || file.endsWith(".svg")) {
                HttpResponse<String> response = browser
                        .ask(file.substring("scanline/lab/studio/page".length()).replace("index.html", ""));
                assertThat(response.statusCode()).as(file).isEqualTo(200);
                assertThat(response.headers().firstValue("ETag")).isPresent();
                bytes += response.body().length();
                if (!file.contains("uPlot") && !file.endsWith(".svg")) {
                    assertThat(response.body()).as(file).doesNotContain("http://").doesNotContain("https://");
                }
            }
        }
        assertThat(bytes).isBetween(50_000L, 250_000L);
    }

    @Test
    void cachedFilesAreNotSentAgain() throws Exception {
        String tag = browser.ask("/style.css").headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = browser.client().send(HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + studio.port() + "/style.css")).header("If-None-Match", tag)
                .build(), BodyHandlers.ofString());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void runsAreListedWithTheirResults() throws Exception {
        JsonNode finished = run("lstm");
        assertThat(finished.get("state").asString()).isEqualTo("FINISHED");
        assertThat(finished.get("testAccuracy").asDouble())
                .isEqualTo(new Run(folder.resolve("lstm")).result().testAccuracy());
        assertThat(finished.get("epochs").asInt()).isEqualTo(2);
        assertThat(finished.get("keys").get("model.hidden").asString()).isEqualTo("6");
        assertThat(finished.get("recipe").asString()).isEqualTo("lstm-rows");
        assertThat(run("sweep/seed=2").get("keys").get("seed").asString()).isEqualTo("2");
        JsonNode stopped = run("stopped");
        assertThat(stopped.get("state").asString()).isEqualTo("STOPPED");
        assertThat(stopped.get("epochsDone").asInt()).isEqualTo(1);
        assertThat(stopped.get("testAccuracy").isNull()).isTrue();
    }

    @Test
    void aRunIsShownWithItsCurvesAndItsProvenance() throws Exception {
        JsonNode page = browser.get("/api/run", Map.of("run", "lstm"));
        assertThat(page.get("epochs")).hasSize(2);
        assertThat(page.get("losses").get("steps")).hasSize(24);
        assertThat(page.get("confusion")).hasSize(10);
        assertThat(page.get("provenance").get("seed").asInt()).isEqualTo(1);
        assertThat(page.get("problems")).isEmpty();
        JsonNode histograms = browser.get("/api/histograms", Map.of("run", "lstm"));
        JsonNode weights = histograms.get("weights/fc.weight");
        assertThat(weights.get("rows")).hasSize(2);
        double sum = 0;
        for (JsonNode count : weights.get("rows").get(0).get("counts")) {
            sum += count.asDouble();
        }
        assertThat(sum).isBetween(59.0, 61.0);
    }

    @Test
    void aModelIsShownLayerByLayer() throws Exception {
        JsonNode model = browser.get("/api/layers", Map.of("run", "lstm"));
        assertThat(model.get("layers")).hasSize(3);
        assertThat(model.get("layers").get(0).get("formula").asString()).contains("c = f c' + i g");
        String page = model.get("layers").get(0).get("page").asString();
        assertThat(browser.ask("/" + page).body()).startsWith("# ");
    }

    @Test
    void brokenAndIncompleteRunsAreShownAsSuch() throws Exception {
        Path other = Files.createDirectories(folder.resolve("broken"));
        Files.createDirectories(other.resolve("no-recipe"));
        Files.writeString(other.resolve("no-recipe").resolve("provenance.json"), "{}");
        copy("lstm", "broken/cut-metrics", "metrics.csv", text -> text.substring(0, text.length() - 30));
        copy("lstm", "broken/cut-result", "result.json", text -> text.substring(0, 40));
        copy("lstm", "broken/no-json", "provenance.json", _ -> "\u0000\u0001");
        copy("lstm", "broken/strange-recipe", "recipe.yaml", _ -> "[1, 2");
        copy("lstm", "broken/another-version", "recipe.yaml",
                text -> text.replace("epochs:", "unknown.key: 1\nepochs:"));
        Path made = other.resolve("another-version/provenance.json");
        Files.writeString(made, Files.readString(made).replace("\"recipe\"", "\"plan\"")); // it did not record its recipe so
        copy("lstm", "broken/edited", "recipe.yaml", text -> text.replaceFirst("epochs: ", "epochs: 1"));
        assertThat(run("broken/edited").get("problem").asString())
                .contains("has changed since the run began: epochs was ");
        for (String name : List.of("no-recipe", "cut-metrics", "cut-result", "no-json", "strange-recipe")) {
            JsonNode run = run("broken/" + name);
            assertThat(run.get("state").asString()).as(name).isEqualTo("BROKEN");
            assertThat(run.get("problem").asString()).as(name).isNotEmpty();
            assertThat(browser.get("/api/run", Map.of("run", "broken/" + name)).get("problems")).isNotEmpty();
        }
        // One that another version wrote is read as far as it can be; its model cannot be built, which is said in a line.
        assertThat(run("broken/another-version").get("state").asString()).isEqualTo("FINISHED");
        HttpResponse<String> read = browser.send("/api/read", Map.of("run", "broken/another-version", "number", 1));
        assertThat(read.statusCode()).isEqualTo(422);
        assertThat(read.body()).contains("unknown key unknown.key");
    }

    private interface Change {
        String of(String text);
    }

    private static void copy(String from, String to, String file, Change change) throws IOException {
        Path target = Files.createDirectories(folder.resolve(to));
        for (String name : List.of("recipe.yaml", "provenance.json", "metrics.csv", "result.json",
                "best.safetensors")) {
            Files.copy(folder.resolve(from).resolve(name), target.resolve(name));
        }
        Files.writeString(target.resolve(file), change.of(Files.readString(target.resolve(file))));
    }

    @Test
    void aMissingFolderHasNoRuns() throws Exception {
        try (Studio other = new Studio(folder.resolve("nothing"), "127.0.0.1", 0, null, Compute.with(1), Main.class,
                FAULTS::add);
                Browserless there = new Browserless(other.port())) {
            assertThat(there.get("/api/runs")).isEmpty();
            assertThat(there.get("/api/recipes").get(0).get("keys").get("epochs").asString()).isNotEmpty();
            assertThat(folder.resolve("nothing")).doesNotExist();
        }
    }

    @Test
    void aTestImageIsReadStepByStep() throws Exception {
        JsonNode reading = browser.post("/api/read", Map.of("run", "lstm", "number", 3));
        assertThat(reading.get("truth").get(0).asString()).isEqualTo("0");
        assertThat(reading.get("afterSteps")).hasSize(28);
        assertThat(reading.get("states")).hasSize(2);
        JsonNode h = reading.get("states").get(0).get("values").get("h");
        byte[] levels = Base64.getDecoder().decode(h.get("bytes").asString());
        assertThat(levels).hasSize(28 * 6);
        assertThat(h.get("least").asDouble()).isEqualTo(-h.get("most").asDouble());
        assertThat(reading.get("decided").asInt()).isBetween(1, 28);
    }

    @Test
    void aPredictionIsExplainedAtAStep() throws Exception {
        JsonNode reading = browser.post("/api/read", Map.of("run", "lstm", "number", 3));
        JsonNode early = browser.post("/api/saliency", Map.of("run", "lstm", "number", 3, "step", 10));
        JsonNode late = browser.post("/api/saliency", Map.of("run", "lstm", "number", 3));
        assertThat(late.get("names").get(0)).isEqualTo(reading.get("answer").get("names").get(0));
        byte[] levels = Base64.getDecoder().decode(early.get("gradient").get("bytes").asString());
        byte zero = (byte) Math.round(255 / 2.0);
        assertThat(levels).hasSize(28 * 28);
        for (int pixel = 10 * 28; pixel < 28 * 28; pixel++) {
            assertThat(levels[pixel]).isEqualTo(zero);
        }
        assertThat(late.get("gradient")).isNotEqualTo(early.get("gradient"));
        assertThat(browser.send("/api/saliency", Map.of("run", "lstm", "number", 3, "step", 0)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDrawingIsCenteredBeforeItIsRead() throws Exception {
        byte[] pixels = new byte[100 * 100];
        for (int y = 5; y < 45; y++) {
            Arrays.fill(pixels, y * 100 + 5, y * 100 + 12, (byte) 255);
        }
        JsonNode reading = browser.post("/api/read", Map.of("run", "lstm", "drawing",
                Map.of("height", 100, "width", 100, "pixels", Base64.getEncoder().encodeToString(pixels))));
        byte[] read = Base64.getDecoder().decode(reading.get("image").get("pixels").asString());
        assertThat(read).hasSize(28 * 28);
        assertThat(Byte.toUnsignedInt(read[14 * 28 + 14])).isEqualTo(255);
        assertThat(Byte.toUnsignedInt(read[2 * 28 + 14])).isZero();
    }

    @Test
    void concurrentPredictionsAreBitIdenticalToTheCommand() throws Exception {
        List<byte[]> images = new ArrayList<>();
        List<Prediction> expected = new ArrayList<>();
        try (Trained trained = Trained.open(folder.resolve("lstm").toString(), null, List.of(), Compute.with(2))) {
            Experiment experiment = trained.experiment();
            ImageSet test = experiment.dataset().test();
            for (int i = 0; i < 60; i++) {
                byte[] pixels = test.slice(i, i + 1).pixels();
                images.add(pixels);
                ImageSet one = new ImageSet(28, 28, pixels, new byte[1], 10);
                Evaluation.of(experiment, experiment.examples(one), (_, _, answer) -> expected
                        .add(Prediction.of("image", 0, one.contrast(0), answer, experiment.dataset().classNames())));
            }
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
            List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                byte[] image = images.get(i);
                requests.add(i % 2 == 0
                        ? () -> browser.send("/api/predict?run=lstm", "image/png", png(image))
                        : () -> browser.send("/api/predict", Map.of("run", "lstm", "images",
                                List.of(Map.of("height", 28, "width", 28, "pixels", base64(image))))));
            }
            List<Future<HttpResponse<String>>> answers = clients.invokeAll(requests);
            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<String> answer = answers.get(i).get();
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertSame(Browserless.parsed(answer.body()).get(0), expected.get(i));
            }
        }
        JsonNode together = browser.post("/api/predict", Map.of("run", "lstm", "images", images.stream()
                .map(image -> Map.of("height", 28, "width", 28, "pixels", base64(image))).toList()));
        IntStream.range(0, images.size()).forEach(i -> assertSame(together.get(i), expected.get(i)));
    }

    private static void assertSame(JsonNode answer, Prediction expected) {
        assertThat(answer.get("label").asString()).isEqualTo(expected.label());
        assertThat(answer.get("probability").asDouble()).isEqualTo(expected.probability());
        expected.probabilities()
                .forEach((label, p) -> assertThat(answer.get("probabilities").get(label).asDouble()).isEqualTo(p));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void base64MayHaveLineBreaks() throws Exception {
        byte[] png = png(new byte[28 * 28]);
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getMimeEncoder())) {
            HttpResponse<String> answer = browser.send("/api/predict", Map.of("run", "lstm", "images",
                    List.of(Map.of("file", encoder.encodeToString(png)))));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        HttpResponse<String> answer = browser.send("/api/predict", Map.of("run", "lstm", "images",
                List.of(Map.of("file", "100 %"))));
        assertThat(answer.body()).isEqualTo("{\"error\":\"the image is not valid base64\"}");
    }

    @Test
    void jpegsAreRejectedAsJpegs() throws Exception {
        byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};
        HttpResponse<String> named = browser.send("/api/predict?run=lstm", "image/jpeg", jpeg);
        assertThat(named.statusCode()).isEqualTo(415);
        assertThat(named.body()).isEqualTo("{\"error\":\"the body must be image/png or application/json; JPEG is not"
                + " decoded for requests: save the image as PNG\"}");
        assertThat(browser.send("/api/predict?run=lstm", "image/png", jpeg).body())
                .isEqualTo(
                        "{\"error\":\"the image is a JPEG file, which is not decoded for requests: save it as PNG\"}");
    }

    private static byte[] png(byte[] pixels) throws IOException {
        BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, 28, 28, pixels);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    @Test
    void mistakesAreShown() throws Exception {
        JsonNode found = examples(Map.of("run", "lstm", "kind", "mistakes"));
        assertThat(found.get("split").asString()).isEqualTo("TEST");
        long wrong = 10_000 - new Run(folder.resolve("lstm")).result().testCorrect();
        assertThat(found.get("total").asLong()).isEqualTo(wrong);
        double before = 1;
        for (JsonNode example : found.get("examples")) {
            assertThat(example.get("correct").asBoolean()).isFalse();
            assertThat(example.get("probability").asDouble()).isLessThanOrEqualTo(before);
            before = example.get("probability").asDouble();
        }
        JsonNode confusion = browser.get("/api/run", Map.of("run", "lstm")).get("confusion");
        JsonNode cell = examples(Map.of("run", "lstm", "kind", "cell", "truth", 4, "answer", 9));
        assertThat(cell.get("total").asInt()).isEqualTo(confusion.get(4).get(9).asInt());
        // Nobody is to choose by the test images.
        assertThat(examples(Map.of("run", "stopped", "kind", "unsure")).get("split").asString())
                .isEqualTo("VALIDATION");
    }

    private static JsonNode examples(Map<String, ?> query) throws Exception {
        for (JsonNode found = browser.get("/api/examples", query);; found = browser.get("/api/examples", query)) {
            if (found.get("progress") == null) {
                return found;
            }
            Thread.sleep(20);
        }
    }

    @Test
    void aRunWithoutWeightsIsNotAModel() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Files.copy(folder.resolve("lstm").resolve("recipe.yaml"), empty.resolve("recipe.yaml"));
        HttpResponse<String> response = browser.send("/api/read", Map.of("run", "empty", "number", 1));
        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.body()).contains("no weights yet");
    }

    @Test
    void requestsMustSendTheTokenIfThereIsOne() throws Exception {
        String token = "0123456789abcdefghij";
        try (Studio other = new Studio(folder, "127.0.0.1", 0, token, Compute.with(1), Main.class, FAULTS::add);
                Browserless there = new Browserless(other.port())) {
            assertThat(there.ask("/api/runs").statusCode()).isEqualTo(401);
            assertThat(there.ask("/api/runs?token=wrong").statusCode()).isEqualTo(401);
            HttpResponse<String> first = there.ask("/?token=" + token);
            assertThat(first.statusCode()).isEqualTo(303);
            String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict");
            HttpResponse<String> then = there.client().send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/api/runs"))
                    .header("Cookie", cookie.replaceFirst(";.*", "")).build(), BodyHandlers.ofString());
            assertThat(then.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anAddressInUseIsReported() {
        assertThatThrownBy(
                () -> new Studio(folder, "127.0.0.1", studio.port(), null, Compute.with(1), Main.class, FAULTS::add))
                .isInstanceOf(IOException.class).hasMessageContaining("cannot listen on 127.0.0.1:" + studio.port());
    }
}
