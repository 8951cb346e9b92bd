package scanline.data.plugin;

import java.io.InputStream;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URL;
import java.security.CodeSource;
import scanline.data.base.FileReading;
import scanline.data.base.Sha256;

/**
 * The jar or the folder that a class or a file is from.
 *
 * @param url its URL, which may be that of a jar in a jar: {@code nested:/app.jar/!BOOT-INF/lib/own.jar}; that of a
 *     folder ends with a slash; that of a module in the runtime image begins with {@code jrt}
 */
record Place(String url) {
    /** Returns the place of a class; its URL is empty for a class that has none. */
    static Place of(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL url = source == null ? null : source.getLocation();
        return of(url == null ? "" : url.toString());
    }

    /** Returns the place of a file that has this name there. */
    static Place of(URL file, String name) {
        String url = file.toString();
        return of(url.substring(0, url.length() - name.length()));
    }

    /** Returns the place of a module. */
    static Place of(ResolvedModule module) {
        return of(module.reference().location().map(URI::toString).orElse("jrt:/" + module.name()));
    }

    private static Place of(String url) {
        return new Place(url.replaceFirst("^jar:", "").replaceFirst("!/$", ""));
    }

    /** Returns the name without what is before it. */
    String file() {
        String path = URI.create(url).getSchemeSpecificPart().replaceFirst("/$", "");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Reads the jar. */
    Plugins.Jar jar() {
        if (url.endsWith("/") || url.startsWith("jrt:")) {
            return new Plugins.Jar(file(), "");
        }
        return new Plugins.Jar(file(), FileReading.of(file(), () -> {
            try (InputStream in = URI.create(url).toURL().openStream()) {
                return Sha256.of(in);
            }
        }));
    }
}
