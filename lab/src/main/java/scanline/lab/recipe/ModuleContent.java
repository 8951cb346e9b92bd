package scanline.lab.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What lies in this module, so that adding a model or a recipe is adding a file, and no list names it again. */
final class ModuleContent {
    private ModuleContent() {}

    /** The records of a package that implement an interface. */
    static List<Class<?>> records(Class<?> type, Package where) {
        String folder = where.getName().replace('.', '/') + "/";
        return files(folder, ".class").stream()
                .<Class<?>>map(file -> load(where.getName() + "." + file.substring(folder.length(),
                        file.length() - ".class".length())))
                .filter(found -> found.isRecord() && type.isAssignableFrom(found)).toList();
    }

    /** The files whose path begins and ends like this, sorted. */
    static List<String> files(String folder, String ending) {
        ResolvedModule module = ModuleContent.class.getModule().getLayer().configuration()
                .findModule(ModuleContent.class.getModule().getName()).orElseThrow();
        try (ModuleReader reader = module.reference().open(); var files = reader.list()) {
            return files.filter(file -> file.startsWith(folder) && file.endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file. */
    static String text(String file) {
        try (InputStream in = ModuleContent.class.getModule().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("this module has no file " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
