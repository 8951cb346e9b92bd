package scanline.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code ./build dist} makes: each one starts, and trains the weights that the reactor's classes train. */
class DistributionsTest {
    private static final String NAME = "scanline-" + Repository.VERSION;
    private static final List<String> TRAIN = List.of("train", "lstm-rows", "epochs=1", "data.limit=200",
            "data.validation=100");

    private static Path folder;
    private static Path jars;
    private static Path image;
    private static String expected;

    @BeforeAll
    static void makeAndUnpack() throws IOException {
        folder = Folders.empty("dist");
        Command.of("./build", "dist", "--to", folder, "--version", Repository.VERSION).output();
        Path unpacked = Folders.empty("un packed"); // a name with a space
        for (Path archive : archives()) {
            Command.of("tar", "-xzf", archive, "-C", unpacked).output();
        }
        jars = unpacked.resolve(NAME);
        image = unpacked.resolve(archives().getFirst().getFileName().toString().replace(".tar.gz", ""));
        expected = weights(Command.of(Path.of(System.getProperty("java.home"), "bin", "java"), "--module-path",
                System.getProperty("java.class.path"), "--module", "scanline.lab/scanline.lab.cli.Main"));
    }

    /** The archive of the runtime image, then that of the jars. */
    private static List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.toString().endsWith(".tar.gz")).sorted().toList();
        }
    }

    /** Trains with the command line, and returns the hash of the weights. */
    private static String weights(Command scanline) {
        String out = scanline.and(TRAIN).and("--run", Folders.empty("run").resolve("run")).output();
        return out.lines().filter(line -> line.startsWith("weights ")).findFirst().orElseThrow().substring(8);
    }

    private static Command launcher(Path distribution) {
        return Command.of(distribution.resolve("bin/scanline")).in(Folders.empty("elsewhere"));
    }

    @Test
    void thereAreTwoArchivesAndAContainerfile() throws IOException {
        assertThat(archives()).extracting(each -> each.getFileName().toString())
                .satisfiesExactly(each -> assertThat(each).matches(NAME + "-(linux|darwin)-(x64|aarch64)\\.tar\\.gz"),
                        each -> assertThat(each).isEqualTo(NAME + ".tar.gz"));
        assertThat(folder.resolve("Containerfile")).content().contains("ADD " + image.getFileName() + ".tar.gz /opt/")
                .doesNotContain("IMAGE");
    }

    @Test
    void theArchiveHasThePublishedJars() throws IOException {
        for (String artifact : List.of("scanline-engine", "scanline-data", "scanline-mnist", "scanline-lab")) {
            assertThat(jars.resolve("lib").resolve(artifact + "-" + Repository.VERSION + ".jar"))
                    .hasSameBinaryContentAs(Repository.file(artifact, ".jar"));
        }
        assertThat(jars.resolve("LICENSE")).exists();
        assertThat(jars.resolve("NOTICE")).exists();
    }

    @Test
    void theArchiveTrainsTheWeightsOfTheReactor() {
        assertThat(launcher(jars).and("recipes").output()).contains("lstm-rows");
        assertThat(weights(launcher(jars))).isEqualTo(expected);
    }

    @Test
    void theRuntimeImageTrainsTheWeightsOfTheReactorWithoutAJdk() {
        Command recipes = launcher(image).and("recipes").with("JAVA_HOME", "").with("HOME", "")
                .with("PATH", "/usr/bin:/bin");
        assertThat(recipes.output()).contains("lstm-rows");
        assertThat(weights(launcher(image))).isEqualTo(expected);
    }

    @Test
    void theRuntimeImageLoadsItsClassesFromTheSharedArchive() {
        String loaded = launcher(image).and("--version").with("SCANLINE_JAVA_OPTS", "-Xlog:class+load:stdout").output();
        assertThat(loaded.lines().filter(line -> line.contains("scanline.lab.") && line.contains("source: shared")))
                .hasSizeGreaterThan(10);
    }

    @Test
    void aFolderWithAColonIsReportedInOneLine() throws IOException {
        Path colon = Folders.empty("co:lon");
        Files.createDirectories(colon.resolve("bin"));
        Files.createDirectories(colon.resolve("lib"));
        Files.copy(jars.resolve("bin/scanline"), colon.resolve("bin/scanline"));
        Files.copy(jars.resolve("lib/jdk.sh"), colon.resolve("lib/jdk.sh"));
        Command.Ended ended = Command.of("sh", colon.resolve("bin/scanline"), "recipes").run();
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("scanline: Java cannot run from " + colon.toRealPath()
                + ", because its name has a colon: move the folder\n");
    }

    /**
     * The base image cannot be had without a network, so the container starts from one with the few programs and
     * libraries of this machine that the launcher and Java need.
     */
    @Test
    void theContainerTrainsTheWeightsOfTheReactor() throws IOException {
        for (String tool : List.of("podman", "runc")) {
            assumeTrue(Command.of("sh", "-c", "command -v " + tool).run().status() == 0, tool + " is not installed");
        }
        assumeTrue("0\n".equals(Command.of("id", "-u").output()), "this test needs root");
        Path context = Folders.empty("context");
        Files.copy(folder.resolve("Containerfile"), context.resolve("Containerfile"));
        Files.copy(archives().getFirst(), context.resolve(archives().getFirst().getFileName()));
        Command.Ended base = Command.of("sh", "-c", """
                tools=$(for each in /bin/sh readlink dirname stty tr grep head locale; do command -v $each; done)
                libraries=$(for each in $tools "$1"/bin/java "$1"/lib/*.so "$1"/lib/server/*.so; do
                    ldd "$(readlink -f "$each")"
                done | grep -o '[[:space:]]/[^ ]*' | grep -v packaging/target | sort -u)
                tar -chPf - $tools $libraries | podman import -q - localhost/scanline-test-base
                """, "base", image).run();
        assumeTrue(base.status() == 0, "podman cannot make an image here: " + base.err());
        Command.Ended empty = container("localhost/scanline-test-base", "/bin/sh", "-c", "true").run();
        assumeTrue(empty.status() == 0, "no container can be run here: " + empty.err());
        Command.of("podman", "build", "-q", "--from", "localhost/scanline-test-base", "-t", "localhost/scanline-test",
                context).output();
        Path work = Folders.empty("work");
        String out = container("-v", work + ":/work", "localhost/scanline-test").and(TRAIN)
                .and("--run", "runs/in-a-container").output();
        assertThat(out).contains("weights " + expected);
        assertThat(work.resolve("runs/in-a-container/best.safetensors")).exists();
        Command.of("podman", "rmi", "-f", "localhost/scanline-test", "localhost/scanline-test-base").output();
    }

    /** Returns a command for a container whose limits are not raised, which an unprivileged sandbox forbids. */
    private static Command container(Object... words) {
        return Command.of("podman", "--runtime", "runc", "run", "--rm", "--network", "none", "--ulimit",
                "nofile=1024:1024", "--ulimit", "nproc=2000:2000").and(words);
    }
}
