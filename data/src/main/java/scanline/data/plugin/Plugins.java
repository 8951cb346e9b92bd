package scanline.data.plugin;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.ModuleContent;
import scanline.data.base.Sha256;

/** The plugins of this process, from the module path and from a folder of jars, and the classes that they add. */
public final class Plugins {
    /** The environment variable that names the folder where no option does. */
    public static final String VARIABLE = "SCANLINE_PLUGINS";
    private static final String ENDING = ".jar";

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
     * @param sha256 the SHA-256 of its content; empty for a folder of classes on the module path
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

    /** Returns the plugins in use: those of the last call of {@link #use}, or else those on the module path. */
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
     * Loads the plugins on the module path, and those in a folder.
     *
     * @param folder a folder of jars, which become modules in a layer above that of this module; null for none
     * @throws PluginException if the folder is missing or has no plugin, or if a jar cannot be used
     */
    public static Plugins load(@Nullable Path folder) {
        ModuleLayer own = Plugins.class.getModule().getLayer();
        if (folder == null) {
            return new Plugins(null, added(own));
        }
        Path absolute = folder.toAbsolutePath();
        ModuleLayer layer = layer(own, absolute, jars(absolute));
        if (layer.modules().stream().allMatch(module -> providers(module).isEmpty())) {
            throw new PluginException(absolute + " has no plugin: none of its jars provides a "
                    + Plugin.class.getName());
        }
        return new Plugins(absolute, added(layer));
    }

    /** The folder of the jars; empty if all plugins are on the module path. */
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
        return classes.stream().filter(added -> added.type().getModule().equals(type.getModule())).map(Added::jar)
                .findFirst();
    }

    /** Returns the jar and the class of a plugin whose code failed; empty if the failure came from elsewhere. */
    public Optional<String> origin(Throwable failure) {
        Set<String> own = Set.of("scanline.lab", "scanline.data", "scanline.engine");
        return Arrays.stream(failure.getStackTrace())
                .takeWhile(frame -> frame.getModuleName() == null || !own.contains(frame.getModuleName()))
                .flatMap(frame -> classes.stream()
                        .filter(added -> added.type().getModule().getName().equals(frame.getModuleName()))
                        .map(added -> added.jar().file() + ": " + frame.getClassName()).limit(1))
                .findFirst();
    }

    /** Returns the jars of a folder by the names of their modules. */
    private static Map<String, Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new PluginException((Files.exists(folder) ? "not a folder: " : "no such folder: ") + folder
                    + "; --plugins and " + VARIABLE + " name a folder of jars");
        }
        Map<String, Path> jars = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path jar : files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList()) {
                for (ModuleReference module : modules(jar)) {
                    Path other = jars.putIfAbsent(module.descriptor().name(), jar);
                    if (other != null) {
                        throw new PluginException(jar.getFileName() + " and " + other.getFileName()
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

    private static ModuleLayer layer(ModuleLayer own, Path folder, Map<String, Path> jars) {
        ModuleFinder finder = ModuleFinder.of(jars.values().toArray(Path[]::new));
        jars.forEach((module, jar) -> {
            try {
                resolve(own, finder, Set.of(module));
            } catch (FindException | ResolutionException e) {
                throw new PluginException(jar.getFileName() + ": " + e.getMessage(), e);
            }
        });
        try {
            return own.defineModulesWithOneLoader(resolve(own, finder, jars.keySet()), Plugins.class.getClassLoader());
        } catch (ResolutionException | LayerInstantiationException e) {
            throw new PluginException(folder + ": " + e.getMessage(), e);
        }
    }

    /** Modules of this module's own layer, such as the engine, come first: a class must not exist twice. */
    private static Configuration resolve(ModuleLayer own, ModuleFinder finder, Set<String> modules) {
        return own.configuration().resolve(ModuleFinder.of(), finder, modules);
    }

    private static List<String> providers(Module module) {
        ModuleDescriptor descriptor = module.getDescriptor();
        return descriptor == null
                ? List.of()
                : descriptor.provides().stream().filter(each -> each.service().equals(Plugin.class.getName()))
                        .flatMap(each -> each.providers().stream()).toList();
    }

    private static List<Added> added(ModuleLayer layer) {
        Map<Jar, List<Plugin>> plugins = new TreeMap<>(Comparator.comparing(Jar::file).thenComparing(Jar::sha256));
        try {
            for (Plugin plugin : ServiceLoader.load(layer, Plugin.class)) {
                plugins.computeIfAbsent(jar(plugin.getClass().getModule()), _ -> new ArrayList<>()).add(plugin);
            }
        } catch (ServiceConfigurationError e) {
            throw unusable(layer, e);
        }
        List<Added> added = new ArrayList<>();
        plugins.forEach((jar, from) -> from
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
        for (Module module : Stream
                .concat(layer.modules().stream(), Plugins.class.getModule().getLayer().modules().stream())
                .toList()) {
            for (String provider : providers(module)) {
                if (message.contains(provider)) {
                    return new PluginException(jar(module).file() + ": " + (cause == null
                            ? message.replaceFirst(".*?: ", "")
                            : provider + " fails: " + cause), e);
                }
            }
        }
        return new PluginException(message, e);
    }

    private static Jar jar(Module module) {
        Optional<URI> location = Optional.ofNullable(module.getLayer())
                .flatMap(layer -> layer.configuration().findModule(module.getName()))
                .map(ResolvedModule::reference).flatMap(ModuleReference::location)
                .filter(uri -> "file".equals(uri.getScheme()));
        if (location.isEmpty()) {
            return new Jar(module.getName(), ""); // in the runtime image
        }
        Path file = Path.of(location.get());
        return new Jar(String.valueOf(file.getFileName()), Files.isRegularFile(file) ? Sha256.of(file) : "");
    }
}
