package scanline.lab.recipe;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.Excerpt;
import scanline.lab.base.ModuleContent;
import scanline.lab.base.Nearest;
import scanline.lab.model.Model;
import scanline.lab.recipe.Keys.Value;

/**
 * Between keys and records, both ways. A component of a record is a key below the record's own; a component called
 * {@code name} is the record's own key. Where a component's type is an interface, the key's value chooses one of its
 * records by name: that of the class in lower case, without the interface's name at its end. An optional record is there if
 * any of its keys is, and takes those that are not from its constant {@code DEFAULT}.
 */
final class Binding {
    private Binding() {}

    /**
     * The record that the keys describe.
     *
     * @param prefix what its keys begin with, a dot at its end, or nothing
     * @param defaults where values come from that no key states; null if every key must be stated
     */
    static <R> R bind(Class<R> type, String prefix, Keys keys, @Nullable Object defaults) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            values[i] = value(component, key(prefix, component), keys,
                    defaults == null ? null : get(component, defaults));
        }
        try {
            return type
                    .getConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new))
                    .newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw new RecipeException(prefix + wrong.getMessage());
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " needs a public canonical constructor", e);
        }
    }

    /** The keys of a record, with their values as text. */
    static Map<String, String> keys(Record values) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys(keys, "", values);
        return keys;
    }

    /** The records that a component of an interface type can be, by their names. */
    static Map<String, Class<?>> choices(Class<?> type) {
        List<Class<?>> classes = type.isSealed()
                ? List.of(type.getPermittedSubclasses())
                : ModuleContent.records(type, Model.class.getPackageName());
        Map<String, Class<?>> choices = new TreeMap<>();
        for (Class<?> choice : classes) {
            choices.put(name(choice, type), choice);
        }
        return choices;
    }

    /**
     * Whether a key chooses between several records.
     *
     * @param type a record whose keys begin with the prefix
     */
    static boolean isChoice(Class<?> type, String prefix, String key) {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> inner = component.getType();
            String at = key(prefix, component);
            if (inner.isInterface() && key.equals(at)) {
                return true;
            }
            if (key.startsWith(at + ".") && (inner.isInterface() || inner.isRecord())) {
                Collection<Class<?>> records = inner.isInterface() ? choices(inner).values() : List.of(inner);
                return records.stream().anyMatch(record -> isChoice(record, at + ".", key));
            }
        }
        return false;
    }

    /**
     * The choices that a key belongs to, such as {@code optimizer=adam} and {@code optimizer=adamw}; none for a key
     * that does not exist, or exists whatever is chosen.
     *
     * @param type a record whose keys begin with the prefix
     */
    static List<String> owners(Class<?> type, String prefix, String key) {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> inner = component.getType();
            String at = key(prefix, component);
            if (inner.isInterface() && key.startsWith(at + ".")) {
                return choices(inner).entrySet().stream().filter(choice -> has(choice.getValue(), at + ".", key))
                        .flatMap(choice -> {
                            List<String> deeper = owners(choice.getValue(), at + ".", key);
                            return (deeper.isEmpty() ? List.of(at + "=" + choice.getKey()) : deeper).stream();
                        }).toList();
            }
            if (inner.isRecord() && key.startsWith(at + ".")) {
                return owners(inner, at + ".", key);
            }
        }
        return List.of();
    }

    /** Whether a record whose keys begin with the prefix has a key, with some choice or without any. */
    private static boolean has(Class<?> type, String prefix, String key) {
        return Arrays.stream(type.getRecordComponents()).anyMatch(component -> {
            String at = key(prefix, component);
            Class<?> inner = component.getType();
            return key.equals(at) || (inner.isRecord() && has(inner, at + ".", key))
                    || (inner.isInterface()
                            && choices(inner).values().stream().anyMatch(one -> has(one, at + ".", key)));
        });
    }

    private static void keys(Map<String, String> keys, String prefix, Object values) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            String key = key(prefix, component);
            Object value = get(component, values);
            if (value instanceof Optional<?> maybe) {
                maybe.ifPresent(there -> keys(keys, key + ".", there));
            } else if (component.getType().isInterface()) {
                keys.put(key, name(value.getClass(), component.getType()));
                keys(keys, key + ".", value);
            } else if (value instanceof Record nested) {
                keys(keys, key + ".", nested);
            } else {
                keys.put(key, value instanceof Enum<?> choice
                        ? choice.name().toLowerCase(Locale.ROOT)
                        : value.toString());
            }
        }
    }

    private static Object value(RecordComponent component, String key, Keys keys, @Nullable Object otherwise) {
        Class<?> type = component.getType();
        if (type == Optional.class) {
            Class<?> inner = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
            return keys.saysBelow(key) ? Optional.of(bind(inner, key + ".", keys, usual(inner))) : Optional.empty();
        }
        if (type.isRecord()) {
            return bind(type, key + ".", keys, otherwise);
        }
        Value said = keys.find(key);
        if (said == null) {
            if (otherwise == null) {
                throw new RecipeException("the recipe lacks the key " + key);
            }
            return type.isInterface() ? bind(otherwise.getClass(), key + ".", keys, otherwise) : otherwise;
        }
        if (type.isInterface()) {
            Class<?> choice = choose(key, said, choices(type));
            // What the recipe's own text leaves out would be unstated; what the user chose instead has its usual values.
            return bind(choice, key + ".", keys, said.where().equals(Recipes.COMMAND_LINE) ? usual(choice) : null);
        }
        return scalar(type, key, said);
    }

    private static Object scalar(Class<?> type, String key, Value said) {
        String text = said.text().strip();
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            }
            if (type == long.class) {
                return Long.parseLong(text);
            }
            if (type == double.class) {
                return finite(text);
            }
            if (type == String.class) {
                return text;
            }
        } catch (NumberFormatException _) {
            throw wrong(key, said, type == double.class ? "a number" : "a whole number");
        }
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw wrong(key, said, "true or false");
            }
            return Boolean.valueOf(text);
        }
        Map<String, Object> constants = Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(
                constant -> constant.toString().toLowerCase(Locale.ROOT), constant -> constant, (a, _) -> a,
                TreeMap::new));
        return choose(key, said, constants);
    }

    private static double finite(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static <T> T choose(String key, Value said, Map<String, T> choices) {
        T choice = choices.get(said.text().strip());
        if (choice == null) {
            throw wrong(key, said, "one of " + String.join(", ", choices.keySet())
                    + Nearest.hint(said.text(), choices.keySet()));
        }
        return choice;
    }

    private static RecipeException wrong(String key, Value said, String expected) {
        return new RecipeException(
                said.where() + ": " + key + " is " + Excerpt.quoted(said.text()) + ", but must be " + expected);
    }

    private static String key(String prefix, RecordComponent component) {
        return component.getName().equals("name")
                ? prefix.substring(0, prefix.length() - 1)
                : prefix + component.getName();
    }

    private static String name(Class<?> choice, Class<?> type) {
        String name = choice.getSimpleName();
        return (name.endsWith(type.getSimpleName())
                ? name.substring(0, name.length() - type.getSimpleName().length())
                : name).toLowerCase(Locale.ROOT);
    }

    private static Object usual(Class<?> choice) {
        try {
            return choice.getField("DEFAULT").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(choice + " needs a public constant DEFAULT", e);
        }
    }

    private static Object get(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
