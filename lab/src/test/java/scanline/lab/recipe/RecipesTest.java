package scanline.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.sequence.Scan;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Readout;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.ParameterGroup;
import scanline.engine.optim.RmsProp;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;
import scanline.engine.tensor.Engine;
import scanline.lab.docs.Repository;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.ModelLayers;
import scanline.lab.model.CnnModel;
import scanline.lab.model.EncoderModel;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;
import scanline.lab.model.VitModel;
import scanline.lab.run.Run;

class RecipesTest {
    static List<String> names() {
        return Recipes.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aRecipeWrittenAsTextIsReadBack(String name) {
        Recipe recipe = Recipes.find(name, List.of());
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
    }

    @Test
    void theRowLstmIsSystemH() {
        Recipe recipe = Recipes.find("lstm-rows", List.of());
        assertThat(recipe.model()).isEqualTo(
                new RecurrentModel(CellKind.LSTM, Optional.empty(), 128, 2, 0, false, false, false, false,
                        RecurrentInitializer.DEFAULT, Readout.LAST));
        assertThat(recipe.optimizer()).isEqualTo(Adam.DEFAULT);
        assertThat(parameters(recipe)).isEqualTo(214_282);
    }

    @Test
    void onlyALemHasATimeStep() {
        assertThat(Recipes.find("lstm-pixels", List.of()).keys()).doesNotContainKey("model.dt");
        Recipe lem = Recipes.find("lstm-pixels", List.of("model.cell=lem", "model.dt=0.21"));
        assertThat(lem.keys()).containsEntry("model.cell", "lem").containsEntry("model.dt", "0.21");
        assertThat(Recipes.parse("again", lem.text(), List.of())).isEqualTo(lem);
        assertThat(Recipes.find("lstm-pixels", List.of("model.cell=lem")).keys()).containsEntry("model.dt", "1.0");
        assertThat(parameters(lem)).isEqualTo(68_362);
    }

    @Test
    void thePixelLstmIsSystemC() {
        Recipe recipe = Recipes.find("lstm-pixels", List.of());
        assertThat(recipe.clip()).isEqualTo(new Clipping.Value(1));
        assertThat(recipe.published().accuracy()).isEqualTo(0.9607);
        assertThat(recipe.published().divisor()).isEqualTo(10_240);
        assertThat(parameters(recipe)).isEqualTo(68_362);
    }

    @Test
    void theCnnIsSystemF() {
        Recipe recipe = Recipes.find("cnn", List.of());
        assertThat(recipe.model()).isEqualTo(new CnnModel(32, 3, 128, 0, Initializer.HE));
        assertThat(recipe.optimizer()).isEqualTo(Adam.DEFAULT);
        assertThat(recipe.batch()).isEqualTo(128);
        // 320 + 64 + 18,496 + 128 + 401,536 + 1,290
        assertThat(parameters(recipe)).isEqualTo(421_834);
    }

    @Test
    void groupsOfParametersAreText() {
        Recipe recipe = Recipes.find("lstm-rows",
                List.of("groups= lstm.*_l0: rate 0.1 ,no decay;fc.bias:no decay; *:  frozen"));
        assertThat(recipe.parameterGroups()).containsExactly(new ParameterGroup("lstm.*_l0", 0.1, false, false),
                new ParameterGroup("fc.bias", 1, false, false), new ParameterGroup("*", 1, true, true));
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
        assertThat(Recipe.decisions(recipe.keys())).containsEntry("groups",
                "lstm.*_l0: rate 0.1 ,no decay;fc.bias:no decay; *:  frozen");
        assertThat(Recipes.find("lstm-rows", List.of()).parameterGroups()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    fc.bias | s must be patterns of names with settings, such as "fc.*: rate 0.1, no decay; lstm.*: frozen", but has "fc.bias"
                    : frozen | s must be patterns of names with settings, such as "fc.*: rate 0.1, no decay; lstm.*: frozen", but has ": frozen"
                    fc.*: frozen; | s must be patterns of names with settings, such as "fc.*: rate 0.1, no decay; lstm.*: frozen", but has ""
                    fc.*: | s: "fc.*" must be "rate NUMBER", "no decay" or "frozen", but is ""
                    fc.*: no deacy | s: "fc.*" must be "rate NUMBER", "no decay" or "frozen", but is "no deacy"
                    fc.*: rate | s: "fc.*" must be "rate NUMBER", "no decay" or "frozen", but is "rate"
                    fc.*: rate x | s: "fc.*" must have a positive number as its rate, a factor of optimizer.rate, but has "rate x"
                    fc.*: rate 0 | s: "fc.*" must have a positive number as its rate, a factor of optimizer.rate, but has "rate 0"
                    fc.*: rate Infinity | s: "fc.*" must have a positive number as its rate, a factor of optimizer.rate, but has "rate Infinity"
                    fc.*: rate 1, rate 2 | s: "fc.*" has "rate" twice
                    fc.*: frozen, no decay | s: "fc.*" is frozen, so it has no other setting
                    """)
    void invalidGroupsAreRejectedInOneLine(String groups, String fault) {
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of("groups=" + groups)))
                .isInstanceOf(RecipeException.class).hasMessage("group" + fault);
    }

    @Test
    void invalidNumbersOfBatchesAreRejected() {
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of("accumulate=0")))
                .hasMessage("accumulate must be at least 1, not 0");
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of("batch=65536", "accumulate=32768")))
                .hasMessage("batch times accumulate must be at most 2147483647");
    }

    @Test
    void theOptimizersAreTheRecordsOfTheEngine() {
        assertThat(Binding.choices(UpdateRule.class)).isEqualTo(
                Map.of("sgd", Sgd.class, "rmsprop", RmsProp.class, "adam", Adam.class, "adamw", AdamW.class));
    }

    @Test
    void invalidCnnSizesAreRejected() {
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.kernel=4")))
                .hasMessage("model.kernel must be odd, so that the image keeps its size, not 4");
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.channels=0")))
                .hasMessage("model.channels must be from 1 to 4096, not 0");
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.hidden=0")))
                .hasMessage("model.hidden must be from 1 to 4096, not 0");
        Model model = Recipes.find("cnn", List.of()).model();
        assertThatThrownBy(() -> build(model, new Model.Input(784, 1, 10, 1)))
                .hasMessage("the CNN halves an image twice,"
                        + " so it needs at least 4 x 4 pixels, not 784 x 1: see data.scan, data.shrink and data.canvas");
        Model large = Recipes.find("cnn", List.of("model.kernel=15")).model();
        assertThatThrownBy(() -> build(large, new Model.Input(28, 28, 10, 1)))
                .hasMessage("the CNN's kernel is 15, but the second convolution's image is 14 x 14");
    }

    @ParameterizedTest
    @CsvSource({"rnn-rows-deep, 87562", "lstm-rows-deep, 346378", "gru-rows-deep, 260106", "lstm-rows, 214282",
            "rnn-rows, 54538", "lstm-pixels, 68362", "lstm-cooijmans, 42410", "vit, 892882", "vit-adamw, 892882",
            "digit-classifier, 313418", "row-transformer, 401546", "digit-sequence, 721996",
            "digit-sequence-blanks, 721996"})
    void aModelHasTheParameterCountOfItsSource(String name, long count) {
        Recipe recipe = Recipes.find(name, List.of());
        assertThat(parameters(recipe)).isEqualTo(count);
    }

    @Test
    void theVisionTransformerIsSystemB() {
        Recipe recipe = Recipes.find("vit", List.of());
        assertThat(recipe.model()).isEqualTo(VitModel.DEFAULT).isEqualTo(new VitModel(64, 6, 8, 64, 128, 0));
        assertThat(recipe.data().scan()).isEqualTo(new Scan.Patches(6, true));
        assertThat(recipe.optimizer()).isEqualTo(new Sgd(0.01, 0, false, 0));
    }

    @Test
    void theEncodersAreSystemsEAndG() {
        assertThat(Recipes.find("digit-classifier", List.of()).model()).isEqualTo(EncoderModel.DEFAULT);
        assertThat(Recipes.find("row-transformer", List.of()).model()).isEqualTo(
                new EncoderModel(128, 2, 8, 512, 0, false, EncoderModel.Pooling.MEAN, Initializer.HE));
        assertThat(parameters(Recipes.find("row-transformer", List.of("model.positions=true"))))
                .isEqualTo(401_546 + 28 * 128);
    }

    /** A step of the row transformer, by hand: 2 layers over 28 rows, each of width 128. */
    @Test
    void theProductsOfAttentionCountToo() {
        long projections = 4L * 128 * 128;
        long scoresAndSums = 2L * 28 * 128;
        long feedForward = 2L * 128 * 512;
        try (Experiment experiment = new Experiment(Recipes.find("row-transformer", List.of()), 1)) {
            assertThat(ModelLayers.of(experiment).stream().mapToLong(ModelLayers.Row::flops).sum()).isEqualTo(
                    2L * 28 * 28 * 128 + 2 * 2L * 28 * (projections + scoresAndSums + feedForward) + 2L * 128 * 10);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    vit              | model.width=0       | model.width must be from 1 to 4096, not 0
                    vit              | model.depth=65      | model.depth must be from 1 to 64, not 65
                    vit              | model.heads=0       | model.heads must be from 1 to 4096, not 0
                    vit              | model.headWidth=0   | model.headWidth must be from 1 to 4096, not 0
                    vit              | model.mlp=4097      | model.mlp must be from 1 to 4096, not 4097
                    vit              | model.dropout=1     | model.dropout must be in [0, 1), not 1.0
                    digit-classifier | model.heads=5       | model.heads must divide width: 5 does not divide 64
                    digit-classifier | model.feedForward=0 | model.feedForward must be from 1 to 4096, not 0
                    digit-classifier | model.pooling=last  | the command line: model.pooling is "last", but must be one of first, mean
                    digit-classifier | model.init=zero     | the command line: model.init is "zero", but must be one of he, lecun, uniform, xavier
                    digit-classifier | model.mlp=1         | the command line: model.mlp belongs to model=vit
                    digit-sequence   | model.heads=5       | model.heads must divide width: 5 does not divide 64
                    digit-sequence   | model.decoderDepth=0 | model.decoderDepth must be from 1 to 64, not 0
                    digit-sequence   | model.positions=0   | model.positions must be from 1 to 4096, not 0
                    digit-sequence   | model.beamWidth=0        | model.beamWidth must be from 1 (greedy) to 64, not 0
                    digit-sequence   | model.beamWidth=65       | model.beamWidth must be from 1 (greedy) to 64, not 65
                    cnn-rnn          | model.beamWidth=0        | model.beamWidth must be from 1 (greedy) to 64, not 0
                    cnn-rnn          | model.beamWidth=65       | model.beamWidth must be from 1 (greedy) to 64, not 65
                    cnn-rnn          | model.cnn.kernel=2  | model.cnn.kernel must be odd, so that the image keeps its size, not 2
                    """)
    void invalidTransformersAreRejectedInOneLine(String name, String override, String message) {
        assertThatThrownBy(() -> Recipes.find(name, List.of(override))).isInstanceOf(RecipeException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void anotherModelOnTheCommandLineHasItsDefaults() {
        assertThat(Recipes.find("lstm-rows", List.of("model=vit", "model.depth=2")).model())
                .isEqualTo(new VitModel(64, 2, 8, 64, 128, 0));
        assertThat(Recipes.find("vit", List.of("model=encoder", "model.pooling=mean")).model()).isEqualTo(
                new EncoderModel(64, 6, 4, 256, 0.1, true, EncoderModel.Pooling.MEAN, Initializer.UNIFORM));
    }

    @Test
    void anotherChoiceOnTheCommandLineHasItsDefaults() {
        Recipe recipe = Recipes.find("lstm-rows",
                List.of("optimizer=sgd", "optimizer.momentum=0.9", "schedule=warmup"));
        assertThat(recipe.optimizer()).isEqualTo(new Sgd(0.01, 0.9, false, 0));
        assertThat(recipe.schedule()).isEqualTo(Schedule.WarmUp.DEFAULT);
    }

    @Test
    void anotherScanOnTheCommandLineHasItsDefaults() {
        assertThat(scan("data.scan=chunks")).isEqualTo(Scan.Chunks.DEFAULT);
        assertThat(scan("data.scan=chunks", "data.scan.size=14")).isEqualTo(new Scan.Chunks(14));
        assertThat(scan("data.scan=permuted", "data.scan.seed=5")).isEqualTo(new Scan.Permuted(5, 1, ""));
        assertThat(scan("data.scan=patches")).isEqualTo(Scan.Patches.DEFAULT);
        assertThat(scan("data.scan=patches", "data.scan.size=6", "data.scan.pad=true"))
                .isEqualTo(new Scan.Patches(6, true));
    }

    @Test
    void anotherScanDropsTheKeysOfThePreviousOne() {
        String text = Recipes.find("lstm-rows", List.of("data.scan=permuted", "data.scan.size=4")).text();
        assertThat(text).contains("data.scan: permuted\ndata.scan.order: seed\ndata.scan.seed: 1\n"
                + "data.scan.size: 4\ndata.scan.file: \"\"\n");
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan.seed=2")).data().scan())
                .isEqualTo(new Scan.Permuted(2, 4, ""));
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan=chunks")).data().scan())
                .isEqualTo(new Scan.Chunks(7));
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan=permuted")).data().scan())
                .isEqualTo(Scan.Permuted.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "columns", "pixels", "chunks", "permuted", "patches"})
    void everyScanIsReadBackFromTheTextOfItsRecipe(String scan) {
        Recipe recipe = Recipes.find("lstm-rows", List.of("data.scan=" + scan));
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
    }

    @ParameterizedTest
    @CsvSource({"chunks, 0", "permuted, -7", "patches, 0"})
    void aStepWithoutPixelsIsRejected(String scan, int size) {
        assertThatThrownBy(() -> scan("data.scan=" + scan, "data.scan.size=" + size))
                .isInstanceOf(RecipeException.class).hasMessage("data.scan.size must be at least 1, not " + size);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    epoch=3              | the command line: unknown key epoch; did you mean epochs?
                    optimizer.rte=1      | the command line: unknown key optimizer.rte; did you mean optimizer.rate?
                    epochs=ten           | the command line: epochs is "ten", but must be a whole number
                    optimizer.rate=fast  | the command line: optimizer.rate is "fast", but must be a number
                    optimizer.rate=NaN   | the command line: optimizer.rate is "NaN", but must be a number
                    data.shuffle=yes     | the command line: data.shuffle is "yes", but must be true or false
                    data.scan=row        | the command line: data.scan is "row", but must be one of chunks, columns, patches, permuted, pixels, rows; did you mean rows?
                    data.scan.size=7     | the command line: data.scan.size belongs to data.scan=chunks, data.scan=patches, data.scan=permuted
                    optimizer.momentum=1 | the command line: optimizer.momentum belongs to optimizer=rmsprop, optimizer=sgd
                    model.cnn.hidden=9   | the command line: model.cnn.hidden belongs to model=cnnrnn
                    optimizer.speed=0.9  | the command line: unknown key optimizer.speed
                    optimizr.rate=0.9    | the command line: unknown key optimizr.rate; did you mean optimizer.rate?
                    optimizer=adm        | the command line: optimizer is "adm", but must be one of adam, adamw, rmsprop, sgd; did you mean adam?
                    batch=0              | batch must be at least 1, not 0
                    epochs=0             | epochs must be from 1 to 20000, not 0
                    optimizer.rate=-1    | optimizer.rate must be positive, not -1.0
                    model.hidden=0       | model.hidden must be from 1 to 4096, not 0
                    model.dropout=1      | model.dropout must be in [0, 1), not 1.0
                    data.validation=-1   | data.validation must be 0 or more, not -1
                    data.shrink=0        | data.shrink must be at least 1, not 0
                    published.accuracy=98.9 | published.accuracy must be a fraction, 0 to 1, not 98.9
                    published.divisor=-1 | published.divisor must be 0 (for the number of test examples) or more, not -1
                    loss.labelSmoothing=2     | loss.labelSmoothing must be in [0, 1), not 2.0
                    epochs               | "epochs" is not of the form key=value
                    """)
    void invalidOverridesAreRejectedInOneLine(String override, String message) {
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of(override))).isInstanceOf(RecipeException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    \\tepochs: 3           | line 2, column 1: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
                    epochs:3\\nbatch: 4    | line 2, column 1: while scanning a simple key: could not find expected ':' (line 3, column 1); a line is key: value, not indented, with a space after the colon, and a value with ": " in it has quotes
                    \\s\\sepochs: 3      | line 2, column 9: mapping values are not allowed here; a line is key: value, not indented, with a space after the colon, and a value with ": " in it has quotes
                    about: this: that     | line 2, column 12: mapping values are not allowed here; a line is key: value, not indented, with a space after the colon, and a value with ": " in it has quotes
                    about: "this\\nbatch: 4 | line 2, column 8: while scanning a quoted scalar: found unexpected end of stream (line 4, column 1)
                    about: @me            | line 2, column 8: found character '@' that cannot start any token. (Do not use @ for indentation)
                    seed: 2               | line 2, column 1: seed is given twice
                    """)
    void aBrokenFileIsReportedWithReasonAndLocation(String lines, String message) {
        String text = "seed: 1\n" + lines.translateEscapes() + "\n";
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", text, List.of())).isInstanceOf(RecipeException.class)
                .hasMessage("mine.yaml, " + message);
    }

    @Test
    void filesEndingInYmlAreRecipesToo(@TempDir Path folder) throws IOException {
        Recipe recipe = Recipes.find("lstm-rows", List.of("seed=3"));
        Path file = Files.writeString(folder.resolve("mine.yml"), recipe.text());
        assertThat(Recipes.find(file.toString(), List.of())).isEqualTo(recipe);
        assertThat(Run.name(file.toString())).isEqualTo("mine");
    }

    @Test
    void namesStartingWithATildeAreInTheHomeFolder() {
        String home = System.getProperty("user.home");
        assertThat(data("data=idx", "data.dir=~/digits").dir()).isEqualTo(home + "/digits");
        assertThat(data("data=idx", "data.dir=~").dir()).isEqualTo(home);
        assertThat(data("data=idx", "data.dir=a/~/b").dir()).isEqualTo(Path.of("a/~/b").toAbsolutePath().toString());
        assertThat(data("data=idx", "data.dir=~b").dir()).isEqualTo(Path.of("~b").toAbsolutePath().toString());
        assertThat(data("data.scan=permuted", "data.scan.file=~/order.txt").scan())
                .isEqualTo(new Scan.Permuted(1, 1, home + "/order.txt"));
    }

    private static Recipe.Data data(String... overrides) {
        return Recipes.find("lstm-rows", List.of(overrides)).data();
    }

    @Test
    void anUnknownRecipeNamesTheNearest() {
        assertThatThrownBy(() -> Recipes.find("lstm-row", List.of())).isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("no such recipe: lstm-row; did you mean lstm-rows?");
    }

    @Test
    void aRecipeWithoutAModelIsRejected() {
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", "epochs: 3\n", List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessage("mine.yaml: the recipe lacks the key model, which is one of"
                        + " cnn, cnnrnn, encoder, recurrent, sequence, transformer, vit");
    }

    @Test
    void missingKeysHaveTheirDefaults() {
        Recipe recipe = Recipes.parse("mine.yaml", """
                model: cnn
                model.hidden: 64
                optimizer: sgd
                """, List.of("schedule=warmup", "schedule.epochs=2"));
        assertThat(recipe.model()).isEqualTo(new CnnModel(32, 3, 64, 0, Initializer.UNIFORM));
        assertThat(recipe.optimizer()).isEqualTo(Sgd.DEFAULT);
        assertThat(recipe.schedule()).isEqualTo(new Schedule.WarmUp(2, 0));
        assertThat(recipe.data()).isEqualTo(Recipe.DEFAULT.data());
        assertThat(recipe.epochs()).isEqualTo(10);
        assertThat(Recipes.parse("mine.yaml", "model: vit\noptimizer.beta1: 0.8\n", List.of()).optimizer())
                .isEqualTo(new Adam(0.001, 0.8, 0.999, 1e-8, 0));
    }

    /** A recipe states what its source states and what departs from the defaults; the run folder has every key. */
    @ParameterizedTest
    @MethodSource("names")
    void aBuiltInRecipeIsShort(String name) throws IOException {
        List<String> lines = Files.readAllLines(Repository.folder().resolve("recipes").resolve(name + ".yaml"));
        assertThat(lines).anyMatch(line -> line.startsWith("about: ")).anyMatch(line -> line.startsWith("source: "));
        assertThat(lines.stream().filter(line -> !line.startsWith("#"))).hasSizeBetween(10, 22);
    }

    @Test
    void anOldKeyNameIsReportedWithTheNewOne() {
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of("loss.smoothing=0.1")))
                .isInstanceOf(RecipeException.class).hasMessage("the command line: loss.smoothing is now called"
                        + " loss.labelSmoothing; `scanline migrate` renames it in runs and recipe files");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'epochs: 1\nepochs: 2'  | mine.yaml, line 2, column
            'epochs: [1, 2]'        | mine.yaml, line 1, column
            'epochs: "1'            | mine.yaml, line 1, column
            '- 1'                   | mine.yaml is not a list of lines
            """)
    void nonFlatMappingsAreRejectedWithTheirLocation(String text, String message) {
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", text.replace("\\n", "\n"), List.of()))
                .isInstanceOf(RecipeException.class).hasMessageStartingWith(message);
    }

    /** A recipe's text names none: what it chooses from are the records of this module, by their names. */
    @Test
    void noClassIsLoadedFromText() {
        String text = Recipes.find("lstm-rows", List.of()).text();
        assertThatThrownBy(() -> Recipes.parse("mine.yaml",
                text.replace("model: recurrent", "model: scanline.lab.model.VitModel"), List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("model is \"scanline.lab.model.VitModel\", but must be one of cnn,");
        for (String tagged : List.of("!!java.net.URL \"http://127.0.0.1/\"", "!!int 1", "!x 1", "! 1",
                "!<tag:yaml.org,2002:str> 1", "!!binary AAEC")) {
            assertThatThrownBy(() -> Recipes.parse("mine.yaml", text.replace("seed: 1\n", "seed: " + tagged + "\n"),
                    List.of())).isInstanceOf(RecipeException.class)
                    .hasMessageMatching("mine.yaml, line \\d+, column 1: tags .* are not supported");
        }
        for (String whole : List.of("!!java.util.TreeMap\n", "&a seed: 1\nepochs: *a\n", "about: &a b\nsource: *a\n")) {
            assertThatThrownBy(() -> Recipes.parse("mine.yaml", whole + text, List.of()))
                    .isInstanceOf(RecipeException.class)
                    .hasMessageEndingWith(": tags (!) and aliases (*) are not supported");
        }
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", text.replace("seed: 1\n",
                "seed: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1/\"]]\n"), List.of()))
                .isInstanceOf(RecipeException.class).hasMessageEndingWith(": seed must have a single value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null", "Null", "~", "- a", "-", "a\nb", "a: b #c", "\"q\" \\", "\t", "\u0085\u2028\u202e\ufeff",
                    "\0", "☃ 𝄞", " a ", "yes", "%", "&a", "*a", "!a", "---", "..."})
    void anyTextIsReadBackUnchanged(String about) {
        Recipe recipe = Recipes.find("lstm-rows", List.of("about=" + about));
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
    }

    /** SnakeYAML Engine reads 1,025 characters at once, and fails where that parts a pair of surrogates. */
    @Test
    void surrogatePairsMayBeAnywhere() {
        Recipe recipe = Recipes.find("lstm-rows", List.of());
        for (int spaces = 1000; spaces < 1050; spaces++) {
            assertThat(Recipes.parse("again", "#" + " ".repeat(spaces) + "𝄞\n" + recipe.text(), List.of()))
                    .isEqualTo(recipe);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            about: "half \\ud800"         | line 1, column 1: about has an unpaired surrogate
            "a\\u001b[31m": 1             | line 1, column 1: invalid key "a\\u001b[31m"
            data.dir: "a\\0b"             | data.dir cannot be the name of a file: "a\\u0000b"
            epochs: "1\\u202e\\u2028x"      | epochs is "1\\u202e\\u2028x", but must be a whole number
            """)
    void hostileTextStaysOnOneLine(String line, String message) {
        String key = line.replaceFirst(":.*", "");
        String rest = Recipes.find("lstm-rows", List.of()).text().lines().filter(l -> !l.startsWith(key + ":"))
                .collect(Collectors.joining("\n"));
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", line + "\n" + rest, List.of()))
                .isInstanceOf(RecipeException.class).message().contains(message).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void longKeysAndValuesAreShortened() {
        String rest = Recipes.find("lstm-rows", List.of()).text().replaceFirst("epochs: .*\n", "");
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", "epochs: " + "9".repeat(9000) + "\n" + rest, List.of()))
                .hasMessage("mine.yaml, line 1, column 1: epochs is \"" + "9".repeat(60)
                        + "...\", but must be a whole number");
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", "k".repeat(101) + ": 1\n" + rest, List.of()))
                .hasMessage("mine.yaml, line 1, column 1: invalid key \"" + "k".repeat(60) + "...\"");
    }

    @Test
    void overlongAndNonTextFilesAreRejected(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("long.yaml"), "a".repeat(40_000));
        assertThatThrownBy(() -> Recipes.keys(file)).isInstanceOf(RecipeException.class)
                .hasMessage(file + ": is longer than 32768 bytes");
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> Recipes.keys(file)).isInstanceOf(RecipeException.class)
                .hasMessage(file + ": is not UTF-8 text");
    }

    private static Scan scan(String... overrides) {
        return Recipes.find("lstm-rows", List.of(overrides)).data().scan();
    }

    @Test
    void theKeysOfATextAreReadVerbatim(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("old.yaml"), "seed: 3\nforgotten: \"a: b\"\ndata.dir: \"\"\n");
        assertThat(Recipes.keys(file)).isEqualTo(Map.of("seed", "3", "forgotten", "a: b", "data.dir", ""));
    }

    private static long parameters(Recipe recipe) {
        try (Experiment experiment = new Experiment(recipe, 1)) {
            return experiment.weights().count();
        }
    }

    private static void build(Model model, Model.Input input) {
        try (Engine engine = Engine.open(1)) {
            model.build(engine.weights(1), input);
        }
    }
}
