package scanline.data.plugin;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.lang.module.ResolvedModule;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.ModuleContent;

/** The plugins of this process, from the module path or class path and from a folder, and the classes that they add. */
public final class Plugins {
    /** The environment variable that names the folder where no option does. */
    public static final String VARIABLE = "SCANLINE_PLUGINS";
    private static final String ENDING = ".jar";
    private static final List<String> OWN = List.of("scanline.engine.", "scanline.data.", "scanline.lab.");
    private static final ClassLoader LOADER = Objects.requireNonNull(Plugins.class.getClassLoader());

    private static @Nullable Plugins current;

    private final @Nullable Path folder;
    private final List<Added> classes;

    private Plugins(@Nullable Path folder, List<Added> classes) {
        this.folder = folder;
        this.classes = List.copyOf(classes);
    }

    /**
     * The jar of a plugin.
     *
     * @param file its name, without its folder
     * @param sha256 the SHA-256 of its content; empty for a folder of classes
     */
    public record Jar(String file, String sha256) {}

    /**
     * A class that a plugin adds.
     *
     * @param type the class
     * @param jar the jar that it is from
     */
    public record Added(Class<?> type, Jar jar) {
        @Override
        public String toString() {
            return jar.file() + ": " + type.getName();
        }
    }

    /** Returns the plugins in use: those of the last {@link #use}, or else those on the module path or class path. */
    public static synchronized Plugins current() {
        Plugins plugins = current;
        if (plugins == null) {
            plugins = load(null);
            current = plugins;
        }
        return plugins;
    }

    /** Puts these plugins to use, instead of others. */
    public static synchronized void use(Plugins plugins) {
        current = plugins;
    }

    /**
     * Loads the plugins on the module path or class path, and those in a folder.
     *
     * @param folder a folder of jars, which become modules in a layer above that of this module, or, if this class is on
     *     a class path, a class path above it; null for none
     * @throws PluginException if the folder is missing or has no plugin, or if a jar cannot be used
     */
    public static Plugins load(@Nullable Path folder) {
        ModuleLayer own = Plugins.class.getModule().getLayer();
        if (folder == null) {
            return new Plugins(null, added(own == null ? ClassPathPlugins.of(LOADER) : inLayer(own)));
        }
        Path absolute = folder.toAbsolutePath();
        Map<String, ModuleReference> jars = jars(absolute);
        List<Plugin> plugins = own == null ? ClassPathPlugins.of(loader(jars)) : inLayer(layer(own, absolute, jars));
        if (jars.values().stream().allMatch(jar -> providers(jar.descriptor()).isEmpty())) {
            throw new PluginException(absolute + " has no plugin: none of its jars provides a "
                    + Plugin.class.getName());
        }
        return new Plugins(absolute, added(plugins));
    }

    /** The folder of the jars; empty if all plugins are on the module path or class path. */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** The classes that the plugins add. */
    public List<Added> classes() {
        return classes;
    }

    /** Returns the public constants of a type in the classes that the plugins add. */
    public <T> List<T> constants(Class<T> type) {
        return classes.stream().flatMap(added -> ModuleContent.constants(type, added.type())).toList();
    }

    /** Returns the jar of the plugin that a class belongs to, whether the plugin names the class or not. */
    public Optional<Jar> jar(Class<?> type) {
        return classes.stream().filter(added -> isOfSamePlugin(added.type(), type)).map(Added::jar).findFirst();
    }

    /** Returns the jar and the class of a plugin whose code failed; empty if the failure came from elsewhere. */
    public Optional<String> origin(Throwable failure) {
        return Arrays.stream(failure.getStackTrace()).map(StackTraceElement::getClassName)
                .takeWhile(name -> !isOwn(name))
                .flatMap(name -> classes.stream().filter(added -> isOfSamePlugin(added.type(), name))
                        .map(added -> added.jar().file() + ": " + name).limit(1))
                .findFirst();
    }

    private static boolean isOfSamePlugin(Class<?> added, String name) {
        try {
            return isOfSamePlugin(added, Class.forName(name, false, added.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError _) {
            return false;
        }
    }

    /** Returns whether a class is from the jar of a plugin's class, and not one of Scanline's in the same fat jar. */
    private static boolean isOfSamePlugin(Class<?> added, Class<?> type) {
        return !isOwn(type.getName()) && Place.of(added).equals(Place.of(type));
    }

    private static boolean isOwn(String className) {
        return OWN.stream().anyMatch(className::startsWith);
    }

    /** Returns the jars of a folder by the names of their modules. */
    private static Map<String, ModuleReference> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new PluginException((Files.exists(folder) ? "not a folder: " : "no such folder: ") + folder
                    + "; --plugins and " + VARIABLE + " name a folder of jars");
        }
        Map<String, ModuleReference> jars = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path jar : files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList()) {
                for (ModuleReference module : modules(jar)) {
                    ModuleReference other = jars.putIfAbsent(module.descriptor().name(), module);
                    if (other != null) {
                        throw new PluginException(jar.getFileName() + " and " + path(other).getFileName()
                                + " are both the module " + module.descriptor().name() + ": remove one from "
                                + folder);
                    }
                }
            }
        } catch (IOException e) {
            throw new PluginException(folder + ": " + e.getMessage(), e);
        }
        return jars;
    }

    private static Path path(ModuleReference jar) {
        return Path.of(jar.location().orElseThrow());
    }

    private static Set<ModuleReference> modules(Path jar) {
        try {
            return ModuleFinder.of(jar).findAll();
        } catch (FindException e) {
            Throwable reason = e;
            while (reason.getCause() != null) {
                reason = reason.getCause();
            }
            throw new PluginException(jar.getFileName() + " is not a jar that Java can use: " + reason.getMessage(),
                    e);
        }
    }

    private static ModuleLayer layer(ModuleLayer own, Path folder, Map<String, ModuleReference> jars) {
        ModuleFinder finder = ModuleFinder.of(jars.values().stream().map(Plugins::path).toArray(Path[]::new));
        jars.forEach((module, jar) -> {
            try {
                resolve(own, finder, Set.of(module));
            } catch (FindException | ResolutionException e) {
                throw new PluginException(path(jar).getFileName() + ": " + e.getMessage(), e);
            }
        });
        try {
            return own.defineModulesWithOneLoader(resolve(own, finder, jars.keySet()), LOADER);
        } catch (ResolutionException | LayerInstantiationException e) {
            throw new PluginException(folder + ": " + e.getMessage(), e);
        }
    }

    /** Modules of this module's own layer, such as the engine, come first: a class must not exist twice. */
    private static Configuration resolve(ModuleLayer own, ModuleFinder finder, Set<String> modules) {
        return own.configuration().resolve(ModuleFinder.of(), finder, modules);
    }

    static List<String> providers(ModuleDescriptor module) {
        return module.provides().stream().filter(each -> each.service().equals(Plugin.class.getName()))
                .flatMap(each -> each.providers().stream()).toList();
    }

    private static List<Plugin> inLayer(ModuleLayer layer) {
        List<Plugin> plugins = new ArrayList<>();
        try {
            ServiceLoader.load(layer, Plugin.class).forEach(plugins::add);
        } catch (ServiceConfigurationError e) {
            throw unusable(layer, e);
        }
        return plugins;
    }

    private static ClassLoader loader(Map<String, ModuleReference> jars) {
        List<URL> places = new ArrayList<>();
        for (ModuleReference jar : jars.values()) {
            try {
                places.add(path(jar).toUri().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
        return new URLClassLoader(places.toArray(URL[]::new), LOADER);
    }

    private static List<Added> added(List<Plugin> plugins) {
        Map<Place, Jar> jars = new HashMap<>(); // so that each is read once
        Map<Jar, List<Plugin>> byJar = new TreeMap<>(Comparator.comparing(Jar::file).thenComparing(Jar::sha256));
        for (Plugin plugin : plugins) {
            Jar jar = jars.computeIfAbsent(Place.of(plugin.getClass()), Place::jar);
            byJar.computeIfAbsent(jar, _ -> new ArrayList<>()).add(plugin);
        }
        List<Added> added = new ArrayList<>();
        byJar.forEach((jar, from) -> from
                .forEach(plugin -> choices(plugin, jar).forEach(choice -> added.add(new Added(choice, jar)))));
        return added;
    }

    private static List<Class<?>> choices(Plugin plugin, Jar jar) {
        String name = jar.file() + ": " + plugin.getClass().getName();
        List<Class<?>> choices;
        try {
            choices = List.copyOf(plugin.choices());
        } catch (RuntimeException | LinkageError e) {
            throw new PluginException(name + " fails: " + e, e);
        }
        if (choices.isEmpty()) {
            throw new PluginException(name + " adds no class");
        }
        return choices;
    }

    /** Returns the error for a provider that cannot be created; the message of its cause has the name of the class. */
    private static PluginException unusable(ModuleLayer layer, ServiceConfigurationError e) {
        String message = String.valueOf(e.getMessage());
        Throwable cause = e.getCause();
        for (ResolvedModule module : Stream.concat(Stream.of(layer), layer.parents().stream())
                .flatMap(each -> each.configuration().modules().stream()).toList()) {
            for (String provider : providers(module.reference().descriptor())) {
                if (message.contains(provider)) {
                    return new PluginException(Place.of(module).file() + ": " + (cause == null
                            ? message.replaceFirst(".*?: ", "")
                            : provider + " fails: " + cause), e);
                }
            }
        }
        return new PluginException(message, e);
    }
}
