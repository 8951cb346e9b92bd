package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.nn.S4d;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier;
import scanline.lab.recipe.Recipes;

class SpectrumTest {
    private static Experiment experiment(String... overrides) {
        List<String> keys = new ArrayList<>(List.of(overrides));
        keys.add("groups="); // those of S5
        return new Experiment(Recipes.find("s5-pixels", keys), 1);
    }

    @ParameterizedTest
    @CsvSource({"s5, 8, 4", "lru, 8, 8", "s4d, 8, 24"})
    void everyDiagonalLayerHasEigenvaluesAndResponses(String layer, int states, int eigenvalues) {
        try (Experiment experiment = experiment("model.layer=" + layer, "model.layer.states=" + states,
                "model.channels=6", "model.layers=2", "data.shrink=4")) {
            List<Spectrum> spectra = Spectrum.of(experiment);
            assertThat(spectra).extracting(Spectrum::layer).containsExactly("layers.0.seq", "layers.1.seq");
            assertThat(spectra).allSatisfy(spectrum -> {
                assertThat(spectrum.eigenvalues()).hasSize(2 * eigenvalues);
                assertThat(spectrum.steps()).isEqualTo(49);
                assertThat(spectrum.channels()).isEqualTo(6);
                assertThat(spectrum.responses()).hasSize(6 * 49);
            });
            assertThat(spectra.getFirst().eigenvalues()).isNotEqualTo(spectra.getLast().eigenvalues());
        }
    }

    @Test
    void aResponseIsTheKernelOfTheConvolution() {
        try (Experiment experiment = experiment("model.layer=s4d", "model.layer.states=8", "model.channels=20",
                "model.layers=1", "data.shrink=4")) {
            Spectrum spectrum = Spectrum.of(experiment).getFirst();
            assertThat(spectrum.channels()).isEqualTo(16);
            S4d layer = (S4d) ((Classifier) experiment.network()).diagonalLayers().get("layers.0.seq");
            float[][] expected = layer.weights().impulseResponse(49);
            for (int channel = 0; channel < 16; channel++) {
                for (int t = 0; t < 49; t++) {
                    assertThat(spectrum.responses()[channel * 49 + t]).isCloseTo(expected[channel][t],
                            within(1e-5f));
                }
            }
        }
    }

    @Test
    void otherModelsHaveNone() {
        try (Experiment experiment = new Experiment(Recipes.find("lstm-rows", List.of("model.hidden=5")), 1)) {
            assertThat(Spectrum.of(experiment)).isEmpty();
        }
    }
}
