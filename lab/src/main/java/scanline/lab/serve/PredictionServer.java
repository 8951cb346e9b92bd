package scanline.lab.serve;

import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import scanline.data.base.ModuleContent;
import scanline.lab.http.Observer;
import scanline.lab.http.Refusal;
import scanline.lab.http.Reply;
import scanline.lab.http.Request;
import scanline.lab.http.Routes;
import scanline.lab.http.Server;
import scanline.lab.serve.ServedModel.Visit;

/** A server of models without pages. {@code docs/serving.md} describes each path. */
public final class PredictionServer implements AutoCloseable {
    /** The largest number of requests of a client that are answered at the same time. */
    public static final int MOST_OF_A_CLIENT = 256;
    /** The longest time that a server waits for requests that it has accepted when it stops. */
    public static final int DRAIN_SECONDS = 30;

    private static final int WATCH_MILLIS = 1000;
    private static final String OPEN_API = "scanline/lab/serve/openapi.json";

    private final SequencedMap<String, ModelSlot> slots = new LinkedHashMap<>();
    private final ScheduledExecutorService clock = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("serve clock").factory());
    private final ScheduledExecutorService watch = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("serve watch").factory());
    private final Consumer<Throwable> faults;
    private final Routes routes = new Routes();
    private final Metrics metrics;
    private final @Nullable AccessLog log;
    private final Server server;

    /**
     * Where a server listens, and how it answers.
     *
     * @param host the host name or address to listen on
     * @param port the port to listen on; 0 for any free port
     * @param token the access token that clients must send; null if only this machine can connect
     * @param batching how requests are put together
     * @param accessLog receives a line of JSON for each request; null for none
     */
    public record Settings(String host, int port, @Nullable String token, Batching batching,
            @Nullable Writer accessLog) {}

    /**
     * Starts a server. It refuses requests for a model until {@link #load} has opened it.
     *
     * @param models the models by name
     * @param faults receives unexpected errors, and those of models that cannot be replaced
     * @throws IOException if the address is in use, or does not belong to this machine
     */
    public PredictionServer(SequencedMap<String, ? extends ModelSource> models, Settings settings,
            Consumer<Throwable> faults) throws IOException {
        this.faults = faults;
        models.forEach((name, source) -> slots.put(name, new ModelSlot(name, source, settings.batching())));
        addTo(routes);
        metrics = new Metrics(routes.methods().keySet(), slots.values());
        log = settings.accessLog() == null ? null : new AccessLog(settings.accessLog(), faults);
        server = new Server(settings.host(), settings.port(), settings.token(), routes, faults, observer(metrics, log));
        ScheduledFuture<?> _ = clock.scheduleWithFixedDelay(this::flush, WATCH_MILLIS, WATCH_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private static Observer observer(Observer metrics, @Nullable Observer log) {
        if (log == null) {
            return metrics;
        }
        return new Observer() {
            @Override
            public void began() {
                metrics.began();
                log.began();
            }

            @Override
            public void ended(Ended ended) {
                metrics.ended(ended);
                log.ended(ended);
            }
        };
    }

    private void addTo(Routes all) {
        Predictions predictions = new Predictions(Metrics.MODEL, name -> slot(name).visit());
        Sequences sequences = new Sequences(name -> slot(name).sequence(), clock);
        Clients clients = new Clients(MOST_OF_A_CLIENT);
        byte[] openApi = ModuleContent.bytes(PredictionServer.class, OPEN_API);
        all.post("/api/predict", clients.limited(predictions::answer));
        all.post("/api/stream", clients.limited(sequences::answer));
        all.post("/api/reload", this::reload);
        all.get("/api/models", _ -> Reply.json(slots.values().stream().map(PredictionServer::facts).toList()));
        all.get("/health", _ -> health());
        all.get("/metrics", _ -> metrics().reply());
        all.get("/openapi.json", _ -> new Reply(200, "application/json", openApi, Map.of()));
    }

    /** The methods of each path. */
    Routes routes() {
        return routes;
    }

    private Metrics metrics() {
        return metrics;
    }

    /** The port that the server listens on. */
    public int port() {
        return server.port();
    }

    /**
     * Opens every model, and from now on replaces each one whose weights change.
     *
     * @throws scanline.data.base.UserException if a model cannot be opened
     */
    public void load() throws IOException, InterruptedException {
        for (ModelSlot slot : slots.values()) {
            slot.openWarm();
        }
        ScheduledFuture<?> _ = watch.scheduleWithFixedDelay(this::replaceChanged, WATCH_MILLIS, WATCH_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void replaceChanged() {
        for (ModelSlot slot : slots.values()) {
            try {
                if (slot.hasChanged()) {
                    slot.openWarm();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // the server is closed
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                faults.accept(new IOException("model " + slot.name() + " was not replaced: " + e.getMessage(), e));
            }
        }
    }

    private void flush() {
        if (log != null) {
            log.flush();
        }
    }

    private ModelSlot slot(Optional<String> name) {
        String names = String.join(", ", slots.keySet());
        if (name.isEmpty() && slots.size() > 1) {
            throw new Refusal(400, "the request must have model: " + names);
        }
        ModelSlot slot = name.map(slots::get).orElse(name.isEmpty() ? slots.firstEntry().getValue() : null);
        if (slot == null) {
            throw new Refusal(404, "no such model; this server has " + names);
        }
        return slot;
    }

    private static Map<String, Object> facts(ModelSlot slot) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", slot.name());
        facts.put("ready", slot.isReady());
        if (slot.isReady()) {
            try (Visit visit = slot.visit()) {
                ImageModel model = visit.model();
                facts.put("classes", model.classNames());
                facts.put("height", model.pictureSize().height());
                facts.put("width", model.pictureSize().width());
                facts.put("features", model.features());
                facts.putAll(model.facts());
            }
        }
        return facts;
    }

    private Reply health() {
        Map<String, Object> models = new LinkedHashMap<>();
        slots.forEach((name, slot) -> models.put(name, slot.isReady() ? "ready" : "loading"));
        boolean ready = !models.containsValue("loading");
        Map<String, Object> health = new LinkedHashMap<>();
        health.put("status", ready ? "ready" : "loading");
        health.put("models", models);
        Reply reply = Reply.json(health);
        return ready ? reply : new Reply(503, reply.type(), reply.body(), Map.of("Retry-After", "1"));
    }

    private Reply reload(Request request) throws IOException, InterruptedException {
        List<ModelSlot> wanted = request.query(Metrics.MODEL).isPresent()
                ? List.of(slot(request.query(Metrics.MODEL)))
                : List.copyOf(slots.values());
        for (ModelSlot slot : wanted) {
            slot.reopen();
        }
        return Reply.json(Map.of("reloaded", wanted.stream().map(ModelSlot::name).toList()));
    }

    /** Refuses further requests, and ends when those that were accepted have been answered. */
    @Override
    public void close() {
        try {
            server.drain(DRAIN_SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends now
        }
        server.close();
        watch.shutdownNow();
        clock.shutdownNow();
        slots.values().forEach(ModelSlot::close);
        flush();
    }
}
