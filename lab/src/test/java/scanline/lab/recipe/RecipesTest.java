package scanline.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.nn.FirstValues;
import scanline.engine.nn.Initialisation;
import scanline.engine.optim.Adam;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.Sgd;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Recurrence;
import scanline.engine.tensor.Weights;
import scanline.lab.data.Scan;
import scanline.lab.model.CnnModel;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;

class RecipesTest {
    static List<String> names() {
        return Recipes.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aRecipeWrittenAsTextIsTheSameRecipe(String name) {
        Recipe recipe = Recipes.find(name, List.of());
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
    }

    @Test
    void theRowLstmIsSystemH() {
        Recipe recipe = Recipes.find("lstm-rows", List.of());
        assertThat(recipe.model()).isEqualTo(
                new RecurrentModel(Recurrence.LSTM, 128, 2, 0, false, false, false, false, Initialisation.DEFAULT));
        assertThat(recipe.optimizer()).isEqualTo(Adam.DEFAULT);
        assertThat(parameters(recipe, new Model.Input(28, 28, 10))).isEqualTo(214_282);
    }

    @Test
    void thePixelLstmIsSystemC() {
        Recipe recipe = Recipes.find("lstm-pixels", List.of());
        assertThat(recipe.clip()).isEqualTo(new Clipping.Value(1));
        assertThat(recipe.published().accuracy()).isEqualTo(0.9607);
        assertThat(recipe.published().divisor()).isEqualTo(10_240);
        assertThat(parameters(recipe, new Model.Input(784, 1, 10))).isEqualTo(68_362);
    }

    @Test
    void theCnnIsSystemF() {
        Recipe recipe = Recipes.find("cnn", List.of());
        assertThat(recipe.model()).isEqualTo(new CnnModel(32, 3, 128, FirstValues.HE));
        assertThat(recipe.optimizer()).isEqualTo(Adam.DEFAULT);
        assertThat(recipe.batch()).isEqualTo(128);
        // 320 + 64 + 18,496 + 128 + 401,536 + 1,290
        assertThat(parameters(recipe, new Model.Input(28, 28, 10))).isEqualTo(421_834);
    }

    @Test
    void aCnnRefusesWhatItCannotBeMadeOf() {
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.kernel=4")))
                .hasMessage("model.kernel must be an odd number from 1 to 63, not 4");
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.channels=0")))
                .hasMessage("model.channels must be from 1 to 4096, not 0");
        assertThatThrownBy(() -> Recipes.find("cnn", List.of("model.hidden=0")))
                .hasMessage("model.hidden must be from 1 to 4096, not 0");
        Model model = Recipes.find("cnn", List.of()).model();
        assertThatThrownBy(() -> model.layers(new Model.Input(784, 1, 10)))
                .hasMessage("model=cnn halves an image twice,"
                        + " so it needs at least 4 x 4 pixels, not 784 x 1: see data.scan and data.shrink");
    }

    @ParameterizedTest
    @CsvSource({"rnn-rows-deep, 87562", "lstm-rows-deep, 346378", "gru-rows-deep, 260106", "lstm-rows, 214282",
            "rnn-rows, 54538", "lstm-pixels, 68362", "lstm-cooijmans, 42410"})
    void aModelHasAsManyParametersAsItsSource(String name, long count) {
        Recipe recipe = Recipes.find(name, List.of());
        Model.Input input = name.contains("rows") ? new Model.Input(28, 28, 10) : new Model.Input(784, 1, 10);
        assertThat(parameters(recipe, input)).isEqualTo(count);
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatAModelSaysOfItsParametersIsWhatItHas(String name) {
        Model.Input input = new Model.Input(9, 6, 4);
        for (String both : List.of("false", "true")) {
            Recipe recipe = Recipes.find(name, Recipes.find(name, List.of()).model() instanceof RecurrentModel
                    ? List.of("model.bidirectional=" + both, "model.learnedState=" + both)
                    : List.of());
            try (Backend backend = Backend.load(1)) {
                Weights weights = new Weights(backend, 1);
                recipe.model().build(weights, input);
                assertThat(parameters(recipe, input)).isEqualTo(weights.count());
            }
        }
    }

    @Test
    void anotherChoiceOnTheCommandLineHasItsUsualValues() {
        Recipe recipe = Recipes.find("lstm-rows",
                List.of("optimizer=sgd", "optimizer.momentum=0.9", "schedule=warmup"));
        assertThat(recipe.optimizer()).isEqualTo(new Sgd(0.01, 0.9, false, 0));
        assertThat(recipe.schedule()).isEqualTo(Schedule.WarmUp.DEFAULT);
    }

    @Test
    void anotherScanOnTheCommandLineHasItsUsualValues() {
        assertThat(scan("data.scan=chunks")).isEqualTo(Scan.Chunks.DEFAULT);
        assertThat(scan("data.scan=chunks", "data.scan.size=14")).isEqualTo(new Scan.Chunks(14));
        assertThat(scan("data.scan=permuted", "data.scan.seed=5")).isEqualTo(new Scan.Permuted(5, 1, ""));
    }

    @Test
    void anotherScanForgetsTheKeysOfTheOneBefore() {
        String text = Recipes.find("lstm-rows", List.of("data.scan=permuted", "data.scan.size=4")).text();
        assertThat(text).contains("data.scan: permuted\ndata.scan.seed: 1\ndata.scan.size: 4\ndata.scan.file: \"\"\n");
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan.seed=2")).data().scan())
                .isEqualTo(new Scan.Permuted(2, 4, ""));
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan=chunks")).data().scan())
                .isEqualTo(new Scan.Chunks(7));
        assertThat(Recipes.parse("mine.yaml", text, List.of("data.scan=permuted")).data().scan())
                .isEqualTo(Scan.Permuted.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "columns", "pixels", "chunks", "permuted"})
    void everyScanIsReadAgainFromTheTextOfItsRecipe(String scan) {
        Recipe recipe = Recipes.find("lstm-rows", List.of("data.scan=" + scan));
        assertThat(Recipes.parse("again", recipe.text(), List.of())).isEqualTo(recipe);
    }

    @ParameterizedTest
    @CsvSource({"chunks, 0", "permuted, -7"})
    void aStepWithoutPixelsIsRefused(String scan, int size) {
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
                    data.scan=row        | the command line: data.scan is "row", but must be one of chunks, columns, permuted, pixels, rows; did you mean rows?
                    data.scan.size=7     | the command line: unknown key data.scan.size
                    optimizer=adm        | the command line: optimizer is "adm", but must be one of adam, adamw, rmsprop, sgd; did you mean adam?
                    batch=0              | batch must be at least 1, not 0
                    epochs=0             | epochs must be at least 1, not 0
                    optimizer.rate=-1    | optimizer.rate must be positive, not -1.0
                    model.hidden=0       | model.hidden must be from 1 to 4096, not 0
                    model.dropout=1      | model.dropout must be in [0, 1), not 1.0
                    data.validation=-1   | data.validation must be 0 or more, not -1
                    data.shrink=0        | data.shrink must be at least 1, not 0
                    published.accuracy=98.9 | published.accuracy must be a fraction, 0 to 1, not 98.9
                    published.divisor=-1 | published.divisor must be 0 (for the number of test examples) or more, not -1
                    loss.smoothing=2     | loss.smoothing must be in [0, 1), not 2.0
                    epochs               | "epochs" is not of the form key=value
                    """)
    void aWrongOverrideIsRefusedInOneLine(String override, String message) {
        assertThatThrownBy(() -> Recipes.find("lstm-rows", List.of(override))).isInstanceOf(RecipeException.class)
                .hasMessage(message);
    }

    @Test
    void anUnknownRecipeNamesTheNearest() {
        assertThatThrownBy(() -> Recipes.find("lstm-row", List.of())).isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("no recipe is called lstm-row; did you mean lstm-rows?");
    }

    @Test
    void aRecipeThatLacksAKeyIsRefused() {
        String text = Recipes.find("lstm-rows", List.of()).text().replace("optimizer.beta2: 0.999\n", "");
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", text, List.of())).isInstanceOf(RecipeException.class)
                .hasMessage("the recipe lacks the key optimizer.beta2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'epochs: 1\nepochs: 2'  | mine.yaml, line 2, column
            'epochs: [1, 2]'        | mine.yaml, line 1, column
            'epochs: "1'            | mine.yaml, line 1, column
            '- 1'                   | mine.yaml is not a list of lines
            """)
    void aTextThatIsNoFlatMappingIsRefusedWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> Recipes.parse("mine.yaml", text.replace("\\n", "\n"), List.of()))
                .isInstanceOf(RecipeException.class).hasMessageStartingWith(message);
    }

    private static Scan scan(String... overrides) {
        return Recipes.find("lstm-rows", List.of(overrides)).data().scan();
    }

    @Test
    void theKeysOfATextAreReadAsTheyStandWhateverTheyAre(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("old.yaml"), "seed: 3\nforgotten: \"a: b\"\ndata.dir: \"\"\n");
        assertThat(Recipes.keys(file)).isEqualTo(Map.of("seed", "3", "forgotten", "a: b", "data.dir", ""));
    }

    private static long parameters(Recipe recipe, Model.Input input) {
        return recipe.model().layers(input).stream().mapToLong(Model.Layer::parameters).sum();
    }
}
