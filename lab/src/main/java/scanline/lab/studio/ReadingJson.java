package scanline.lab.studio;

import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.lab.insight.Reading;
import scanline.lab.insight.Saliency;
import scanline.lab.model.BeamSearch.Followed;
import scanline.lab.task.Answer;

/**
 * Converts a {@link Reading} or a {@link Saliency} to JSON for the page. Long arrays of numbers that are only drawn are sent as
 * one byte per number, with the values that 0 and 255 stand for; probabilities are sent as numbers.
 */
final class ReadingJson {
    private static final Set<String> SIGMOIDS = Set.of("i", "f", "o", "r", "z");
    private static final int DIGITS = 100_000;

    private ReadingJson() {}

    /** A reading as maps, lists and numbers. */
    static Map<String, Object> of(Reading reading, List<String> classes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("classes", classes);
        json.put("image", image(reading));
        json.put("order", reading.order());
        json.put("features", reading.features());
        json.put("answer", answer(reading.answer(), classes));
        json.put("afterSteps", reading.afterSteps().stream().map(ReadingJson::rounded).toList());
        json.put("decided", reading.decided());
        json.put("states", reading.states().stream().map(ReadingJson::states).toList());
        json.put("attention", attention(reading.attention()));
        json.put("maps", reading.maps().stream().map(ReadingJson::maps).toList());
        json.put("writing", writing(reading.writing(), classes));
        return json;
    }

    /** A saliency map; no names stand for the end of an answer. */
    static Map<String, Object> of(Saliency saliency, List<String> classes) {
        return Map.of("names", Evaluated.names(classes, saliency.labels()), "gradient", signed(saliency.gradient()));
    }

    private static Map<String, Object> image(Reading reading) {
        return Map.of("height", reading.image().height(), "width", reading.image().width(), "pixels",
                base64(reading.image().pixels()));
    }

    private static Map<String, Object> answer(Answer answer, List<String> classes) {
        return Map.of("labels", answer.labels(), "names", IntStream.of(answer.labels()).mapToObj(classes::get).toList(),
                "probability", answer.probability(), "scores", answer.scores());
    }

    private static Map<String, Object> states(Reading.States states) {
        Map<String, Object> values = new LinkedHashMap<>();
        states.values().forEach((name, numbers) -> values.put(name,
                SIGMOIDS.contains(name) ? levels(numbers, 0, 1) : signed(numbers)));
        return Map.of("layer", states.layer(), "reverse", states.reverse(), "units", states.units(), "values", values);
    }

    private static @Nullable Map<String, Object> attention(Reading.@Nullable Attention attention) {
        return attention == null
                ? null
                : Map.of("readout", attention.readout() == null ? "" : attention.readout(), "tokens",
                        attention.tokens(),
                        "heads", attention.heads(), "blocks",
                        attention.blocks().stream().map(weights -> levels(weights, 0, largest(weights))).toList(),
                        "rollout", rounded(attention.rollout()));
    }

    private static Map<String, Object> maps(Reading.Maps maps) {
        return Map.of("layer", maps.layer(), "height", maps.height(), "width", maps.width(), "channels",
                maps.channels(), "values", levels(maps.values(), 0, largest(maps.values())));
    }

    private static @Nullable Map<String, Object> writing(Reading.@Nullable Writing writing, List<String> classes) {
        return writing == null
                ? null
                : Map.of("words", writing.words().stream().map(ReadingJson::rounded).toList(), "heads", writing.heads(),
                        "cross", levels(writing.cross(), 0, largest(writing.cross())), "own",
                        levels(writing.own(), 0, largest(writing.own())), "beam",
                        writing.beam().stream()
                                .map(paths -> paths.stream().map(path -> followed(path, classes)).toList()).toList());
    }

    private static Map<String, Object> followed(Followed path, List<String> classes) {
        return Map.of("labels", IntStream.of(path.labels()).mapToObj(classes::get).toList(), "probability",
                StrictMath.exp(path.logProbability()), "ended", path.ended());
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** Numbers on a scale that is symmetric about 0. */
    static Map<String, Object> signed(float[] values) {
        float most = largest(values);
        return levels(values, -most, most);
    }

    /** One byte per number: 0 for the least, 255 for the most. */
    private static Map<String, Object> levels(float[] values, float least, float most) {
        byte[] levels = new byte[values.length];
        float scale = most > least ? 255 / (most - least) : 0;
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Math.clamp(Math.round((values[i] - least) * scale), 0, 255);
        }
        return Map.of("least", least, "most", most, "bytes", base64(levels));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Rounds to the digits that a drawing needs. */
    private static double[] rounded(double[] values) {
        return Arrays.stream(values).map(value -> (double) Math.round(value * DIGITS) / DIGITS).toArray();
    }
}
