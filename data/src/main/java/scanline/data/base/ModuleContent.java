package scanline.data.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds classes and files in a module, so that a new model, update rule, recipe or data set is one new file and no list
 * entry. A class of the module, the anchor, says which one is meant. On a class path, where there are no modules, the
 * anchor's jar is searched, also if it is in another jar, or else the folders of the class path.
 */
public final class ModuleContent {
    private static final String CLASS = ".class";

    private ModuleContent() {}

    /** Returns the records of an interface's module that implement it, from one of the module's packages. */
    public static List<Class<?>> records(Class<?> type, String where) {
        return classes(type, where).filter(found -> found.isRecord() && type.isAssignableFrom(found)).toList();
    }

    /** Returns the public constants of a type in the classes of a package of the type's module. */
    public static <T> List<T> constants(Class<T> type, String where) {
        return classes(type, where).flatMap(found -> constants(type, found)).toList();
    }

    /** Returns the public constants of a type, or of a subtype, that a class declares. */
    public static <T> Stream<T> constants(Class<T> type, Class<?> where) {
        return Stream.of(where.getFields())
                .filter(field -> field.getDeclaringClass() == where && Modifier.isStatic(field.getModifiers()))
                .filter(field -> type.isAssignableFrom(field.getType()))
                .map(field -> type.cast(value(field)));
    }

    private static Stream<Class<?>> classes(Class<?> anchor, String where) {
        String folder = where.replace('.', '/') + "/";
        return files(anchor, folder, CLASS).stream().map(file -> load(anchor, where + "."
                + file.substring(folder.length(), file.length() - CLASS.length())));
    }

    /**
     * Returns the files of a module whose path starts with a folder and ends with a suffix, sorted.
     *
     * @param anchor a class of the module
     * @param folder the folder, which ends with a slash
     */
    public static List<String> files(Class<?> anchor, String folder, String ending) {
        try {
            return all(anchor, folder).stream()
                    .filter(file -> file.startsWith(folder) && file.endsWith(ending) && !file.endsWith("/"))
                    .sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns paths, among them those of all files of a folder. */
    private static List<String> all(Class<?> anchor, String folder) throws IOException {
        if (anchor.getModule().isNamed()) {
            try (ModuleReader reader = reader(anchor); Stream<String> files = reader.list()) {
                return files.toList();
            }
        }
        // Its own file is found even if the jar has no entries for folders.
        String name = anchor.getName().substring(anchor.getPackageName().length() + 1) + CLASS;
        URL own = Objects.requireNonNull(anchor.getResource(name), name);
        if (isJar(own)) {
            return entries(own);
        }
        // Classes and other files are often in different folders.
        TreeSet<String> files = new TreeSet<>();
        for (URL each : Collections.list(loader(anchor).getResources(folder))) {
            if (isJar(each)) {
                files.addAll(entries(each));
            } else {
                files.addAll(inFolder(Path.of(URI.create(each.toString())), folder));
            }
        }
        return new ArrayList<>(files);
    }

    private static boolean isJar(URL place) throws IOException {
        return place.openConnection() instanceof JarURLConnection;
    }

    /** Returns the entries of the jar that a URL points into: by its connection, which can also read a jar in a jar. */
    private static List<String> entries(URL place) throws IOException {
        URLConnection connection = place.openConnection();
        connection.setUseCaches(false); // the jar is closed below
        try (JarFile jar = ((JarURLConnection) connection).getJarFile()) {
            return jar.stream().map(entry -> entry.getName()).toList();
        }
    }

    private static List<String> inFolder(Path root, String folder) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder
                            + root.relativize(file).toString().replace(root.getFileSystem().getSeparator(), "/"))
                    .toList();
        }
    }

    /** Reads a file of a module as text. */
    public static String text(Class<?> anchor, String file) {
        return new String(bytes(anchor, file), StandardCharsets.UTF_8);
    }

    /**
     * Reads a file of a module.
     *
     * @param anchor a class of the module
     * @throws IllegalArgumentException if there is no such file
     */
    public static byte[] bytes(Class<?> anchor, String file) {
        try {
            if (anchor.getModule().isNamed()) {
                // Not Module.getResourceAsStream, which gives a file in a package to the package's own module alone.
                try (ModuleReader reader = reader(anchor)) {
                    return read(reader.open(file).orElse(null), file);
                }
            }
            return read(loader(anchor).getResourceAsStream(file), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(@Nullable InputStream stream, String file) throws IOException {
        try (InputStream in = stream) {
            if (in == null) {
                throw new IllegalArgumentException("no such file in the module or on the class path: " + file);
            }
            return in.readAllBytes();
        }
    }

    private static ModuleReader reader(Class<?> anchor) throws IOException {
        Module module = anchor.getModule();
        return module.getLayer().configuration().findModule(module.getName()).orElseThrow().reference().open();
    }

    private static ClassLoader loader(Class<?> anchor) {
        return Objects.requireNonNull(anchor.getClassLoader(), anchor.getName());
    }

    /** Loads a class without initializing it. */
    private static Class<?> load(Class<?> anchor, String name) {
        try {
            return Class.forName(name, false, loader(anchor));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(name + " is listed, but cannot be loaded", e);
        }
    }

    private static Object value(Field constant) {
        try {
            return constant.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(constant + " must be a constant of a public class", e);
        }
    }
}
