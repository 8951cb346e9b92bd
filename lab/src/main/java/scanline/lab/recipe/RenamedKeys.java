package scanline.lab.recipe;

import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Keys of older versions that have a new name. A recipe with an old name is rejected; {@code scanline migrate} renames it. */
public final class RenamedKeys {
    private static final Map<String, String> NEW = Map.ofEntries(Map.entry("data.deviation", "data.std"),
            Map.entry("data.canvas.smallest", "data.canvas.minSize"),
            Map.entry("data.canvas.largest", "data.canvas.maxSize"),
            Map.entry("data.canvas.least", "data.canvas.minImages"),
            Map.entry("data.canvas.most", "data.canvas.maxImages"),
            Map.entry("model.learnedState", "model.learnInitialState"),
            Map.entry("model.init.forget", "model.init.forgetBias"),
            Map.entry("model.init.longest", "model.init.maxTime"),
            Map.entry("model.init.deviation", "model.init.std"), Map.entry("model.beam", "model.beamWidth"),
            Map.entry("loss.smoothing", "loss.labelSmoothing"), Map.entry("schedule.least", "schedule.minimum"),
            Map.entry("schedule.every", "schedule.stepSize"), Map.entry("schedule.decay", "schedule.gamma"));

    private RenamedKeys() {}

    /** Returns the new name of a key, or null if it has not been renamed. */
    static @Nullable String find(String key) {
        return NEW.get(key);
    }

    /** Renames the keys in the text of a recipe; values, order and comments stay. */
    public static String inText(String text) {
        return text.lines().map(line -> rename(line, ':') + "\n").collect(Collectors.joining());
    }

    /** Renames the key of an override {@code key=value}; another word of a command stays as it is. */
    public static String inOverride(String word) {
        return rename(word, '=');
    }

    private static String rename(String text, char end) {
        int length = text.indexOf(end);
        String renamed = length < 0 ? null : NEW.get(text.substring(0, length).strip());
        return renamed == null ? text : renamed + text.substring(length);
    }
}
