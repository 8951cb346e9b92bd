package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.data.base.Sha256;
import scanline.lab.base.CommandProcess;
import scanline.lab.base.Json;
import scanline.lab.docs.Markdown;
import scanline.lab.docs.Markdown.Block;
import scanline.lab.docs.Repository;
import scanline.lab.recipe.PluginChoices;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Run;

/** Plugins from jars: choices of every kind, which recipes use, and the runs that need them. */
class PluginsTest {
    private static final int SECONDS = 300;
    private static final String SECTION = "## A plugin";

    private static final String MODEL = """
            package own;

            import scanline.engine.geometry.CellKind;
            import scanline.engine.nn.Linear;
            import scanline.engine.nn.Recurrent;
            import scanline.engine.tensor.Sequences.Output;
            import scanline.engine.tensor.Tensor;
            import scanline.engine.tensor.Weights;
            import scanline.lab.model.Classifier;
            import scanline.lab.model.Model;

            public record ChainModel(int hidden, Ending ending, CellKind cell) implements Model {
                public static final ChainModel DEFAULT = new ChainModel(4, Straight.DEFAULT, CellKind.GRU);

                /** What happens to the last state: an interface of the plugin, with records of its own. */
                public interface Ending {
                    Tensor of(Tensor x);
                }

                public record Straight() implements Ending {
                    public static final Straight DEFAULT = new Straight();

                    @Override
                    public Tensor of(Tensor x) {
                        return x;
                    }
                }

                public record SquashEnding(boolean twice) implements Ending {
                    public static final SquashEnding DEFAULT = new SquashEnding(false);

                    @Override
                    public Tensor of(Tensor x) {
                        return (twice ? x.tanh() : x).tanh();
                    }
                }

                @Override
                public Classifier build(Weights weights, Input input) {
                    Recurrent chain = new Recurrent(weights.scope("chain"), cell, input.features(), hidden, 1,
                            Recurrent.Options.DEFAULT);
                    Linear fc = new Linear(weights.scope("fc"), hidden, input.classes());
                    return x -> fc.forward(ending.of(chain.forward(x, Output.LAST_STEP)));
                }
            }
            """;

    private static final String SCAN = """
            package own;

            public record Backwards() implements scanline.data.sequence.Scan {
                public static final Backwards DEFAULT = new Backwards();

                @Override
                public int features(int height, int width) {
                    return width;
                }

                @Override
                public int[] order(int height, int width) {
                    int last = height * width - 1;
                    return java.util.stream.IntStream.rangeClosed(0, last).map(i -> last - i).toArray();
                }
            }
            """;

    private static final String CANVAS = """
            package own;

            import scanline.engine.random.RandomKey;
            import scanline.data.canvas.Canvas;
            import scanline.data.image.ImageSet;
            import scanline.data.image.Pictures;

            /** Every image upside down. */
            public record Upended(int count) implements Canvas {
                public static final Upended DEFAULT = new Upended(16);

                @Override
                public Answer answer() {
                    return Answer.CLASS;
                }

                @Override
                public int longest() {
                    return 1;
                }

                @Override
                public Drawn drawn() {
                    return new Drawn(count, count, count);
                }

                @Override
                public Pictures pictures(ImageSet images, int[] chosen, RandomKey key) {
                    return new Pictures() {
                        @Override
                        public int height() {
                            return images.height();
                        }

                        @Override
                        public int width() {
                            return images.width();
                        }

                        @Override
                        public int classes() {
                            return images.classes();
                        }

                        @Override
                        public void draw(int number, byte[] pixels, int at) {
                            byte[] image = new byte[images.imagePixels()];
                            images.draw(chosen[number % chosen.length], image, 0);
                            for (int i = 0; i < image.length; i++) {
                                pixels[at + i] = image[image.length - 1 - i];
                            }
                        }

                        @Override
                        public int[] answer(int number) {
                            return images.answer(chosen[number % chosen.length]);
                        }
                    };
                }
            }
            """;

    private static final String SCHEDULE = """
            package own;

            public record Sawtooth(int teeth) implements scanline.engine.optim.Schedule {
                public static final Sawtooth DEFAULT = new Sawtooth(2);

                @Override
                public double factor(long step, long stepsAnEpoch, int epochs) {
                    return 1.0 / (1 + step % teeth);
                }
            }
            """;

    private static final String RULE = """
            package own;

            public record Plain(double rate) implements scanline.engine.optim.UpdateRule {
                public static final Plain DEFAULT = new Plain(0.1);

                @Override
                public java.util.List<String> slots() {
                    return java.util.List.of("unused");
                }

                @Override
                public void update(scanline.engine.optim.ParameterUpdate update) {
                    int n = update.elements();
                    scanline.engine.backend.Buffer step = update.slot(0);
                    update.backend().copy(step, 0, n, update.parameter().gradient(), 0, n, 1, n);
                    update.backend().scale(step, (float) -update.rate(), n);
                    update.backend().accumulate(update.parameter().value(), 0, n, step, 0, n, 1, n);
                }
            }
            """;

    private static final String CLIPPING = """
            package own;

            import scanline.engine.backend.Backend;
            import scanline.engine.optim.Clipping;
            import scanline.engine.tensor.Parameter;

            public record Tight(double bound) implements Clipping {
                public static final Tight DEFAULT = new Tight(0.5);

                @Override
                public void clip(Backend backend, java.util.List<Parameter> parameters) {
                    new Clipping.Value(bound).clip(backend, parameters);
                }
            }
            """;

    private static final String DATA = """
            package own;

            import java.util.List;
            import scanline.data.dataset.Dataset;
            import scanline.data.image.ImageSet;

            /** Vertical and horizontal stripes of 8 x 8 pixels. */
            public record Stripes(String name, int period) implements Dataset {
                public static final Stripes FINE = new Stripes("stripes-fine", 2);
                public static final Stripes COARSE = new Stripes("stripes-coarse", 4);

                @Override
                public List<String> classNames() {
                    return List.of("vertical", "horizontal");
                }

                @Override
                public ImageSet train() {
                    return images(40);
                }

                @Override
                public ImageSet test() {
                    return images(20);
                }

                private ImageSet images(int count) {
                    byte[] pixels = new byte[count * 64];
                    byte[] labels = new byte[count];
                    for (int i = 0; i < pixels.length; i++) {
                        int image = i / 64;
                        labels[image] = (byte) (image % 2);
                        int along = image % 2 == 0 ? i % 8 : i % 64 / 8;
                        pixels[i] = (byte) ((along + image / 2) % period < period / 2 ? 255 : 0);
                    }
                    return new ImageSet(8, 8, pixels, labels, 2);
                }
            }
            """;

    private static final String PLUGIN = """
            package own;

            public final class OwnPlugin implements scanline.data.plugin.Plugin {
                @Override
                public java.util.List<Class<?>> choices() {
                    return java.util.List.of(ChainModel.class, Backwards.class, Upended.class, Sawtooth.class, Plain.class,
                            Tight.class, Stripes.class);
                }
            }
            """;

    private static final String RECIPE = """
            epochs: 2
            batch: 8
            data: stripes-fine
            data.validation: 8
            data.scan: backwards
            data.canvas: upended
            model: chain
            model.hidden: 6
            model.ending: squash
            model.ending.twice: true
            model.cell: lstm
            optimizer: plain
            optimizer.rate: 0.2
            schedule: sawtooth
            schedule.teeth: 3
            clip: tight
            """;

    @TempDir
    private static Path folder;
    private static Path plugins;
    private static Path recipe;
    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        plugins = folder.resolve("plugins");
        PluginJars.write(plugins.resolve("own-1.2.jar"), "own.OwnPlugin", MODEL, SCAN, CANVAS, SCHEDULE, RULE, CLIPPING,
                DATA, PLUGIN);
        recipe = Files.writeString(folder.resolve("own.yaml"), RECIPE);
        run = folder.resolve("run");
        succeed("train", recipe.toString(), "--run", run.toString(), "--plugins", plugins.toString());
    }

    @AfterAll
    static void useNoPlugin() {
        PluginChoices.use(null);
    }

    private static String succeed(String... words) {
        Answer answer = Answer.answer(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    @Test
    void choicesOfEveryKindAreTrainedResumedAndEvaluated() throws IOException {
        Map<String, String> keys = Recipes.keys(run.resolve(Run.RECIPE));
        RECIPE.lines().map(line -> line.split(": ")).forEach(line -> assertThat(keys).containsEntry(line[0], line[1]));
        assertThat(keys).containsEntry("clip.bound", "0.5").containsEntry("data.canvas.count", "16");
        byte[] weights = Files.readAllBytes(run.resolve(Run.BEST));
        Files.delete(run.resolve(Run.RESULT));
        succeed("resume", run.toString(), "--plugins", plugins.toString());
        assertThat(run.resolve(Run.RESULT)).exists();
        assertThat(Files.readAllBytes(run.resolve(Run.BEST))).isEqualTo(weights);
        assertThat(succeed("evaluate", run.toString(), "--plugins", plugins.toString())).contains("accuracy");
        assertThat(succeed("--plugins", plugins.toString(), "explain", recipe.toString())).contains("chain", "teeth");
        assertThat(succeed("data", "list", "--plugins", plugins.toString()))
                .containsPattern("stripes-fine +of the plugin own-1.2.jar").contains("stripes-coarse");
        assertThat(succeed("report", run.toString(), "--plugins", plugins.toString())).contains("report.html");
        assertThat(
                Answer.answer("evaluate", run.toString(), "data.dir=" + folder, "--plugins", plugins.toString()).err())
                .isEqualTo("scanline: data=stripes-fine reads no files, so it has no data.dir, which is " + folder
                        + System.lineSeparator());
    }

    @Test
    void aRunRecordsItsPluginAndAsksForItIfItIsMissing() throws IOException {
        Map<String, Object> facts = Json.read(run.resolve(Run.PROVENANCE));
        assertThat(facts).containsEntry("plugins", List.of(Map.of("file", "own-1.2.jar", "sha256",
                Sha256.of(plugins.resolve("own-1.2.jar")), "choices",
                List.of("data=stripes-fine", "data.canvas=upended", "data.scan=backwards", "model=chain",
                        "model.ending=squash", "optimizer=plain", "schedule=sawtooth", "clip=tight"))));
        for (String command : List.of("resume", "evaluate", "report")) {
            Answer answer = Answer.answer(command, run.toString());
            assertThat(answer.status()).as(command).isEqualTo(1);
            assertThat(answer.err()).as(command).startsWith("scanline: " + run
                    + " needs the plugin own-1.2.jar for data=stripes-fine, data.canvas=upended, data.scan=backwards,"
                    + " model=chain, optimizer=plain, schedule=sawtooth, clip=tight: give its folder with --plugins DIR")
                    .hasLineCount(1);
        }
        succeed("compare", run.toString()); // it needs no more than the keys
    }

    @Test
    void aRunResumedWithAnotherJarRecordsIt() throws IOException {
        Path other = folder.resolve("other");
        Files.createDirectories(other);
        Path copy = folder.resolve("copy");
        succeed("train", recipe.toString(), "epochs=1", "--run", copy.toString(), "--plugins", plugins.toString());
        Path jar = PluginJars.write(other.resolve("own-1.3.jar"), "own.OwnPlugin", MODEL, SCAN, CANVAS, SCHEDULE, RULE,
                CLIPPING, DATA, PLUGIN.replace("final class", "class"));
        Files.delete(copy.resolve(Run.RESULT));
        succeed("resume", copy.toString(), "--plugins", other.toString());
        assertThat(Json.read(copy.resolve(Run.PROVENANCE)).get("resumed").toString())
                .contains("file=own-1.3.jar", "sha256=" + Sha256.of(jar));
    }

    @Test
    void aMistypedNameIsComparedWithThoseOfPlugins() {
        Answer answer = Answer.answer("explain", recipe.toString(), "model=chian", "--plugins", plugins.toString());
        assertThat(answer.status()).isEqualTo(2);
        assertThat(answer.err()).contains("one of chain, cnn,", "did you mean chain?");
    }

    @Test
    void theExampleOnThePageIsTrained() throws IOException {
        List<Block> blocks = Markdown.of(Repository.folder().resolve("docs/adding.md")).blocks().stream()
                .filter(block -> block.before().stream().filter(line -> line.startsWith("## "))
                        .reduce("", (_, later) -> later).equals(SECTION))
                .toList();
        Path jars = folder.resolve("page");
        PluginJars.write(jars.resolve("gated.jar"), Map.of(), texts(blocks, "java"));
        Path page = Files.writeString(folder.resolve("gated.yaml"), texts(blocks, "yaml").getFirst());
        Path set = SmallSets.write(folder.resolve("set"), 1, 3);
        Path trained = folder.resolve("gated");
        succeed("train", page.toString(), "data=idx", "data.dir=" + set, "data.validation=8", "batch=8", "epochs=1",
                "--run", trained.toString(), "--plugins", jars.toString());
        succeed("evaluate", trained.toString(), "--plugins", jars.toString());
        assertThat(succeed("explain", page.toString(), "--plugins", jars.toString())).contains("gate", "7,338");
    }

    private static List<String> texts(List<Block> blocks, String language) {
        return blocks.stream().filter(block -> block.language().equals(language)).map(Block::text).toList();
    }

    @Test
    void processesFindPluginsByVariableAndOnTheModulePath() throws IOException, InterruptedException {
        List<String> explain = List.of("explain", recipe.toString());
        PluginChoices.use(null);
        ProcessBuilder variable = CommandProcess.of(Main.class, explain);
        variable.environment().put("SCANLINE_PLUGINS", plugins.toString());
        assertThat(output(variable)).contains("chain");
        ProcessBuilder onPath = CommandProcess.of(Main.class, explain);
        List<String> command = new ArrayList<>(onPath.command());
        command.replaceAll(word -> word.startsWith("--module-path=") || word.startsWith("-Djdk.module.path=")
                ? word + File.pathSeparator + plugins.resolve("own-1.2.jar")
                : word);
        assertThat(command).isNotEqualTo(onPath.command());
        assertThat(output(onPath.command(command))).contains("chain");
    }

    @Test
    void theProcessesOfASweepHaveThePlugins() throws IOException {
        succeed("sweep", recipe.toString(), "model.hidden=3,4", "epochs=1", "--to", folder.resolve("sweep").toString(),
                "--workers", "2", "--plugins", plugins.toString());
    }

    private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
