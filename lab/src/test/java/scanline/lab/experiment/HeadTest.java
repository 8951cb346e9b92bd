package scanline.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.data.dataset.Outline;
import scanline.lab.recipe.Recipes;

class HeadTest {
    /** What the number of classes decides is that of the last layer, and of what labels are read by. */
    @ParameterizedTest
    @CsvSource({"lstm-rows, fc.weight fc.bias", "cnn, fc2.weight fc2.bias", "vit, fc.weight fc.bias",
            "row-transformer, fc.weight fc.bias",
            "digit-sequence, fc.weight fc.bias decoder.embedding.weight", "cnn-rnn, embedding.weight"})
    void theHeadHasTheParametersThatDependOnTheClasses(String recipe, String parameters) {
        List<String> classes = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        try (Experiment experiment = new Experiment(Recipes.find(recipe, List.of()),
                new Outline("mnist", classes, 28, 28), 1)) {
            assertThat(experiment.head()).containsExactlyInAnyOrder(parameters.split(" "));
        }
    }
}
