package scanline.lab.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.base.CommandProcess;
import scanline.lab.cli.Main;
import scanline.lab.experiment.Compute;

/** The studio as people meet it: in a browser. {@code ./build} installs what drives one; without it these tests are skipped. */
@Timeout(240)
class StudioBrowserTest {
    private static final Path DRIVER = Path.of("target", "browser");
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final double SLOW = 60_000;
    private static final String STRANGE = "rate=0.1, 50% #1?";
    private static final String SERIOUS = "serious|critical";

    @TempDir
    private static Path folder;

    private static Studio studio;
    private static Playwright playwright;
    private static Browser browser;
    private static String axe;

    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeAll
    static void open() throws IOException {
        Optional<Path> chromium = BROWSERS.stream().flatMap(name -> onPath(name).stream()).findFirst();
        Optional<Path> node = onPath("node");
        Path modules = DRIVER.resolve("node_modules");
        Assumptions.assumeTrue(
                chromium.isPresent() && node.isPresent() && Files.isDirectory(modules.resolve("axe-core")),
                "the studio is not tested in a browser: ./build prepares that where Chromium, Node and npm are");
        Path driver = Files.createDirectories(DRIVER.resolve("driver"));
        Files.deleteIfExists(driver.resolve("package"));
        Files.createSymbolicLink(driver.resolve("package"), modules.resolve("playwright-core").toAbsolutePath());
        System.setProperty("playwright.cli.dir", driver.toAbsolutePath().toString());
        axe = Files.readString(modules.resolve("axe-core").resolve("axe.min.js"));
        Path runs = folder.resolve("runs");
        SmallRuns.finished(runs.resolve("lstm"), "lstm-rows", "data.limit=7500", "data.validation=500", "batch=50",
                "model.hidden=48", "optimizer.rate=0.004");
        SmallRuns.finished(runs.resolve("gru"), "gru-rows-deep", "model.hidden=8", "optimizer=adam",
                "optimizer.rate=0.01");
        SmallRuns.stopped(runs.resolve("vit"), "vit", 15, "model.width=16", "model.depth=2", "model.heads=2",
                "model.headWidth=8", "model.mlp=16");
        SmallRuns.stopped(runs.resolve("cnn"), "cnn", 15, "model.channels=4", "model.hidden=12");
        SmallRuns.stopped(runs.resolve("digits"), "digit-sequence", 15, "data.limit=0", "data.canvas.train=200",
                "data.canvas.validation=20", "data.canvas.test=40", "model.width=16", "model.encoderDepth=1",
                "model.decoderDepth=1", "model.feedForward=16");
        SmallRuns.stopped(runs.resolve("labels"), "cnn-rnn", 15, "data.limit=0", "data.canvas.train=200",
                "data.canvas.validation=20", "data.canvas.test=40", "model.cnn.channels=4", "model.cnn.hidden=12");
        SmallRuns.stopped(runs.resolve("spaces"), "s5-pixels", 15, "model.channels=6", "model.layers=2",
                "model.layer.states=8", "data.shrink=2");
        SmallRuns.stopped(runs.resolve("sweep").resolve(STRANGE), "rnn-rows", 15, "model.hidden=4");
        Files.createDirectories(runs.resolve("half"));
        Files.writeString(runs.resolve("half").resolve("provenance.json"), "{}");
        studio = new Studio(runs, "127.0.0.1", 0, null, Compute.with(1), Main.class, fault -> {
            throw new IllegalStateException(fault);
        });
        playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_NODEJS_PATH", node.get().toString())));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(chromium.get())
                .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--no-first-run")));
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of)
                .map(place -> place.resolve(program)).filter(Files::isExecutable).findFirst();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
            playwright.close();
            studio.close();
        }
    }

    @AfterEach
    void theConsoleIsQuiet() {
        contexts.forEach(BrowserContext::close);
        assertThat(errors).isEmpty();
    }

    private Page page(int port, int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions().setViewportSize(width, height)
                .setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
        contexts.add(context);
        Page page = context.newPage();
        page.setDefaultTimeout(SLOW);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
        page.navigate("http://127.0.0.1:" + port + "/");
        return page;
    }

    private Page page(String view) {
        Page page = page(studio.port(), 1440, 900, ColorScheme.LIGHT);
        go(page, view);
        return page;
    }

    private static void go(Page page, String view) {
        page.evaluate("view => { location.hash = view; }", view);
        page.waitForFunction("view => decodeURI(location.hash).startsWith(view)", "#" + view.replaceFirst("\\?.*", ""));
    }

    private static LocatorAssertions soon(Locator locator) {
        return assertThat(locator);
    }

    private static LocatorAssertions.HasTextOptions slowly() {
        return new LocatorAssertions.HasTextOptions().setTimeout(SLOW);
    }

    private static void waitFor(Locator locator) {
        locator.first().waitFor();
    }

    private static void draw(Page page, double[][] stroke) {
        BoundingBox box = page.locator(".pad").boundingBox();
        page.mouse().move(box.x + stroke[0][0] * box.width, box.y + stroke[0][1] * box.height);
        page.mouse().down();
        for (double[] point : stroke) {
            page.mouse().move(box.x + point[0] * box.width, box.y + point[1] * box.height);
        }
        page.mouse().up();
    }

    @Test
    void aDrawingIsRecognized() {
        Page page = page("/look/lstm");
        draw(page, new double[][] {{.5, .15}, {.5, .3}, {.5, .5}, {.5, .7}, {.5, .85}});
        soon(page.locator(".prediction")).hasText("1", slowly());
        page.getByText("Clear", new Page.GetByTextOptions().setExact(true)).click();
        soon(page.locator(".hint")).isVisible();
        List<double[]> circle = new ArrayList<>();
        for (int i = 0; i <= 30; i++) {
            circle.add(new double[] {.5 + .2 * Math.cos(.21 * i), .5 + .32 * Math.sin(.21 * i)});
        }
        draw(page, circle.toArray(double[][]::new));
        soon(page.locator(".prediction")).hasText("0", slowly());
        page.locator(".pad").press("Backspace");
        soon(page.locator(".hint")).isVisible();
    }

    @Test
    void thePlayheadMovesBackAndForth() {
        Page page = page("/look/lstm?number=1");
        Locator where = page.locator(".transport .where");
        soon(where).hasText("step 28 of 28", slowly());
        Locator playhead = page.locator("#playhead");
        playhead.focus();
        playhead.press("ArrowLeft");
        soon(where).hasText("step 27 of 28");
        playhead.press("Home");
        soon(where).hasText("step 0 of 28");
        soon(page.getByText("Nothing is read yet.")).isVisible();
        String before = (String) page.evaluate("() => document.querySelector('.answer canvas').toDataURL()");
        playhead.press("ArrowRight");
        playhead.press("ArrowRight");
        soon(where).hasText("step 2 of 28");
        assertThat(page.evaluate("() => document.querySelector('.answer canvas').toDataURL()")).isNotEqualTo(before);
        soon(page.getByText(Pattern.compile("^After step 2: "))).isVisible();
        page.getByLabel("Play", new Page.GetByLabelOptions().setExact(true)).click();
        soon(page.getByLabel("Pause")).isVisible();
        soon(where).hasText("step 28 of 28", slowly());
        soon(page.getByLabel("Play", new Page.GetByLabelOptions().setExact(true))).isVisible();
        assertThat(page.locator(".heat").count()).isEqualTo(12);
        page.locator(".heat").first().scrollIntoViewIfNeeded();
        BoundingBox heat = page.locator(".heat").first().boundingBox();
        page.mouse().click(heat.x + heat.width / 2, heat.y + 5);
        soon(where).hasText(Pattern.compile("step 1[45] of 28"));
    }

    @Test
    void attentionIsOverlaidOnThePicture() {
        Page page = page("/look/vit?number=1");
        waitFor(page.locator(".overlay"));
        assertThat(page.locator(".overlay").count()).isEqualTo(3); // rollout, and two heads
        page.locator(".overlay").first().click();
        soon(page.getByText(Pattern.compile("^Attention from part \\d+ of 25 to the others"))).isVisible();
        page.getByLabel("Block").selectOption("0");
        assertThat(page.locator(".overlay").count()).isEqualTo(2);
    }

    @Test
    void eachDigitOfASequenceHighlightsItsAttention() {
        Page page = page("/look/digits?number=2");
        waitFor(page.locator(".words li"));
        int words = page.locator(".words li").count();
        assertThat(words).isBetween(1, 5);
        assertThat(page.locator(".words .overlay").count()).isEqualTo(words);
        page.locator(".words button").first().click();
        soon(page.locator(".transport .where")).hasText("word 1 of " + words);
    }

    @Test
    void aCnnShowsItsMapsAndACnnRnnItsPaths() {
        Page page = page("/look/cnn?number=2");
        waitFor(page.locator(".channels canvas"));
        assertThat(page.locator(".channels canvas").count()).isEqualTo(4 + 8);
        go(page, "/look/labels?number=2");
        waitFor(page.locator(".beam li li"));
        assertThat(page.locator(".beam li li").count()).isPositive();
    }

    @Test
    void aStateSpaceModelShowsItsEigenvaluesAndItsStates() {
        Page page = page("/run/spaces?tab=model");
        soon(page.locator(".spectra figure")).hasCount(2, new LocatorAssertions.HasCountOptions().setTimeout(SLOW));
        soon(page.getByText("Circles: before training. Dots: the best weights.")).isVisible();
        assertThat(page.getByLabel("4 eigenvalues of layers.0.seq in the unit circle").count()).isEqualTo(1);
        assertThat(page.getByLabel("Impulse responses of 6 channels of layers.1.seq").count()).isEqualTo(1);
        go(page, "/look/spaces?number=2");
        soon(page.locator(".transport .where")).hasText("step 196 of 196", slowly());
        assertThat(page.locator(".heats .heat").count()).isEqualTo(4);
    }

    @Test
    void thePredictionIsExplainedWhereThePlayheadRests() {
        Page page = page("/look/lstm?number=1");
        Locator text = page.locator(".panel", new Page.LocatorOptions().setHasText("Saliency")).locator("p");
        soon(text).containsText("after step 28: more light");
        page.locator("#playhead").fill("12");
        soon(text).containsText("after step 12: more light");
        page.locator("#playhead").fill("0");
        soon(text).hasText("There is no saliency map before the first step.");
        go(page, "/look/cnn?number=2");
        soon(text).containsText("more light in a warm pixel");
    }

    @Test
    void twoModelsReadTheSamePicture() {
        Page page = page("/look/lstm?number=1");
        waitFor(page.locator(".prediction"));
        page.getByText("Compare with another model").click();
        soon(page.locator(".prediction")).hasCount(2);
        page.getByLabel("Model").nth(1).selectOption("cnn");
        waitFor(page.locator(".column:nth-child(2) .channels canvas"));
        assertThat(page.url()).contains("beside=cnn").contains("number=1");
        page.getByText("Remove").click();
        soon(page.locator(".prediction")).hasCount(1);
    }

    @Test
    void runsAreFilteredSortedAndCompared() {
        Page page = page("/");
        Locator rows = page.locator(".runs tbody tr");
        soon(rows.first()).isVisible();
        int all = rows.count();
        page.getByLabel("Filter runs").fill("model.hidden=48");
        soon(rows).hasCount(1);
        page.getByLabel("Filter runs").fill("");
        page.getByLabel("State").selectOption("BROKEN");
        soon(rows).hasCount(1);
        soon(page.getByText("recipe.yaml is missing")).isVisible();
        page.getByLabel("State").selectOption("");
        soon(rows).hasCount(all);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Validation").setExact(true)).click();
        assertThat(page.locator("th[aria-sort]").textContent()).isEqualTo("Validation");
        soon(rows.first().locator("th a")).hasText("lstm");
        page.getByLabel("Select lstm").check();
        page.getByLabel("Select gru").check();
        page.getByText("Compare", new Page.GetByTextOptions().setExact(true)).click();
        soon(page.locator(".chart canvas")).hasCount(2, new LocatorAssertions.HasCountOptions().setTimeout(SLOW));
        soon(page.locator("table", new Page.LocatorOptions().setHasText("model.hidden"))).isVisible();
        String before = page.locator(".chart").first().getAttribute("data-points");
        page.getByLabel("lines").selectOption("validation");
        page.waitForFunction("before => document.querySelector('.chart').dataset.points !== before", before);
        page.getByLabel("scale").selectOption("linear");
        page.getByLabel("x-axis").selectOption("seconds");
        soon(page.locator(".chart canvas")).hasCount(2);
    }

    @Test
    void aRunMayHaveAnyName() {
        Page page = page("/");
        page.getByText("sweep/" + STRANGE).click();
        soon(page.locator("h1")).hasText("sweep/" + STRANGE, slowly());
        page.getByText("Weights").click();
        waitFor(page.locator(".ridges canvas"));
        page.getByText("Try it").click();
        soon(page.locator(".column select")).hasValue("sweep/" + STRANGE);
    }

    @Test
    void aCellOfTheConfusionMatrixOpens() {
        Page page = page("/run/lstm?tab=mistakes");
        waitFor(page.locator(".gallery canvas"));
        Locator cell = page.locator(".matrix td.incorrect button").first();
        String wanted = cell.getAttribute("aria-label"); // such as: 3 of class 0 predicted as 2
        cell.click();
        String[] words = wanted.split(" ");
        soon(page.locator(".found h2")).hasText(words[3] + " predicted as " + words[6], slowly());
        soon(page.locator(".gallery li")).hasCount(Math.min(60, Integer.parseInt(words[0].replace(",", ""))));
    }

    @Test
    void aRunIsStartedWatchedStoppedAndResumed() {
        Page page = page("/");
        page.getByText("Train a recipe").click();
        page.locator("#recipe").selectOption("lstm-rows");
        page.getByLabel("Run name").fill("from-the-page");
        change(page, 0, "epochs", "40");
        change(page, 1, "model.hidden", "16");
        change(page, 2, "data.limit", "1000");
        change(page, 3, "nothing", "1");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Train").setExact(true)).click();
        soon(page.locator("dialog .error")).hasText(Pattern.compile("nothing"));
        assertThat(errors).singleElement().asString().contains("422");
        errors.clear();
        page.getByLabel("Remove this key").nth(3).click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Train").setExact(true)).click();
        soon(page.locator(".head .state")).hasText("training", slowly());
        page.waitForFunction("() => Number(document.querySelector('.chart')?.dataset.points) > 3");
        String points = page.locator(".chart").first().getAttribute("data-points");
        page.waitForFunction("before => Number(document.querySelector('.chart').dataset.points) > Number(before) + 3",
                points);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop")).click();
        soon(page.locator(".head .state")).hasText("stopped", slowly());
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Resume")).click();
        soon(page.locator(".head .state")).hasText("training", slowly());
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop")).click();
        soon(page.locator(".head .state")).hasText("stopped", slowly());
    }

    private static void change(Page page, int at, String key, String value) {
        page.getByText("Change a key").click();
        page.getByLabel("Key", new Page.GetByLabelOptions().setExact(true)).nth(at).fill(key);
        page.getByLabel("Value").nth(at).fill(value);
    }

    @Test
    void aRunTrainedInAnotherTerminalIsShownLive() throws Exception {
        Page page = page("/");
        Process process = CommandProcess
                .of(Main.class, List.of("train", "lstm-rows", "model.hidden=8", "data.limit=3500",
                        "data.validation=500", "epochs=300", "--threads", "1", "--run",
                        folder.resolve("runs").resolve("elsewhere").toString()))
                .redirectErrorStream(true).redirectOutput(folder.resolve("elsewhere.log").toFile()).start();
        try {
            Locator row = page.locator("tr[data-run=elsewhere]");
            soon(row.locator(".state")).hasText("training", slowly());
            page.waitForFunction("() => document.querySelector('tr[data-run=elsewhere] progress')?.value > 0.01");
            double before = (double) page
                    .evaluate("() => document.querySelector('tr[data-run=elsewhere] progress').value");
            page.waitForFunction(
                    "before => document.querySelector('tr[data-run=elsewhere] progress').value > before", before);
            process.destroyForcibly().waitFor(); // a killed run is not taken for one that is trained
            soon(row.locator(".state")).hasText("stopped", slowly());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void withoutRunsTheFirstRecipeIsOffered() throws IOException {
        try (Studio empty = new Studio(folder.resolve("none"), "127.0.0.1", 0, null, Compute.with(1), Main.class,
                fault -> {
                    throw new IllegalStateException(fault);
                })) {
            Page page = page(empty.port(), 1440, 900, ColorScheme.LIGHT);
            page.getByText("Train lstm-rows").click();
            soon(page.locator("#recipe")).hasValue("lstm-rows");
            page.keyboard().press("Escape");
            soon(page.locator("dialog")).hasCount(0);
            go(page, "/look");
            soon(page.getByText("No trained model yet.")).isVisible();
            page.close();
        }
    }

    @Test
    void everythingWorksWithTheKeyboard() {
        Page page = page(studio.port(), 1440, 900, ColorScheme.LIGHT);
        soon(page.locator(".runs tbody tr").first()).isVisible();
        page.keyboard().press("Tab");
        assertThat(page.evaluate("() => document.activeElement.textContent")).isEqualTo("Skip to content");
        for (int i = 0; i < 80; i++) {
            page.keyboard().press("Tab");
            if (page.evaluate("() => document.activeElement.textContent").equals("lstm")) {
                page.keyboard().press("Enter");
                soon(page.locator("h1")).hasText("lstm", slowly());
                return;
            }
        }
        throw new AssertionError("the run was not reached by the keyboard");
    }

    @ParameterizedTest
    @CsvSource({"1440, 900, LIGHT", "1440, 900, DARK", "390, 844, LIGHT", "390, 844, DARK"})
    void everyViewIsAccessible(int width, int height, ColorScheme scheme) throws IOException {
        Page page = page(studio.port(), width, height, scheme);
        Path screens = Files.createDirectories(Path.of("target", "screens"));
        for (Map.Entry<String, String> view : List.of(Map.entry("/", ".runs tbody tr"),
                Map.entry("/run/lstm", ".chart canvas"), Map.entry("/run/lstm?tab=mistakes", ".gallery canvas"),
                Map.entry("/run/lstm?tab=weights", ".ridges canvas"), Map.entry("/run/lstm?tab=model", ".layers li"),
                Map.entry("/run/spaces?tab=model", ".spectra canvas"), Map.entry("/look/spaces?number=3", ".heat"),
                Map.entry("/run/lstm?tab=recipe", ".keys"), Map.entry("/run/half", ".problems"),
                Map.entry("/compare?run=lstm&run=gru", ".figures"), Map.entry("/look/lstm?number=3", ".heat"),
                Map.entry("/look/vit?number=3&beside=cnn", ".channels canvas"),
                Map.entry("/look/digits?number=3", ".words .overlay"), Map.entry("/look/labels?number=3", ".beam li"),
                Map.entry("/doc/kernels/recurrent.md", ".doc h1"))) {
            go(page, view.getKey());
            waitFor(page.locator(view.getValue()));
            page.waitForTimeout(150);
            String name = view.getKey().replaceAll("[^a-z]+", "-") + "-" + width + "-" + scheme;
            page.screenshot(new Page.ScreenshotOptions().setPath(screens.resolve(name + ".png")));
            assertThat(page.evaluate("() => document.documentElement.scrollWidth - innerWidth")).as(name)
                    .isEqualTo(0);
            assertThat(violations(page)).as(name).isEmpty();
        }
    }

    @Test
    void theDialogIsAccessible() {
        Page page = page("/");
        page.getByText("Train a recipe").click();
        page.getByText("Change a key").click();
        assertThat(violations(page)).isEmpty();
    }

    private static List<?> violations(Page page) {
        page.evaluate(axe + "; null");
        return (List<?>) page.evaluate(
                """
                        async serious => (await axe.run(document)).violations
                            .filter(each => new RegExp(serious).test(each.impact))
                            .map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`)
                        """,
                SERIOUS);
    }
}
