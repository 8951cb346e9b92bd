package scanline.lab.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.Sha256;
import scanline.engine.tensor.Engine;
import scanline.lab.base.Json;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** The lab and the engine on a class path: as folders and jars, or as one jar of all, and always without modules. */
class ClassPathTest {
    private static final int SECONDS = 120;
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";
    private static final String MISSING = "Java was started without the Vector API: add the option --add-modules "
            + "jdk.incubator.vector";

    @TempDir
    private static Path folder;
    private static List<Path> modulePath;
    private static Path set;

    @BeforeAll
    static void prepare() throws IOException {
        modulePath = Stream.of(System.getProperty("jdk.module.path").split(File.pathSeparator)).map(Path::of).toList();
        set = SmallSets.write(folder.resolve("set"), 1, 3);
    }

    private static ProcessBuilder java(List<Path> classPath, List<String> words) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-Xmx512m", "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))));
        command.addAll(words);
        return new ProcessBuilder(command);
    }

    private static Answer run(List<Path> classPath, List<String> words) throws IOException, InterruptedException {
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        Process process = java(classPath, words).redirectError(errors.toFile()).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Answer(process.exitValue(), output, Files.readString(errors));
        } finally {
            process.destroyForcibly();
        }
    }

    private static Answer scanline(List<Path> classPath, List<String> words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(VECTOR, Main.class.getName()));
        all.addAll(words);
        return run(classPath, all);
    }

    private static String succeed(List<Path> classPath, List<String> words) throws IOException, InterruptedException {
        Answer answer = scanline(classPath, words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    private static List<String> train(Path run, String... more) {
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(List.of(SmallSets.recipe(set)));
        words.addAll(List.of("--threads", "1", "--run", run.toString()));
        words.addAll(List.of(more));
        return words;
    }

    @Test
    void theWeightsAreThoseOfTheModulePath() throws Exception {
        Path named = folder.resolve("named");
        assertThat(Answer.answer(train(named)).status()).isZero();
        Path unnamed = folder.resolve("unnamed");
        succeed(modulePath, train(unnamed));
        assertThat(unnamed.resolve(Run.BEST)).hasSameBinaryContentAs(named.resolve(Run.BEST));
        assertThat(Json.read(unnamed.resolve(Run.PROVENANCE))).containsEntry("version", Provenance.version());
        assertThat(Provenance.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void oneJarOfAllTrainsWithAPluginInIt() throws Exception {
        Path plugin = PluginJars.write(folder.resolve("to-shade.jar"), "own.WavyPlugin", wavy("1"),
                PluginJars.plugin("WavyPlugin", "Wavy"));
        Path fat = folder.resolve("all in one.jar");
        List<Path> jars = new ArrayList<>(modulePath);
        jars.add(plugin);
        PluginJars.zip(fat, merged(jars));
        assertThat(succeed(List.of(fat), List.of("recipes"))).isEqualTo(Answer.answer("recipes").out());
        Path run = folder.resolve("fat");
        succeed(List.of(fat), train(run, "schedule=wavy"));
        assertThat(Json.read(run.resolve(Run.PROVENANCE))).containsEntry("plugins", List.of(Map.of("file",
                "all in one.jar", "sha256", Sha256.of(fat), "choices", List.of("schedule=wavy"))));
    }

    /** Returns the files of jars and folders as a tool merges them: the files of services one after another. */
    private static Map<String, byte[]> merged(List<Path> jars) throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        for (Path jar : jars) {
            if (Files.isDirectory(jar)) {
                merge(content, jar);
            } else {
                try (FileSystem zip = FileSystems.newFileSystem(jar)) {
                    merge(content, zip.getPath("/"));
                }
            }
        }
        return content;
    }

    private static void merge(Map<String, byte[]> content, Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = root.relativize(file).toString();
                if (name.startsWith("META-INF/services/")) {
                    content.merge(name, Files.readAllBytes(file), (one, other) -> {
                        ByteArrayOutputStream both = new ByteArrayOutputStream();
                        both.writeBytes(one);
                        both.writeBytes(other);
                        return both.toByteArray();
                    });
                } else if (!name.startsWith("META-INF/") && !name.equals("module-info.class")) {
                    content.putIfAbsent(name, Files.readAllBytes(file));
                }
            }
        }
    }

    private static String wavy(String factor) {
        return PluginJars.schedule("Wavy", "", "public static final Wavy DEFAULT = new Wavy();")
                .replace("return 1;", "return " + factor + ";");
    }

    @Test
    void aPluginNeedsNothingButItsModuleInfo() throws Exception {
        String module = """
                module own {
                    requires scanline.lab;
                    exports own;
                    provides scanline.data.plugin.Plugin with own.WavyPlugin;
                }
                """;
        Path plugins = folder.resolve("plugins");
        Path jar = PluginJars.write(plugins.resolve("own.jar"), Map.of(),
                List.of(module, wavy("1"), PluginJars.plugin("WavyPlugin", "Wavy")));
        Path run = folder.resolve("plugged");
        succeed(modulePath, train(run, "schedule=wavy", "--plugins", plugins.toString()));
        assertThat(Json.read(run.resolve(Run.PROVENANCE))).containsEntry("plugins", List.of(Map.of("file", "own.jar",
                "sha256", Sha256.of(jar), "choices", List.of("schedule=wavy"))));
        List<Path> withPlugin = new ArrayList<>(modulePath);
        withPlugin.add(jar);
        assertThat(succeed(withPlugin, List.of("doctor"))).containsPattern("plugin +own.jar: own.Wavy");
    }

    @Test
    void aPluginThatFailsIsNamed() throws Exception {
        Path plugins = folder.resolve("failing");
        PluginJars.write(plugins.resolve("failing.jar"), "own.WavyPlugin", wavy("1 / (epochs - epochs)"),
                PluginJars.plugin("WavyPlugin", "Wavy"));
        Answer answer = scanline(modulePath,
                train(folder.resolve("failed"), "schedule=wavy", "--plugins", plugins.toString()));
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).contains(
                "scanline: failing.jar: own.Wavy fails: java.lang.ArithmeticException: / by zero (--debug");
    }

    @Test
    void aSweepStartsItsProcesses() throws Exception {
        List<String> words = new ArrayList<>(List.of("sweep"));
        words.addAll(List.of(SmallSets.recipe(set)));
        words.remove("model.hidden=8");
        Path sweep = folder.resolve("sweep");
        words.addAll(List.of("model.hidden=3,4", "--workers", "2", "--to", sweep.toString()));
        succeed(modulePath, words);
        try (Stream<Path> files = Files.walk(sweep)) {
            assertThat(files.filter(file -> file.endsWith(Run.RESULT))).hasSize(2);
        }
    }

    @Test
    void theStudioAnswers() throws Exception {
        Process studio = java(modulePath,
                List.of(VECTOR, Main.class.getName(), "studio", "--port", "0", "--runs", folder.toString()))
                .redirectError(folder.resolve("studio.txt").toFile()).start();
        try (BufferedReader lines = studio.inputReader(UTF_8); HttpClient client = HttpClient.newHttpClient()) {
            String address = lines.readLine().replaceFirst("studio +", "");
            for (String file : List.of("", "main.js", "api/recipes")) {
                HttpResponse<String> response = client.send(HttpRequest.newBuilder(URI.create(address + file)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(file).isEqualTo(200);
                assertThat(response.body()).as(file).isNotEmpty();
            }
        } finally {
            studio.destroyForcibly().waitFor();
        }
    }

    @Test
    void theEngineNeedsNothingElse() throws Exception {
        Path engine = Path.of(Engine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path program = Files.writeString(folder.resolve("Program.java"), """
                import scanline.engine.tensor.Engine;

                void main(String[] names) {
                    for (String name : names) {
                        try (Engine engine = Engine.open(name, 1)) {
                            IO.println(engine.backend().name());
                        }
                    }
                }
                """);
        Answer answer = run(List.of(engine), List.of(VECTOR, program.toString(), "reference", "cpu"));
        assertThat(answer.out()).as(answer.err()).isEqualTo("reference\ncpu, 1 thread\n");
        answer = run(List.of(engine), List.of(program.toString(), "reference", "cpu"));
        assertThat(answer.out()).isEqualTo("reference\n");
        assertThat(answer.err()).contains("IllegalStateException: " + MISSING);
    }

    @Test
    void oneLineSaysThatTheVectorApiIsMissing() throws Exception {
        Answer answer = run(modulePath, List.of(Main.class.getName(), "recipes"));
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.err()).isEqualTo("scanline: " + MISSING + "\n");
        assertThat(run(modulePath, List.of(Main.class.getName(), "--version")).status()).isZero();
    }
}
