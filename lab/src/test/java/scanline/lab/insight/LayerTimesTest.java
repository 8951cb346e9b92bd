package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.data.Dataset;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class LayerTimesTest {
    /** Each model is made such that one layer has nearly all of the arithmetic, whatever else the machine does meanwhile. */
    @ParameterizedTest
    @CsvSource({"lstm-rows, model.bidirectional=true, 1", "gru-rows-deep, model.layers=1, 0",
            "vit, model.depth=1 model.mlp=1024, 3", "digit-classifier, model.depth=1 model.feedForward=1024, 2",
            "cnn, model.kernel=7, 2", "cnn-rnn, model.cnn.kernel=7, 2",
            "digit-sequence, data.scan=rows model.encoderDepth=1 model.decoderDepth=1 model.feedForward=1024, 2"})
    void sharesSumToOneAndTheLargestLayerTakesTheMost(String name, String overrides, int largest) {
        Recipe recipe = Recipes.find(name, List.of(("batch=8 " + overrides).split(" ")));
        Dataset dataset = recipe.data().open();
        List<Double> sums = List.of();
        for (int repeat = 0; repeat < 3; repeat++) {
            List<Double> shares = LayerTimes.of(recipe, dataset);
            assertThat(shares.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-9));
            assertThat(shares).allSatisfy(share -> assertThat(share).isNotNegative());
            List<Double> before = sums;
            sums = IntStream.range(0, shares.size())
                    .mapToObj(i -> shares.get(i) + (before.isEmpty() ? 0 : before.get(i))).toList();
        }
        assertThat(sums.get(largest)).as(sums.toString()).isEqualTo(Collections.max(sums));
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows", "vit", "vit-adamw", "cnn", "cnn-sigmoid", "cnn-rnn", "digit-sequence", "digit-classifier",
            "row-transformer", "irnn", "gru-rows-deep"})
    void everyParameterBelongsToALayerAndTheCountsMatch(String name) {
        Recipe recipe = Recipes.find(name, List.of());
        try (Experiment experiment = new Experiment(recipe, 1)) {
            var layers = recipe.model().layers(experiment.input());
            for (var layer : layers) {
                long numbers = experiment.weights().parameters().stream()
                        .filter(parameter -> LayerTimes.owner(layers, parameter.name()).equals(layer.name()))
                        .mapToLong(parameter -> parameter.shape().elements()).sum();
                assertThat(numbers).as(layer.name()).isEqualTo(layer.parameters());
            }
        }
    }
}
