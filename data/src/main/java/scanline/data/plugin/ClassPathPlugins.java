package scanline.data.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.InvalidModuleDescriptorException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Creates the plugins on a class path. Like a {@link java.util.ServiceLoader}, but it also finds those that only a
 * module-info provides, so that a plugin need not name its class twice.
 */
final class ClassPathPlugins {
    private static final String SERVICE = "META-INF/services/" + Plugin.class.getName();
    private static final String MODULE = "module-info.class";

    private ClassPathPlugins() {}

    /** Creates the plugins that a class loader finds. */
    static List<Plugin> of(ClassLoader loader) {
        Map<String, Place> places = new TreeMap<>();
        try {
            for (URL file : Collections.list(loader.getResources(SERVICE))) {
                text(file).lines().map(line -> line.replaceFirst("#.*", "").strip()).filter(line -> !line.isEmpty())
                        .forEach(provider -> places.put(provider, Place.of(file, SERVICE)));
            }
            for (URL file : Collections.list(loader.getResources(MODULE))) {
                if (!file.getProtocol().equals("jrt")) { // a module of the JDK
                    providers(file).forEach(provider -> places.put(provider, Place.of(file, MODULE)));
                }
            }
        } catch (IOException e) {
            throw new PluginException("plugins on the class path: " + e.getMessage(), e);
        }
        List<Plugin> plugins = new ArrayList<>();
        places.forEach((provider, place) -> plugins.add(plugin(loader, provider, place.file() + ": ")));
        return plugins;
    }

    private static String text(URL file) throws IOException {
        try (InputStream in = file.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> providers(URL moduleInfo) throws IOException {
        try (InputStream in = moduleInfo.openStream()) {
            return Plugins.providers(ModuleDescriptor.read(in));
        } catch (InvalidModuleDescriptorException _) {
            return List.of(); // that of a library for a newer JDK
        }
    }

    /** Creates a plugin by its constructor, or by the static method that a provider of a module may have instead. */
    private static Plugin plugin(ClassLoader loader, String provider, String jar) {
        try {
            Class<?> type = Class.forName(provider, true, loader);
            for (Method method : type.getMethods()) {
                if (method.getName().equals("provider") && method.getParameterCount() == 0
                        && Modifier.isStatic(method.getModifiers())) {
                    return Plugin.class.cast(method.invoke(null));
                }
            }
            return Plugin.class.cast(type.getConstructor().newInstance());
        } catch (ClassNotFoundException e) {
            throw new PluginException(jar + "Provider " + provider + " not found", e);
        } catch (InvocationTargetException e) {
            throw new PluginException(jar + provider + " fails: " + e.getCause(), e);
        } catch (LinkageError e) {
            throw new PluginException(jar + provider + " fails: " + e, e);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new PluginException(jar + provider
                    + " must be a public class that implements Plugin, with a public constructor without parameters",
                    e);
        }
    }
}
