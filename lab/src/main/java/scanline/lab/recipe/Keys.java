package scanline.lab.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import scanline.lab.base.Nearest;

/** Keys with their values as text and where each was said, and which of them have been asked for. */
final class Keys {
    /** A value, and where it was said, for errors. */
    record Value(String text, String where) {}

    private final Map<String, Value> values;
    private final TreeSet<String> known = new TreeSet<>();

    Keys(Map<String, Value> values) {
        this.values = new LinkedHashMap<>(values);
    }

    @Nullable
    Value find(String key) {
        known.add(key);
        return values.get(key);
    }

    /** Forgets what was said below this key, such as {@code optimizer.rate} below {@code optimizer}. */
    void forgetBelow(String key) {
        values.keySet().removeIf(other -> other.startsWith(key + "."));
    }

    /** Says a key anew, and forgets what was said below its old value, such as data.folder.size when data is no folder any more. */
    void put(String key, Value value) {
        Value old = values.put(key, value);
        if (old != null && !old.text().equals(value.text())) {
            forgetBelow(key + "." + old.text());
        }
    }

    /** Whether anything was said below this key. */
    boolean saysBelow(String key) {
        return values.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
    }

    /**
     * Refuses keys that nothing has asked for.
     *
     * @param owners the choices that a key belongs to, such as {@code optimizer=adam}; none if it does not exist
     */
    void requireAllKnown(Function<String, List<String>> owners) {
        values.forEach((key, value) -> {
            if (!known.contains(key)) {
                List<String> others = owners.apply(key);
                throw new RecipeException(value.where() + ": " + (others.isEmpty()
                        ? "unknown key " + key + Nearest.hint(key, known)
                        : key + " belongs to " + String.join(", ", others)));
            }
        });
    }
}
