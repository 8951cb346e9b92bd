package scanline.lab.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.docs.Repository;

/** The script {@code scanline}, with a JDK and a Maven that only say how they were called. */
@Timeout(60)
class LauncherTest {
    private static final String E_ACUTE = "$(printf 'caf\\303\\251')";

    @TempDir
    private Path scratch;
    private Path root;
    private final Map<String, String> environment = new HashMap<>();

    /** Exit status, standard output, standard error. */
    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void layOutASmallTree() throws IOException {
        root = scratch.resolve("scanline");
        layOut(root);
        script("jdk/bin/javac", "");
        script("jdk/bin/java", "echo locale: $LC_ALL; for word; do echo \"$word\"; done");
        Files.writeString(scratch.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        // It builds where -f says, and notes that it did.
        script("bin/mvn", """
                echo "building $MAVEN_OPTS"
                while [ "$1" != -f ]; do shift; done
                app=${2%/pom.xml}/lab/target/quick/app
                mkdir -p "$app"
                echo jar >"$app/scanline-lab.jar"
                echo built >>"${0%/*}/builds"
                """);
        // It has the locales that the environment names, the last one of which may be chosen.
        script("bin/locale", """
                case $1 in
                    -a) printf '%s\\n' C POSIX $LOCALES ;;
                    *) case " $LOCALES " in
                        *" ${LC_ALL:-${LANG:-C}} "*) echo UTF-8 ;;
                        *) echo ANSI_X3.4-1968 ;;
                    esac ;;
                esac
                """);
        environment.putAll(Map.of("PATH", scratch.resolve("bin") + ":" + System.getenv("PATH"), "JAVA_HOME",
                scratch.resolve("jdk").toString(), "LANG", "de_DE.UTF-8", "LOCALES", "de_DE.UTF-8 C.UTF-8"));
    }

    private static void layOut(Path root) throws IOException {
        for (String folder : List.of("scripts", "engine/src/main", "data/src/main", "mnist/src/main", "lab/src/main",
                "recipes",
                "target/app")) {
            Files.createDirectories(root.resolve(folder));
        }
        for (String file : List.of("scanline", "scripts/jdk.sh")) {
            Files.copy(Repository.folder().resolve(file), root.resolve(file));
        }
        for (String file : List.of("pom.xml", "engine/pom.xml", "data/pom.xml", "mnist/pom.xml", "lab/pom.xml",
                "target/app/built")) {
            Files.createFile(root.resolve(file));
        }
    }

    private void script(String name, String text) throws IOException {
        Path file = scratch.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void makeSourcesNewer() throws IOException {
        Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    }

    /** Starts the script with some words, as a shell would read them. */
    private Process start(String words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec sh \"$ROOT/scanline\" " + words);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("ROOT", root.toString());
        return builder.directory(scratch.toFile()).start();
    }

    private static Ended end(Process process) throws IOException, InterruptedException {
        String err = new String(process.getErrorStream().readAllBytes());
        String out = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), out, err);
    }

    private Ended run(String words) throws IOException, InterruptedException {
        return end(start(words));
    }

    private long builds() throws IOException {
        Path builds = scratch.resolve("bin/builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    @Test
    void theBuildIsRunEvenWithoutAHome() throws Exception {
        Ended ended = run("train 'a  b'");
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).contains("\n--module-path\n" + root + "/target/app\n").endsWith("\ntrain\na  b\n");
        assertThat(builds()).isZero();
    }

    @Test
    void newerSourcesAreBuiltFirst() throws Exception {
        makeSourcesNewer();
        Ended ended = run("--version");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err()).startsWith("scanline: building (the first time takes a minute) ...\nbuilding ")
                .contains("-Djansi.noreset=true"); // or Maven 3 writes color codes into every file
        assertThat(root.resolve("target/app")).isDirectoryContaining("glob:**/scanline-lab.jar")
                .isDirectoryContaining("glob:**/built");
        assertThat(root.resolve("target")).isDirectoryNotContaining("glob:**/app?*");
    }

    @Test
    void onAReadOnlyTreeAnOlderBuildRuns() throws Exception {
        Files.writeString(root.resolve("engine/target"), "not a folder: this fails for root as well");
        makeSourcesNewer();
        Ended ended = run("--version");
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).endsWith("\n--version\n");
        assertThat(ended.err()).isEqualTo("scanline: running a build that is older than the sources: cannot write to "
                + root + "/engine/target/quick\n");
    }

    @Test
    void aReadOnlyTreeWithoutABuildIsReportedInOneLine() throws Exception {
        Files.delete(root.resolve("target/app/built"));
        Files.writeString(root.resolve("engine/target"), "");
        Ended ended = run("--version");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("scanline: cannot build: cannot write to " + root
                + "/engine/target/quick\n");
    }

    @Test
    void theLockOfADeadProcessBlocksNobody() throws Exception {
        makeSourcesNewer();
        Files.createSymbolicLink(root.resolve("target/app.building"), Path.of("999999999"));
        Ended ended = run("--version");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(builds()).isOne();
    }

    @Test
    void processesWaitForABuildAndReportIt() throws Exception {
        makeSourcesNewer();
        Path lock = Files.createSymbolicLink(root.resolve("target/app.building"),
                Path.of(Long.toString(ProcessHandle.current().pid())));
        Process waiting = start("--version");
        String line = waiting.errorReader().readLine();
        assertThat(line).isEqualTo("scanline: waiting for process " + ProcessHandle.current().pid()
                + ", which is building (its lock is " + lock + ") ...");
        Files.setLastModifiedTime(root.resolve("target/app/built"), FileTime.from(Instant.now().plusSeconds(120)));
        Files.delete(lock);
        assertThat(end(waiting).status()).isZero();
        assertThat(builds()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCANLINE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
    void aGivenCollectorReplacesTheDefault(String variable) throws Exception {
        assertThat(run("").out()).contains("\n-XX:+UseParallelGC\n-Xmn96m\n");
        environment.put(variable, "-Xmx1g -XX:+UseZGC");
        assertThat(run("").out()).doesNotContain("ParallelGC").doesNotContain("-Xmn").contains("HugePages");
        environment.put(variable, "-XX:+UseParallelGC");
        assertThat(run("").out()).contains("-Xmn96m\n");
    }

    @Test
    void theMessagesOfTheJvmGoToStandardError() throws Exception {
        assertThat(run("").out()).contains("\n-XX:+DisplayVMOutputToStderr\n-Xlog:disable\n-Xlog:all=warning:stderr\n");
    }

    @Test
    void withoutATerminalThereAreNoEscapeCodes() throws Exception {
        environment.put("TERM", "xterm");
        assertThat(run("").out()).contains("\n-Dscanline.terminal=0\n-Dscanline.color=false\n");
    }

    @Test
    void aLocaleWithoutUtf8IsReplacedByOneThatHasIt() throws Exception {
        assertThat(run(E_ACUTE).out()).startsWith("locale:\n").endsWith("\ncafé\n");
        environment.put("LANG", "C");
        assertThat(run(E_ACUTE).out()).startsWith("locale: C.UTF-8\n");
        environment.put("LC_ALL", "en_US.ISO-8859-1");
        environment.put("LOCALES", "fr_FR.utf8");
        assertThat(run(E_ACUTE).out()).startsWith("locale: fr_FR.utf8\n");
    }

    @Test
    void withoutAnyUtf8LocaleOnlyAsciiNamesAreAccepted() throws Exception {
        environment.put("LOCALES", "");
        assertThat(run("train").status()).isZero();
        Ended ended = run("predict " + E_ACUTE);
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("scanline: no UTF-8 locale is installed, and without one Java cannot open"
                + " names beyond ASCII: install one (locale -a lists the installed ones)\n");
    }

    @Test
    void aFolderWithAColonInItsNameIsUsedThroughALink() throws Exception {
        root = scratch.resolve("at 10:30/scanline");
        layOut(root);
        Ended refused = run("--version");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).startsWith("scanline: ").contains(root.toString()).containsOnlyOnce("\n");

        environment.put("XDG_CACHE_HOME", scratch.resolve("cache").toString());
        makeSourcesNewer();
        for (int i = 0; i < 2; i++) {
            Ended ended = run("--version");
            assertThat(ended.status()).as(ended.err()).isZero();
            String path = ended.out().split("--module-path\n")[1].lines().findFirst().orElseThrow();
            assertThat(path).doesNotContain(":");
            assertThat(Path.of(path).toRealPath()).isEqualTo(root.resolve("target/app").toRealPath());
        }
        assertThat(builds()).isPositive();
    }
}
