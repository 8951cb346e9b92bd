package scanline.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import scanline.data.base.Sha256;

/** Programs of users, outside of this build, that depend on the published files alone. */
class ConsumerTest {
    private static final Path JAVA = Path.of(Consumers.JAVA_HOME, "bin", "java");
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";
    private static final String MAIN = "scanline.lab.cli.Main";
    private static final Path PYTORCH = Command.project()
            .resolve("examples/src/test/resources/scanline/examples/rows.safetensors");
    private static final Path SEVEN = Command.project().resolve("docs/learn/pictures/seven.png");
    private static final List<String> TRAINING = List.of("lstm-rows", "data.limit=1200", "data.validation=200",
            "epochs=1", "batch=20", "schedule=constant", "model.hidden=16", "optimizer.rate=0.01");

    private static String path(String project, String separator) {
        Path target = Consumers.target(project);
        return target.resolve("lib") + separator + target.resolve("classes");
    }

    private static Command java(List<?> first, List<?> more) {
        return Command.of(Stream.of(List.of(JAVA, "-Xmx1g"), first, more).flatMap(List::stream).toArray());
    }

    @Test
    void aModelOfItsOwnDoesTheSameOnTheModulePathAndOnTheClassPath() throws IOException {
        Path named = Folders.empty("named");
        Path unnamed = Folders.empty("unnamed");
        String out = java(List.of("-p", path("modular", ":"), "-m", "consumer/consumer.Digits"),
                List.of(PYTORCH, named)).output();
        assertThat(java(List.of(VECTOR, "-cp", path("plain", "/*:"), "consumer.Digits"), List.of(PYTORCH, unnamed))
                .output()).isEqualTo(out);
        Map<String, String> values = out.lines().map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[0], words -> words[1]));
        assertThat(Double.parseDouble(values.get("gradient"))).isLessThan(1e-3);
        // Chance has a loss of 2.3.
        assertThat(Double.parseDouble(values.get("loss"))).isBetween(0.0, 0.6);
        assertThat(Double.parseDouble(values.get("accuracy"))).isGreaterThan(0.85);
        for (String file : List.of("digits.safetensors", "digits.onnx")) {
            assertThat(named.resolve(file)).isNotEmptyFile().hasSameBinaryContentAs(unnamed.resolve(file));
        }
    }

    @Test
    void aModuleNeedsNothingButTheEngine() throws IOException {
        try (Stream<Path> jars = Files.list(Consumers.target("engine").resolve("lib"))) {
            assertThat(jars).extracting(jar -> jar.getFileName().toString())
                    .containsExactly("scanline-engine-" + Repository.VERSION + ".jar");
        }
        String error = java(List.of("-p", path("engine", ":")), List.of("-m", "curve/curve.Curve")).output();
        assertThat(Double.parseDouble(error)).isLessThan(0.01);
    }

    @Test
    void theWeightsAreThoseOfThisBuild() throws IOException {
        Path runs = Folders.empty("runs");
        String modulePath = System.getProperty("java.class.path"); // of this JVM, which has the jars of this build
        assertThat(modulePath).doesNotContain(Repository.VERSION);
        train(List.of("-p", modulePath, "-m", "scanline.lab/" + MAIN), runs.resolve("build"));
        train(List.of("-p", Consumers.target("plain").resolve("lib"), "-m", "scanline.lab/" + MAIN),
                runs.resolve("module-path"));
        train(List.of(VECTOR, "-cp", path("plain", "/*:"), MAIN), runs.resolve("class-path"));
        for (String run : List.of("module-path", "class-path")) {
            assertThat(runs.resolve(run).resolve("best.safetensors")).as(run)
                    .hasSameBinaryContentAs(runs.resolve("build/best.safetensors"));
        }
    }

    /** Its jars are in a jar, which only Spring's class loader can read; the plugin's schedule changes nothing. */
    @Test
    void aSpringBootJarTrainsWithAPluginAndPredicts() throws IOException {
        Path runs = Folders.empty("boot");
        List<Object> classPath = List.of(VECTOR, "-cp", path("plain", "/*:"), MAIN);
        train(classPath, runs.resolve("plain"));
        String predicted = java(List.of(VECTOR, "-jar", Consumers.target("boot").resolve("boot-1.jar"),
                runs.resolve("boot"), SEVEN), Stream.concat(TRAINING.stream(), Stream.of("schedule=flat")).toList())
                .output();
        assertThat(runs.resolve("boot/best.safetensors"))
                .hasSameBinaryContentAs(runs.resolve("plain/best.safetensors"));
        assertThat(runs.resolve("boot/provenance.json")).content().contains("\"plugin-1.jar\"",
                Sha256.of(Consumers.target("plugin").resolve("plugin-1.jar")), "schedule=flat");
        assertThat(predicted).isEqualTo("predicted 7\n");
        assertThat(java(classPath, List.of("predict", runs.resolve("plain"), SEVEN)).output()).contains(" 7 ");
    }

    private static void train(List<?> java, Path run) {
        java(java, Stream.concat(Stream.of("train"), Stream.concat(TRAINING.stream(),
                Stream.of("--threads", "1", "--run", run.toString()))).toList()).output();
    }

    @Test
    void jbangRunsTheScript() throws IOException {
        Path folder = Folders.empty("jbang");
        String script = Files.readString(Command.project().resolve("examples/jbang/TrainMnist.java"));
        Path copy = Files.writeString(folder.resolve("TrainMnist.java"),
                script.replaceAll("(//DEPS \\S+):\\S+", "$1:" + Repository.VERSION));
        // JBang prints the command that its launcher, a shell script, then runs.
        Command.Ended jbang = Command.of(JAVA, "-cp", Consumers.target("jbang").resolve("lib") + "/*", "dev.jbang.Main",
                "run", "--repos", "scanline=" + Repository.folder().toUri(), copy)
                .with("JAVA_HOME", Consumers.JAVA_HOME)
                .with("JBANG_DIR", folder.resolve("home")).with("JBANG_REPO", folder.resolve("repository")).run();
        assertThat(jbang.status()).as(jbang.err()).isEqualTo(255);
        String out = Command.of("sh", "-c", jbang.out()).output();
        assertThat(out).contains("step 600, loss 0.");
    }
}
