package scanline.lab.recipe;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.dataset.Datasets;
import scanline.data.plugin.PluginException;
import scanline.data.plugin.Plugins;
import scanline.data.plugin.Plugins.Added;

/** Puts plugins to use, after a check that what they add can be a choice of a recipe. */
public final class PluginChoices {
    /** The key of the data set, whose values are names rather than records. */
    private static final String DATA = "data";

    private PluginChoices() {}

    /**
     * Loads the plugins on the module path or class path, and those in a folder, and makes what they add choices of all recipes.
     *
     * @param folder the folder of jars; null for none
     * @throws PluginException if the folder has no plugin, a jar is broken, or a class cannot be a choice; its message names the
     *     jar and the class
     */
    public static void use(@Nullable Path folder) {
        Plugins plugins = Plugins.load(folder);
        if (!plugins.classes().isEmpty()) {
            require(plugins.classes());
        }
        Plugins.use(plugins);
    }

    private static void require(List<Added> classes) {
        Map<String, Class<?>> interfaces = Binding.choosing(Recipe.class);
        Map<String, String> taken = new HashMap<>();
        interfaces.forEach((key, type) -> Binding.ownChoices(type)
                .forEach(name -> taken.put(key + "=" + name, "is built in")));
        Datasets.builtIn().forEach(name -> taken.put(DATA + "=" + name, "is built in"));
        for (Added added : classes) {
            requireAccessible(added);
            List<String> choices;
            try {
                choices = choices(added, interfaces);
            } catch (PluginException e) {
                throw e;
            } catch (RuntimeException | LinkageError e) {
                throw new PluginException(added + " fails: " + (e.getCause() == null ? e : e.getCause()), e);
            }
            for (String choice : choices) {
                String other = taken.putIfAbsent(choice, "is that of " + added);
                if (other != null) {
                    throw invalid(added, "would be " + choice + ", which " + other + ": it needs another name");
                }
            }
        }
    }

    /** Returns what recipes say to choose a class, such as {@code model=gated}: one or several of these. */
    private static List<String> choices(Added added, Map<String, Class<?>> interfaces) {
        Class<?> type = added.type();
        Map<String, String> records = new HashMap<>();
        interfaces.forEach((key, implemented) -> {
            if (implemented.isAssignableFrom(type)) {
                records.put(key, Binding.name(type, implemented));
            }
        });
        records.forEach((key, name) -> requireRecord(added, key, name));
        List<String> sets = Datasets.namesIn(type);
        if (records.isEmpty() && sets.isEmpty()) {
            throw invalid(added, "cannot be a choice: it neither implements one of "
                    + interfaces.values().stream().map(Class::getSimpleName).sorted().collect(Collectors.joining(", "))
                    + " nor has a public constant that is a Dataset or a KnownSet");
        }
        return Stream.concat(
                records.entrySet().stream().map(record -> record.getKey() + "=" + record.getValue()),
                sets.stream().map(name -> DATA + "=" + name)).toList();
    }

    private static void requireAccessible(Added added) {
        for (Class<?> type = added.type(); type != null; type = type.getEnclosingClass()) {
            if (!Modifier.isPublic(type.getModifiers())) {
                throw invalid(added, "must be public");
            }
        }
        Module module = added.type().getModule();
        String name = added.type().getPackageName();
        if (!module.isExported(name, PluginChoices.class.getModule())) {
            throw invalid(added, "must be in a package that its module-info exports, so add `exports " + name + ";`");
        }
    }

    private static void requireRecord(Added added, String key, String name) {
        Class<?> type = added.type();
        if (!type.isRecord()) {
            throw invalid(added, "must be a record, because its components are the keys below " + key);
        }
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw invalid(added, "would be " + key + "=" + name + ": it needs a name of ASCII letters and digits");
        }
        try {
            Field defaults = type.getField("DEFAULT");
            if (!Modifier.isStatic(defaults.getModifiers()) || !type.isInstance(defaults.get(null))) {
                throw invalid(added, "must have a constant DEFAULT that is one of its instances");
            }
        } catch (NoSuchFieldException | IllegalAccessException _) {
            throw invalid(added, "lacks the public constant DEFAULT, which has the defaults of its keys");
        }
        try {
            Binding.requireReadable(key, type);
        } catch (IllegalArgumentException e) {
            throw invalid(added, "cannot be read from a recipe: " + e.getMessage());
        }
    }

    private static PluginException invalid(Added added, String reason) {
        return new PluginException(added + " " + reason);
    }

    /** Returns the choices of a recipe that plugins add, such as {@code model=gated}, by the jar of the plugin. */
    static Map<Plugins.Jar, List<String>> of(Recipe recipe) {
        Map<String, String> keys = recipe.keys();
        Map<Plugins.Jar, List<String>> choices = new LinkedHashMap<>();
        Plugins plugins = Plugins.current();
        plugins.classes().stream().filter(added -> Datasets.namesIn(added.type()).contains(recipe.data().name()))
                .forEach(added -> add(choices, added.jar(), DATA, keys));
        Binding.selected(recipe)
                .forEach((key, type) -> plugins.jar(type).ifPresent(jar -> add(choices, jar, key, keys)));
        return choices;
    }

    private static void add(Map<Plugins.Jar, List<String>> choices, Plugins.Jar jar, String key,
            Map<String, String> keys) {
        choices.computeIfAbsent(jar, _ -> new ArrayList<>()).add(key + "=" + keys.get(key));
    }

    /** Returns whether a choice of a run's recipe, such as {@code model=gated}, exists now. */
    public static boolean isAvailable(String choice) {
        int equals = choice.indexOf('=');
        if (equals < 0) {
            return true; // a damaged file; the recipe says what is wrong
        }
        String key = choice.substring(0, equals);
        String name = choice.substring(equals + 1);
        if (key.equals(DATA)) {
            return Datasets.names().contains(name);
        }
        Class<?> type = Binding.choosing(Recipe.class).get(key);
        return type == null || Binding.choices(type).containsKey(name); // a key below a choice exists with it
    }
}
