package scanline.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class LayerTimesTest {
    /** Whatever the machine does: the layer with nearly all of the arithmetic takes most of the time. */
    @ParameterizedTest
    @CsvSource({"lstm-rows, model.layers=2, 1", "gru-rows-deep, model.layers=1, 0", "vit, model.depth=1, 3",
            "digit-classifier, model.depth=1, 2", "cnn, batch=8, 2", "cnn-rnn, batch=8, 2",
            "digit-sequence, model.decoderDepth=1, 2"})
    void sharesAddUpAndTheLargestLayerTakesTheMost(String name, String override, int largest) {
        Recipe recipe = Recipes.find(name, List.of("batch=8", override));
        List<Double> shares = LayerTimes.of(recipe, recipe.data().open());
        assertThat(shares.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-9));
        assertThat(shares).allSatisfy(share -> assertThat(share).isNotNegative());
        assertThat(shares.get(largest)).isGreaterThan(0.5 / shares.size());
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows", "vit", "vit-adamw", "cnn", "cnn-sigmoid", "cnn-rnn", "digit-sequence", "digit-classifier",
            "row-transformer", "irnn", "gru-rows-deep"})
    void everyParameterIsOfALayerAndEveryLayerHasAsManyAsItSays(String name) {
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
