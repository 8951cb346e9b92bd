package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Compiles sources into jars that are plugins. */
final class PluginJars {
    private static final String SERVICE = "META-INF/services/scanline.data.plugin.Plugin";

    private PluginJars() {}

    /**
     * Writes a plugin without a module-info.
     *
     * @param provider the class that implements Plugin
     * @param sources Java files, each with a package and a public type
     */
    static Path write(Path jar, String provider, String... sources) throws IOException {
        return write(jar, Map.of(SERVICE, provider + "\n"), List.of(sources));
    }

    /**
     * Writes a jar with the classes of these sources, which may include a module-info, and with other files.
     *
     * @param libraries jars that the sources need
     */
    static Path write(Path jar, Map<String, String> files, List<String> sources, Path... libraries)
            throws IOException {
        Path folder = Files.createDirectories(jar.resolveSibling(jar.getFileName() + ".build"));
        List<String> words = new ArrayList<>(List.of("-proc:none", "-implicit:none", "-Xlint:-options", "-d",
                folder.resolve("classes").toString(), "--module-path",
                Stream.concat(Stream.of(System.getProperty("jdk.module.path")),
                        Stream.of(libraries).map(Path::toString))
                        .collect(Collectors.joining(File.pathSeparator))));
        if (sources.stream().noneMatch(PluginJars::isModule)) {
            words.addAll(List.of("--add-modules", "scanline.lab"));
        }
        for (String source : sources) {
            String name = isModule(source)
                    ? "module-info"
                    : source.replaceFirst(
                            "(?s).*?\npublic (?:final |abstract )*(?:class|record|interface|enum) (\\w+).*",
                            "$1");
            words.add(Files.writeString(folder.resolve(name + ".java"), source).toString());
        }
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        assertThat(ToolProvider.findFirst("javac").orElseThrow().run(out, out, words.toArray(String[]::new)))
                .as(said.toString()).isZero();
        Map<String, byte[]> content = new LinkedHashMap<>();
        files.forEach((name, text) -> content.put(name, text.getBytes(StandardCharsets.UTF_8)));
        Path classes = folder.resolve("classes");
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                content.put(classes.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        zip(jar, content);
        return jar;
    }

    /** Removes a file from a jar. */
    static void remove(Path jar, String name) throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                content.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        assertThat(content.remove(name)).isNotNull();
        zip(jar, content);
    }

    /** Writes a jar, without entries for folders. */
    static void zip(Path jar, Map<String, byte[]> content) throws IOException {
        Files.createDirectories(jar.getParent());
        try (OutputStream to = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(to)) {
            for (Map.Entry<String, byte[]> entry : content.entrySet()) {
                ZipEntry named = new ZipEntry(entry.getKey());
                named.setTime(0);
                zip.putNextEntry(named);
                zip.write(entry.getValue());
            }
        }
    }

    /** Returns the source of a plugin in the package {@code own} that adds one class. */
    static String plugin(String name, String added) {
        return """
                package own;

                public final class %s implements scanline.data.plugin.Plugin {
                    @Override
                    public java.util.List<Class<?>> choices() {
                        return java.util.List.of(%s.class);
                    }
                }
                """.formatted(name, added);
    }

    /** Returns the source of a schedule in the package {@code own}. */
    static String schedule(String name, String components, String members) {
        return """
                package own;

                public record %s(%s) implements scanline.engine.optim.Schedule {
                    %s

                    @Override
                    public double factor(long step, long stepsAnEpoch, int epochs) {
                        return 1;
                    }
                }
                """.formatted(name, components, members);
    }

    private static boolean isModule(String source) {
        return source.startsWith("module ");
    }
}
