package scanline.lab.studio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.http.Observer;
import scanline.lab.http.Refusal;
import scanline.lab.http.Reply;
import scanline.lab.http.Request;
import scanline.lab.http.Routes;
import scanline.lab.http.Server;
import scanline.lab.insight.Reading;
import scanline.lab.insight.Saliency;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Run;
import scanline.lab.serve.PictureBody;
import scanline.lab.serve.Predictions;

/**
 * The web studio: a local server whose page shows runs while they train, compares them, and draws what a model does with an image.
 * {@code docs/studio.md} describes each path.
 */
public final class Studio implements AutoCloseable {
    private static final int LONGEST_BODY = 16 << 10;
    private static final int LONGEST_PICTURES = 4 << 20;
    private static final int MOST_PICTURES = 64;
    private static final int MOST_EVALUATED = 4;
    private static final int MOST_HEAVY = 2;
    private static final int HEAVY_SECONDS = 5;

    private final Runs runs;
    private final Events events = new Events();
    private final Watcher watcher;
    private final Workers workers;
    private final Models models = new Models();
    private final SequencedMap<String, Evaluated> evaluated = new LinkedHashMap<>(16, 0.75f, true);
    private final Semaphore heavy = new Semaphore(MOST_HEAVY);
    private final Server server;

    /** Work that may take much more memory than its request. */
    private interface Heavy<T> {
        T work() throws IOException;
    }

    /** The body of {@code POST /api/runs}. */
    record NewRun(String recipe, @Nullable List<String> overrides, @Nullable String name) {}

    /** The body of a request to stop or resume a run. */
    record NamedRun(String run) {}

    /** The body of {@code POST /api/read} and {@code /api/saliency}: the number of a test image, or a drawing; and a step. */
    record Picture(String run, @Nullable Integer number, @Nullable PictureBody drawing, @Nullable Integer step) {}

    /**
     * Starts a studio.
     *
     * @param folder the folder with the runs; it need not exist
     * @param host the host name or address to listen on
     * @param port the port to listen on; 0 for any free port
     * @param token the access token that clients must send; null if only this machine can connect
     * @param compute what a run that is started from the page is computed with
     * @param main the main class of the command line, which trains such a run
     * @param faults receives unexpected errors
     * @throws IOException if the address is in use, or does not belong to this machine
     */
    public Studio(Path folder, String host, int port, @Nullable String token, Compute compute, Class<?> main,
            Consumer<Throwable> faults) throws IOException {
        runs = new Runs(folder);
        workers = new Workers(runs, events, compute, main);
        Routes routes = new Routes();
        Assets.addTo(routes);
        addTo(routes);
        server = new Server(host, port, token, routes, faults, Observer.NONE);
        watcher = new Watcher(runs, events, faults);
    }

    /** The port that the studio listens on. */
    public int port() {
        return server.port();
    }

    private void addTo(Routes routes) {
        routes.get("/api/recipes", _ -> Reply.json(Recipes.names().stream().map(Studio::recipe).toList()));
        routes.get("/api/runs", _ -> Reply.json(runs.summaries()));
        routes.get("/api/run", request -> Reply.json(page(request)));
        routes.get("/api/histograms", request -> Reply.json(RunPage.histograms(run(request))));
        routes.get("/api/layers", request -> Reply.json(alone(() -> ModelPage.of(run(request)))));
        routes.get("/api/pictures", request -> Reply.json(pictures(request)));
        routes.get("/api/examples", request -> Reply.json(examples(request)));
        routes.get("/api/events", request -> events.from(request.header("Last-Event-ID").orElse("")));
        routes.post("/api/runs", this::train);
        routes.post("/api/stop", this::stop);
        routes.post("/api/resume", this::resume);
        routes.post("/api/read", this::read);
        routes.post("/api/saliency", this::saliency);
        routes.post("/api/predict", new Predictions("run", name -> models.visit(runs
                .find(name.orElseThrow(() -> new Refusal(400, "the request must have run")))))::answer);
    }

    private Run run(Request request) {
        return runs.find(request.required("run"));
    }

    private Map<String, Object> page(Request request) {
        Run run = run(request);
        return RunPage.of(run, runs.summary(request.required("run"), run));
    }

    /** Does heavy work, a few pieces at a time. */
    private <T> T alone(Heavy<T> heavyWork) throws IOException, InterruptedException {
        if (!heavy.tryAcquire(HEAVY_SECONDS, TimeUnit.SECONDS)) {
            throw Refusal.later(503, "too many requests at once", 1);
        }
        try {
            return heavyWork.work();
        } finally {
            heavy.release();
        }
    }

    private static Map<String, Object> recipe(String name) {
        Recipe recipe = Recipes.find(name, List.of());
        Map<String, String> keys = new LinkedHashMap<>();
        recipe.text().lines().forEach(line -> {
            int colon = line.indexOf(": ");
            keys.put(line.substring(0, colon), line.substring(colon + 2).replaceAll("^\"(.*)\"$", "$1"));
        });
        return Map.of("name", name, "about", recipe.about(), "source", recipe.source(), "keys", keys);
    }

    private Reply train(Request request) throws IOException {
        NewRun wanted = request.json(LONGEST_BODY, NewRun.class);
        List<String> overrides = wanted.overrides == null ? List.of() : wanted.overrides;
        if (wanted.recipe == null || overrides.stream().anyMatch(Objects::isNull)) {
            throw new Refusal(400, "the body must have recipe, and may have overrides and name");
        }
        return Reply.json(Map.of("run", workers.train(wanted.recipe, overrides,
                Optional.ofNullable(wanted.name).orElse(""))));
    }

    private NamedRun named(Request request) throws IOException {
        NamedRun named = request.json(LONGEST_BODY, NamedRun.class);
        if (named.run == null) {
            throw new Refusal(400, "the body must have run");
        }
        return named;
    }

    private Reply stop(Request request) throws IOException {
        NamedRun named = named(request);
        workers.stop(named.run, runs.find(named.run));
        return Reply.json(named);
    }

    private Reply resume(Request request) throws IOException {
        NamedRun named = named(request);
        workers.resume(named.run, runs.find(named.run));
        return Reply.json(named);
    }

    /** Test images of a run's data set. */
    private Map<String, Object> pictures(Request request) throws IOException, InterruptedException {
        int from = Math.max(0, request.number("from", 0));
        int count = Math.clamp(request.number("count", MOST_PICTURES), 1, MOST_PICTURES);
        return models.of(run(request)).ask(trained -> {
            Experiment experiment = trained.experiment();
            Examples test = experiment.examples(Split.TEST);
            Pictures pictures = test.pictures();
            List<String> classes = experiment.dataset().classNames();
            int all = test.count();
            return Map.of("height", pictures.height(), "width", pictures.width(), "total", all, "pictures",
                    IntStream.range(Math.min(from, all), Math.min(all, from + count))
                            .mapToObj(number -> Map.of("number", number, "labels",
                                    Evaluated.names(classes, pictures.answer(number)), "pixels",
                                    Evaluated.pixels(pictures, number)))
                            .toList());
        });
    }

    private Map<String, Object> examples(Request request) throws IOException {
        String name = request.required("run");
        Run run = runs.find(name);
        Models.requireWeights(run);
        return evaluated(name, run).examples(request.required("kind"), request.number("truth", -1),
                request.number("answer", -1));
    }

    private Evaluated evaluated(String name, Run run) throws IOException {
        synchronized (evaluated) {
            Evaluated known = evaluated.get(name);
            if (known == null || !known.isOf(run)) {
                if (known != null) {
                    known.close();
                }
                known = new Evaluated(run);
                evaluated.put(name, known);
                if (evaluated.size() > MOST_EVALUATED) {
                    evaluated.pollFirstEntry().getValue().close();
                }
            }
            return known;
        }
    }

    private static Picture picture(Request request) throws IOException {
        Picture picture = request.json(LONGEST_PICTURES, Picture.class);
        if (picture.run == null || picture.number == null == (picture.drawing == null)) {
            throw new Refusal(400, "the body must have run, and either number or drawing");
        }
        return picture;
    }

    private Reply read(Request request) throws IOException, InterruptedException {
        Picture picture = picture(request);
        return Reply.json(models.of(runs.find(picture.run)).ask(trained -> {
            Experiment experiment = trained.experiment();
            List<String> classes = experiment.dataset().classNames();
            Map<String, Object> json = ReadingJson.of(Reading.of(experiment, image(picture, experiment)), classes);
            if (picture.number != null) {
                json.put("truth", Evaluated.names(classes, experiment.testPictures().answer(picture.number)));
            }
            return json;
        }));
    }

    private Reply saliency(Request request) throws IOException, InterruptedException {
        Picture picture = picture(request);
        int step = picture.step == null ? Integer.MAX_VALUE : picture.step;
        if (step < 1) {
            throw new Refusal(400, "step must be at least 1");
        }
        return Reply.json(models.of(runs.find(picture.run)).ask(trained -> {
            Experiment experiment = trained.experiment();
            return ReadingJson.of(Saliency.of(experiment, image(picture, experiment), step),
                    experiment.dataset().classNames());
        }));
    }

    private static ImageSet image(Picture picture, Experiment experiment) throws IOException {
        if (picture.drawing != null) {
            return drawn(picture.drawing, experiment);
        }
        int number = picture.number == null ? 0 : picture.number;
        if (number < 0 || number >= experiment.examples(Split.TEST).count()) {
            throw new Refusal(404, "no such test image");
        }
        return experiment.testPictures().alone(number);
    }

    /** A drawing as the model's training images are: a single character is scaled and centered by its mass. */
    private static ImageSet drawn(PictureBody drawing, Experiment experiment) {
        int classes = experiment.input().classes();
        return experiment.isDrawn()
                ? drawing.picture(experiment.pictureSize(), classes, experiment.preparation())
                : drawing.centered(experiment.pictureSize(), classes);
    }

    @Override
    public void close() {
        watcher.close();
        server.close();
        workers.close();
        models.close();
        evaluated.values().forEach(Evaluated::close);
    }
}
