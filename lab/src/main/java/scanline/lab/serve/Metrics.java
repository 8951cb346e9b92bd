package scanline.lab.serve;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import scanline.lab.http.Observer;
import scanline.lab.http.Reply;

/** Counts requests and answers {@code GET /metrics} in the text format of Prometheus, version 0.0.4. */
final class Metrics implements Observer {
    /** The note of a request that names its model. */
    static final String MODEL = "model";
    /** The note of a request that has the number of its images. */
    static final String IMAGES = "images";

    private static final double[] SECONDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
            10};
    private static final double NANOS = 1e9;

    private final Set<String> paths;
    private final Collection<ModelSlot> slots;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> images = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> seconds = new ConcurrentSkipListMap<>();

    /**
     * Starts to count.
     *
     * @param paths the paths that are counted by name; all others are counted together
     */
    Metrics(Set<String> paths, Collection<ModelSlot> slots) {
        this.paths = paths;
        this.slots = slots;
    }

    @Override
    public void began() {
        inFlight.incrementAndGet();
    }

    @Override
    public void ended(Ended ended) {
        inFlight.decrementAndGet();
        String model = label(MODEL, Objects.toString(ended.notes().get(MODEL), ""));
        String path = model + "," + label("path", paths.contains(ended.path()) ? ended.path() : "other");
        requests.computeIfAbsent(path + "," + label("status", Integer.toString(ended.status())), _ -> new LongAdder())
                .increment();
        seconds.computeIfAbsent(path, _ -> new Histogram(SECONDS)).add(ended.nanos() / NANOS);
        if (ended.status() == 200 && ended.notes().get(IMAGES) instanceof Integer count) {
            images.computeIfAbsent(model, _ -> new LongAdder()).add(count);
        }
    }

    private static String label(String name, String value) {
        return name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    Reply reply() {
        return new Reply(200, "text/plain; version=0.0.4; charset=utf-8", text().getBytes(StandardCharsets.UTF_8),
                Map.of());
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        head(text, "scanline_requests_total", "counter", "Requests by model, path and status.");
        requests.forEach((labels, count) -> line(text, "scanline_requests_total", labels, count.sum()));
        head(text, "scanline_request_seconds", "histogram", "Time from the headers of a request to the end of its"
                + " answer.");
        seconds.forEach((labels, each) -> each.writeTo(text, "scanline_request_seconds", labels));
        head(text, "scanline_requests_in_flight", "gauge", "Requests that are being answered, this one included.");
        line(text, "scanline_requests_in_flight", "", inFlight.get());
        head(text, "scanline_images_total", "counter", "Images that were answered.");
        images.forEach((labels, count) -> line(text, "scanline_images_total", labels, count.sum()));
        perModel(text, "scanline_steps_total", "counter", "Steps of sequences that were read.",
                slot -> slot.counts().stepped());
        perModel(text, "scanline_queue_images", "gauge", "Images and steps that wait.", ModelSlot::waiting);
        head(text, "scanline_batch_images", "histogram", "Images in a batch.");
        slots.forEach(
                slot -> slot.counts().batches().writeTo(text, "scanline_batch_images", label(MODEL, slot.name())));
        perModel(text, "scanline_model_ready", "gauge", "Whether the model answers: 1 or 0.",
                slot -> slot.isReady() ? 1 : 0);
        perModel(text, "scanline_model_openings_total", "counter", "How often the model was opened or replaced.",
                slot -> slot.counts().openings());
        head(text, "scanline_heap_bytes", "gauge", "Java heap in use, garbage included.");
        line(text, "scanline_heap_bytes", "", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        head(text, "scanline_heap_after_collection_bytes", "gauge",
                "Java heap in use after the last garbage collection.");
        line(text, "scanline_heap_after_collection_bytes", "", afterCollection());
        return text.toString();
    }

    private void perModel(StringBuilder text, String name, String type, String help, ToLongFunction<ModelSlot> value) {
        head(text, name, type, help);
        slots.forEach(slot -> line(text, name, label(MODEL, slot.name()), value.applyAsLong(slot)));
    }

    private static long afterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .map(MemoryPoolMXBean::getCollectionUsage).mapToLong(usage -> usage.getUsed()).sum();
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ')
                .append(type).append('\n');
    }

    private static void line(StringBuilder text, String name, String labels, long value) {
        text.append(name).append(labels.isEmpty() ? "" : "{" + labels + "}").append(' ').append(value).append('\n');
    }
}
