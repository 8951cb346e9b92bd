package scanline.lab.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** What lies in this module, so that adding a model, a recipe or a data set is adding a file that no list names again. */
public final class ModuleContent {
    private ModuleContent() {}

    /** The records of a package that implement an interface. */
    public static List<Class<?>> records(Class<?> type, String where) {
        return classes(where).filter(found -> found.isRecord() && type.isAssignableFrom(found)).toList();
    }

    /** The public constants of a type in the classes of a package. */
    public static <T> List<T> constants(Class<T> type, String where) {
        return classes(where).flatMap(found -> Stream.of(found.getFields())).filter(field -> field.getType() == type)
                .map(field -> type.cast(value(field))).toList();
    }

    private static Stream<Class<?>> classes(String where) {
        String folder = where.replace('.', '/') + "/";
        return files(folder, ".class").stream().map(file -> load(where + "."
                + file.substring(folder.length(), file.length() - ".class".length())));
    }

    /** The files whose path begins and ends like this, sorted. */
    public static List<String> files(String folder, String ending) {
        ResolvedModule module = ModuleContent.class.getModule().getLayer().configuration()
                .findModule(ModuleContent.class.getModule().getName()).orElseThrow();
        try (ModuleReader reader = module.reference().open(); var files = reader.list()) {
            return files.filter(file -> file.startsWith(folder) && file.endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file. */
    public static String text(String file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    /** The content of a file. */
    public static byte[] bytes(String file) {
        try (InputStream in = ModuleContent.class.getModule().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("this module has no file " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads a class, but does not yet run it. */
    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ModuleContent.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
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
