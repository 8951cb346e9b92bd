package scanline.lab.run;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param testAccuracy the fraction of test examples that the best weights answer wholly rightly
 * @param testCorrect how many these are
 * @param testExamples how many test examples there are
 * @param testLoss their mean loss, in nats
 * @param testMeasures what else the task measures, by its name
 * @param bestEpoch the epoch of the best weights: that with the highest validation accuracy, or the last where nothing was
 *     held out
 * @param validationAccuracy that accuracy; null where nothing was held out, as is {@code validationLoss}
 * @param validationLoss the loss of the same epoch
 * @param epochs epochs trained
 * @param steps steps taken
 * @param seconds seconds trained, without evaluation
 * @param bestWeights SHA-256 of the best weights
 * @param lastWeights SHA-256 of the weights after the last step
 */
public record Result(double testAccuracy, int testCorrect, int testExamples, double testLoss,
        Map<String, Double> testMeasures, int bestEpoch, @Nullable Double validationAccuracy,
        @Nullable Double validationLoss, int epochs, long steps, double seconds, String bestWeights,
        String lastWeights) {}
