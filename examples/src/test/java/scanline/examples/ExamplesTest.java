package scanline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that each example runs and learns, in a short training. */
class ExamplesTest {
    @Test
    void theWeightsOfAShortTrainingPredictDigitsBetterThanChance(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("digits.safetensors");
        // With ten classes, chance has a loss of 2.3 and an accuracy of 0.1; measured: 1.4 and 0.7.
        assertThat(TrainAModel.train(100, 20, file)).isBetween(0f, 1.9f);
        assertThat(PredictFromWeights.accuracy(file, 500)).isGreaterThan(0.3);
    }

    @Test
    void aNetworkWithACustomLayerLearnsToRememberTheFirstSymbol() {
        // With eight symbols, chance has a loss of 2.08; measured: 0.8.
        assertThat(OwnLayer.train(300, 64)).isBetween(0f, 1.6f);
    }
}
