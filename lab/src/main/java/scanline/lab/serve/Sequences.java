package scanline.lab.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import scanline.data.base.UserException;
import scanline.lab.base.Json;
import scanline.lab.http.Refusal;
import scanline.lab.http.Request;
import scanline.lab.http.Streamed;
import scanline.lab.predict.PredictionStream;
import scanline.lab.serve.ServedModel.Visit;
import scanline.lab.task.Answer;
import scanline.lab.task.Prediction;

/**
 * Answers {@code POST /api/stream}: reads a sequence step by step and sends the answer after each step. The last event has the
 * state of the model, from which another request can continue.
 */
final class Sequences {
    private static final int LONGEST_BODY = 256 << 10;
    private static final int MOST = 64;
    private static final int MOST_SECONDS = 60;

    private final Function<Optional<String>, Visit> models;
    private final ScheduledExecutorService clock;
    private final Semaphore free = new Semaphore(MOST);

    /** The JSON body of a request. */
    record Body(@Nullable String model, float @Nullable [] @Nullable [] steps, @Nullable String state) {}

    /**
     * Creates the action of the path.
     *
     * @param models begins a request for the model of a name
     */
    Sequences(Function<Optional<String>, Visit> models, ScheduledExecutorService clock) {
        this.models = models;
        this.clock = clock;
    }

    Streamed answer(Request request) throws IOException {
        Body body = switch (request.type()) {
            case "text/csv" -> new Body(request.query(Metrics.MODEL).orElse(null), csv(request), null);
            case "application/json" -> request.json(LONGEST_BODY, Body.class);
            default -> throw new Refusal(415, "the body must be text/csv or application/json");
        };
        if (!free.tryAcquire()) {
            throw Refusal.later(503, "too many sequences at once", 1);
        }
        try {
            Visit visit = models.apply(Optional.ofNullable(body.model));
            try {
                request.note(Metrics.MODEL, visit.name());
                float[][] steps = checked(body.steps, visit.model().features());
                PredictionStream stream = opened(visit, body.state);
                return new Streamed((out, cut) -> write(out, cut, visit, stream, steps), () -> {
                    visit.close();
                    free.release();
                });
            } catch (RuntimeException e) {
                visit.close();
                throw e;
            }
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
    }

    private static float[][] csv(Request request) throws IOException {
        String text = new String(request.body(LONGEST_BODY), StandardCharsets.UTF_8);
        List<float[]> steps = new ArrayList<>();
        for (String line : text.split("\\R")) {
            if (!line.isBlank()) {
                String[] cells = line.split(",", -1);
                float[] step = new float[cells.length];
                for (int i = 0; i < cells.length; i++) {
                    try {
                        step[i] = Float.parseFloat(cells[i].strip());
                    } catch (NumberFormatException _) {
                        throw new Refusal(400, "step " + (steps.size() + 1) + " has something that is not a number");
                    }
                }
                steps.add(step);
            }
        }
        return steps.toArray(float[][]::new);
    }

    private static float[][] checked(float @Nullable [] @Nullable [] steps, int features) {
        if (steps == null || steps.length == 0) {
            throw new Refusal(400, "the body must have steps: a list of " + features + " values for each");
        }
        float[][] checked = new float[steps.length][];
        for (int i = 0; i < steps.length; i++) {
            float[] step = steps[i];
            if (step == null || step.length != features) {
                throw new Refusal(400, "step " + (i + 1) + " has " + (step == null ? 0 : step.length)
                        + " values, but the model reads " + features);
            }
            for (float value : step) {
                if (!(value >= 0 && value <= 255)) {
                    throw new Refusal(400, "step " + (i + 1) + " has a value that is not from 0 to 255");
                }
            }
            checked[i] = step;
        }
        return checked;
    }

    private static PredictionStream opened(Visit visit, @Nullable String state) {
        PredictionStream stream = visit.model().stream();
        if (state != null) {
            try {
                stream.restore(Base64.getDecoder().decode(state));
            } catch (IllegalArgumentException _) {
                throw new Refusal(400, "state is not valid base64");
            }
        }
        return stream;
    }

    private void write(OutputStream out, Runnable cut, Visit visit, PredictionStream stream, float[][] steps)
            throws IOException, InterruptedException {
        ScheduledFuture<?> end = clock.schedule(cut, MOST_SECONDS, TimeUnit.SECONDS); // the client may not read
        try {
            for (float[] step : steps) {
                event(out, "step", values(stream, visit.step(stream, step), visit.model().classNames()));
            }
            event(out, "state", Map.of("steps", stream.steps(), "state",
                    Base64.getEncoder().encodeToString(stream.state())));
        } catch (Refusal | UserException e) {
            event(out, "error", Map.of("error", String.valueOf(e.getMessage())));
        } finally {
            end.cancel(false);
        }
    }

    private static Map<String, Object> values(PredictionStream stream, Answer answer, List<String> names) {
        Prediction prediction = Prediction.of("", 0, Integer.MAX_VALUE, answer, names);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("step", stream.steps());
        values.put("label", prediction.label());
        values.put("labels", prediction.labels());
        values.put("probability", prediction.probability());
        values.put("probabilities", prediction.probabilities());
        return values;
    }

    private static void event(OutputStream out, String name, Object data) throws IOException {
        out.write(("event: " + name + "\ndata: " + Json.line(data) + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
