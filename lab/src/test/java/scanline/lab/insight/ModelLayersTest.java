package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * Holds the layers of every recipe's model against layers.txt, which was first written from figures that were computed
 * by hand, without a trace. With the system property {@code scanline.approve} the file is written anew instead.
 */
class ModelLayersTest {
    private static final Path APPROVED = Path.of("src/test/resources/scanline/lab/insight/layers.txt");

    @Test
    void theLayersOfEveryRecipeAreTheApprovedOnes() throws IOException {
        String layers = Recipes.names().stream().map(ModelLayersTest::table).collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("scanline.approve")) {
            Files.writeString(APPROVED, layers);
        }
        assertThat(layers).isEqualTo(Files.readString(APPROVED));
    }

    private static String table(String name) {
        try (Experiment experiment = new Experiment(Recipes.find(name, List.of()), 1)) {
            return name + "\n" + ModelLayers.of(experiment).stream()
                    .map(row -> String.format(Locale.ROOT, "  %-22s %-28s %-12s %,12d %,14d%n", row.info().name(),
                            row.info().description(), row.output(), row.parameters(), row.flops()))
                    .collect(Collectors.joining());
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm-pixels, model.bidirectional=true model.learnInitialState=true",
            "vit, model.headWidth=5 model.mlp=7",
            "digit-classifier, model.positions=false model.pooling=mean", "rnn-rows, ''", "cnn, ''", "irnn, ''",
            "row-transformer, model.positions=true model.heads=16",
            "digit-sequence, model.decoderDepth=1 model.positions=7 data.canvas.rows=3",
            "cnn-rnn, model.cnn.hidden=9 model.hidden=7 model.embedding=5 data.canvas.maxImages=2"})
    void everyParameterIsInOneLayer(String name, String overrides) {
        try (Experiment experiment = new Experiment(recipe(name, overrides), 1)) {
            List<ModelLayers.Row> rows = ModelLayers.of(experiment);
            for (ModelLayers.Row row : rows) {
                assertThat(experiment.weights().parameters().stream()
                        .filter(parameter -> parameter.layer().equals(row.info()))
                        .mapToLong(parameter -> parameter.shape().elements()).sum()).isEqualTo(row.parameters());
            }
            assertThat(experiment.weights().parameters()).extracting(Parameter::layer)
                    .isSubsetOf(rows.stream().map(ModelLayers.Row::info).toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows", "vit", "digit-sequence", "cnn-rnn", "gru-rows-deep"})
    void theLayersDoNotDependOnWhatTheBackendFuses(String name) {
        Recipe recipe = recipe(name, "");
        try (Experiment fused = new Experiment(recipe, 1);
                Experiment composed = new Experiment(recipe, recipe.data().open(),
                        Engine.open("reference", 1))) {
            assertThat(ModelLayers.of(composed)).isEqualTo(ModelLayers.of(fused));
        }
    }

    /** Each model is made such that one layer has nearly all of the arithmetic. */
    @ParameterizedTest
    @CsvSource({"lstm-rows, model.bidirectional=true, 1", "gru-rows-deep, model.layers=1, 0",
            "vit, model.depth=1 model.mlp=1024, 3", "digit-classifier, model.depth=1 model.feedForward=1024, 2",
            "cnn, model.kernel=7, 2", "cnn-rnn, model.cnn.kernel=7, 2",
            "digit-sequence, data.scan=rows model.encoderDepth=1 model.decoderDepth=1 model.feedForward=1024, 2"})
    void sharesSumToOneAndTheLargestLayerTakesTheMost(String name, String overrides, int largest) {
        try (Experiment experiment = new Experiment(recipe(name, "batch=8 " + overrides), 1)) {
            List<Double> sums = List.of();
            for (int repeat = 0; repeat < 3; repeat++) {
                List<Double> shares = ModelLayers.times(experiment);
                assertThat(shares.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-9));
                assertThat(shares).allSatisfy(share -> assertThat(share).isNotNegative());
                List<Double> before = sums;
                sums = IntStream.range(0, shares.size())
                        .mapToObj(i -> shares.get(i) + (before.isEmpty() ? 0 : before.get(i))).toList();
            }
            assertThat(sums.get(largest)).as(sums.toString()).isEqualTo(Collections.max(sums));
        }
    }

    private static Recipe recipe(String name, String overrides) {
        return Recipes.find(name, overrides.isEmpty() ? List.of() : List.of(overrides.split(" ")));
    }
}
