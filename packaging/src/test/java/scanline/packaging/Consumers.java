package scanline.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The projects in {@code src/test/projects}, in a folder of their own, built by Maven once for all tests. */
final class Consumers {
    static final String JAVA_HOME = System.getProperty("java.home");
    private static final Path TEMPLATES = Command.project().resolve("packaging/src/test/projects");

    private static Path folder;

    private Consumers() {}

    /** Returns the folder {@code target} of a project. */
    static synchronized Path target(String project) {
        if (folder == null) {
            Path empty = Folders.empty("consumers");
            copy(TEMPLATES, empty);
            // The same program without a module-info.
            copy(TEMPLATES.resolve("modular/src/main/java/consumer"), empty.resolve("plain/src/main/java/consumer"));
            Command.of(maven(), "-q", "-B", "-ntp", "-f", empty.resolve("pom.xml"),
                    "-Dmaven.repo.local=" + localRepository(), "-Dmaven.test.skip=true", "package")
                    .with("JAVA_HOME", JAVA_HOME).output();
            folder = empty;
        }
        return folder.resolve(project).resolve("target");
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, Files.readString(file).replace("@group@", Repository.GROUP)
                        .replace("@version@", Repository.VERSION)
                        .replace("@repository@", Repository.folder().toUri().toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object maven() {
        return Stream.of(System.getenv("PATH").split(":")).map(place -> Path.of(place, "mvn"))
                .filter(Files::isExecutable).findFirst().orElse(Command.project().resolve("mvnw"));
    }

    /**
     * Returns a local repository of Maven that shares the files of the user's, except those of Scanline: none come from
     * there, and none stay there.
     */
    static Path localRepository() {
        Path users = Path.of(System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository"));
        Path own = Folders.empty("local");
        try {
            link(users, own, List.of(Repository.GROUP.split("\\.")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return own;
    }

    /** Links the entries of a folder into another one, without the one that is reached by some names. */
    private static void link(Path from, Path to, List<String> without) throws IOException {
        Files.createDirectories(to);
        Path excluded = from.resolve(without.getFirst());
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.filter(each -> !each.equals(excluded)).toList()) {
                Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
            }
        }
        if (without.size() > 1 && Files.isDirectory(excluded)) {
            link(excluded, to.resolve(without.getFirst()), without.subList(1, without.size()));
        }
    }
}
