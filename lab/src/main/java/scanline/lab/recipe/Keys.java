package scanline.lab.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import scanline.data.base.Nearest;

/** The keys that were given for a recipe, with their values as text and their sources, and which of them were read. */
final class Keys {
    /** A value and its source: a line of a file, or the command line. Errors name the source. */
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

    /** Removes the keys below this one, such as {@code optimizer.rate} below {@code optimizer}. */
    void removeBelow(String key) {
        values.keySet().removeIf(other -> other.startsWith(key + "."));
    }

    /** Sets a key, and removes the keys of its old value, such as data.folder.size when data is no longer folder. */
    void put(String key, Value value) {
        Value old = values.put(key, value);
        if (old != null && !old.text().equals(value.text())) {
            removeBelow(key + "." + old.text());
        }
    }

    /** Returns whether any key below this one was given. */
    boolean hasBelow(String key) {
        return values.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
    }

    /**
     * Rejects keys that were given and that nothing has read.
     *
     * @param owners the selections that a key belongs to, such as {@code optimizer=adam}; none if it does not exist
     */
    void requireAllKnown(Function<String, List<String>> owners) {
        values.forEach((key, value) -> {
            if (!known.contains(key)) {
                throw new RecipeException(value.where() + ": " + reason(key, owners.apply(key)));
            }
        });
    }

    private String reason(String key, List<String> owners) {
        String renamed = RenamedKeys.find(key);
        if (renamed != null) {
            return key + " is now called " + renamed + "; `scanline migrate` renames it in runs and recipe files";
        }
        return owners.isEmpty()
                ? "unknown key " + key + Nearest.hint(key, known)
                : key + " belongs to " + String.join(", ", owners);
    }
}
