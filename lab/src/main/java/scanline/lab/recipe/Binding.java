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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import scanline.data.base.ModuleContent;
import scanline.data.base.Nearest;
import scanline.data.plugin.Plugins;
import scanline.engine.file.Excerpt;
import scanline.lab.recipe.Keys.Value;

/**
 * Converts keys to records and back. A component of a record is a key below the record's own key; a component named
 * {@code name} is the record's own key. Where a component's type is an interface, the key's value selects one of its
 * records by name: the class name in lower case, without the interface's name at its end. A key that is not given has its
 * default: that of the selected record's constant {@code DEFAULT}, or else that of the enclosing defaults. An optional
 * record is present if any of its keys is given.
 */
final class Binding {
    private static final Set<Class<?>> SCALARS = Set.of(int.class, long.class, double.class, boolean.class,
            String.class);

    private static final ClassValue<Map<String, Class<?>>> OWN_CHOICES = new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> type) {
            Map<String, Class<?>> choices = new TreeMap<>();
            ModuleContent.records(type, type.getPackageName())
                    .forEach(choice -> choices.put(name(choice, type), choice));
            return choices;
        }
    };

    private Binding() {}

    /**
     * Builds the record that the keys describe.
     *
     * @param prefix the common prefix of its keys, with a dot at its end, or empty
     * @param defaults a record of the same type with the values of all keys that are not given
     */
    static <R> R bind(Class<R> type, String prefix, Keys keys, Object defaults) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            values[i] = value(component, key(prefix, component), keys, get(component, defaults));
        }
        try {
            return type
                    .getConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new))
                    .newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException invalid) {
                throw new RecipeException(prefix + invalid.getMessage());
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " needs a public canonical constructor", e);
        }
    }

    /** Returns the keys of a record, with their values as text. */
    static Map<String, String> keys(Record values) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys(keys, "", values);
        return keys;
    }

    /**
     * Returns the records that implement an interface, by their names: those in the package of the interface, and those
     * that plugins add.
     */
    static Map<String, Class<?>> choices(Class<?> type) {
        Map<String, Class<?>> choices = new TreeMap<>(OWN_CHOICES.get(type));
        Plugins.current().classes().stream().map(Plugins.Added::type).filter(type::isAssignableFrom)
                .forEach(choice -> choices.putIfAbsent(name(choice, type), choice));
        return choices;
    }

    /** Returns the names of the records in the package of an interface that implement it. */
    static Set<String> ownChoices(Class<?> type) {
        return OWN_CHOICES.get(type).keySet();
    }

    /** Returns the keys of a record that select one of several records, with the interface that these implement. */
    static Map<String, Class<?>> choosing(Class<?> type) {
        Map<String, Class<?>> choosing = new LinkedHashMap<>();
        choosing(choosing, "", type);
        return choosing;
    }

    private static void choosing(Map<String, Class<?>> choosing, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> inner = component.getType();
            if (inner.isInterface()) {
                choosing.put(key(prefix, component), inner);
            } else if (inner.isRecord()) {
                choosing(choosing, key(prefix, component) + ".", inner);
            }
        }
    }

    /** Returns the records that a record's keys select, by key. */
    static Map<String, Class<?>> selected(Record values) {
        Map<String, Class<?>> selected = new LinkedHashMap<>();
        selected(selected, "", values);
        return selected;
    }

    private static void selected(Map<String, Class<?>> selected, String prefix, Record values) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            Object value = get(component, values);
            if (component.getType().isInterface()) {
                selected.put(key(prefix, component), value.getClass());
            }
            if (value instanceof Record nested) {
                selected(selected, key(prefix, component) + ".", nested);
            }
        }
    }

    /**
     * Checks that a record which is to be a choice can be read from keys: it is bound to the keys that it has itself.
     *
     * @param key the key that selects it
     * @throws IllegalArgumentException if a component has a type that no key can have; its message names the component
     */
    static void requireReadable(String key, Class<?> choice) {
        for (RecordComponent component : choice.getRecordComponents()) {
            Class<?> type = component.getType();
            if (!SCALARS.contains(type) && !type.isEnum() && !type.isRecord() && !type.isInterface()
                    && type != Optional.class) {
                throw new IllegalArgumentException(component.getName() + " is of the type " + type.getSimpleName()
                        + ", but a key can only be int, long, double, boolean, String, an enum, a record, or an"
                        + " interface of records");
            }
            if (type.isRecord()) {
                requireReadable(key + "." + component.getName(), type);
            }
        }
        String prefix = key + ".";
        Map<String, String> keys = new LinkedHashMap<>();
        Object values = defaults(choice);
        keys(keys, prefix, values);
        bind(choice, prefix, new Keys(keys.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> new Value(each.getValue(), "DEFAULT")))), values);
    }

    /**
     * Returns whether a key selects one of several records.
     *
     * @param type a record whose keys start with the prefix
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
     * Returns the selections that a key belongs to, such as {@code optimizer=adam} and {@code optimizer=adamw}; none for
     * a key that does not exist, or that exists with every selection.
     *
     * @param type a record whose keys start with the prefix
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

    /** Returns whether a record whose keys start with the prefix has a key, with some selection or without any. */
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
            if (value instanceof Optional<?> optional) {
                optional.ifPresent(present -> keys(keys, key + ".", present));
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

    private static Object value(RecordComponent component, String key, Keys keys, Object otherwise) {
        Class<?> type = component.getType();
        if (type == Optional.class) {
            Class<?> inner = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
            boolean given = keys.hasBelow(key) || (hasOwnKey(inner) && keys.find(key) != null);
            return given ? Optional.of(bind(inner, key + ".", keys, defaults(inner))) : Optional.empty();
        }
        if (type.isRecord()) {
            return bind(type, key + ".", keys, otherwise);
        }
        Value given = keys.find(key);
        if (given == null) {
            return type.isInterface() ? bind(otherwise.getClass(), key + ".", keys, otherwise) : otherwise;
        }
        if (type.isInterface()) {
            Class<?> choice = choose(key, given, choices(type));
            return bind(choice, key + ".", keys, defaults(choice));
        }
        return scalar(type, key, given);
    }

    /** Returns whether a component of a record is the record's own key. */
    private static boolean hasOwnKey(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).anyMatch(component -> component.getName().equals("name"));
    }

    private static Object scalar(Class<?> type, String key, Value given) {
        String text = given.text().strip();
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
            throw invalid(key, given, type == double.class ? "a number" : "a whole number");
        }
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw invalid(key, given, "true or false");
            }
            return Boolean.valueOf(text);
        }
        Map<String, Object> constants = Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(
                constant -> constant.toString().toLowerCase(Locale.ROOT), constant -> constant, (a, _) -> a,
                TreeMap::new));
        return choose(key, given, constants);
    }

    private static double finite(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static <T> T choose(String key, Value given, Map<String, T> choices) {
        T choice = choices.get(given.text().strip());
        if (choice == null) {
            throw invalid(key, given, "one of " + String.join(", ", choices.keySet())
                    + Nearest.hint(given.text(), choices.keySet()));
        }
        return choice;
    }

    private static RecipeException invalid(String key, Value given, String expected) {
        return new RecipeException(
                given.where() + ": " + key + " is " + Excerpt.quoted(given.text()) + ", but must be " + expected);
    }

    private static String key(String prefix, RecordComponent component) {
        return component.getName().equals("name")
                ? prefix.substring(0, prefix.length() - 1)
                : prefix + component.getName();
    }

    /** Returns the name of a record among those of an interface; empty if it is called like the interface. */
    static String name(Class<?> choice, Class<?> type) {
        String name = choice.getSimpleName();
        return (name.endsWith(type.getSimpleName())
                ? name.substring(0, name.length() - type.getSimpleName().length())
                : name).toLowerCase(Locale.ROOT);
    }

    private static Object defaults(Class<?> choice) {
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
