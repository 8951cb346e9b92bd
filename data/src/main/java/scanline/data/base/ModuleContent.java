package scanline.data.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds classes and files in the module of a class, so that a new model, update rule, recipe or data set is one new file
 * and no list entry.
 */
public final class ModuleContent {
    private ModuleContent() {}

    /** Returns the records of an interface's module that implement it, from one of the module's packages. */
    public static List<Class<?>> records(Class<?> type, String where) {
        return classes(type.getModule(), where).filter(found -> found.isRecord() && type.isAssignableFrom(found))
                .toList();
    }

    /** Returns the public constants of a type in the classes of a package of the type's module. */
    public static <T> List<T> constants(Class<T> type, String where) {
        return classes(type.getModule(), where).flatMap(found -> constants(type, found)).toList();
    }

    /** Returns the public constants of a type, or of a subtype, that a class declares. */
    public static <T> Stream<T> constants(Class<T> type, Class<?> where) {
        return Stream.of(where.getFields())
                .filter(field -> field.getDeclaringClass() == where && Modifier.isStatic(field.getModifiers()))
                .filter(field -> type.isAssignableFrom(field.getType()))
                .map(field -> type.cast(value(field)));
    }

    private static Stream<Class<?>> classes(Module module, String where) {
        String folder = where.replace('.', '/') + "/";
        return files(module, folder, ".class").stream().map(file -> load(module, where + "."
                + file.substring(folder.length(), file.length() - ".class".length())));
    }

    /** Returns the files of a class's module whose path starts with a folder and ends with a suffix, sorted. */
    public static List<String> files(Class<?> anchor, String folder, String ending) {
        return files(anchor.getModule(), folder, ending);
    }

    private static List<String> files(Module owner, String folder, String ending) {
        try (ModuleReader reader = reader(owner); var files = reader.list()) {
            return files.filter(file -> file.startsWith(folder) && file.endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file of a class's module as text. */
    public static String text(Class<?> anchor, String file) {
        return new String(bytes(anchor, file), StandardCharsets.UTF_8);
    }

    /** Reads a file of a class's module as bytes. */
    public static byte[] bytes(Class<?> anchor, String file) {
        try (ModuleReader reader = reader(anchor.getModule());
                InputStream in = reader.open(file).orElseThrow(
                        () -> new IllegalArgumentException(anchor.getModule() + " has no file " + file))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModuleReader reader(Module owner) throws IOException {
        ResolvedModule module = owner.getLayer().configuration().findModule(owner.getName()).orElseThrow();
        return module.reference().open();
    }

    /** Loads a class without initializing it. */
    private static Class<?> load(Module module, String name) {
        Class<?> found = Class.forName(module, name);
        if (found == null) {
            throw new IllegalStateException(module + " has no class " + name);
        }
        return found;
    }

    private static Object value(Field constant) {
        try {
            return constant.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(constant + " must be a constant of a public class", e);
        }
    }
}
