package scanline.lab.run;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The result of a run.
 *
 * @param testAccuracy the fraction of test examples that the best weights answer entirely correctly
 * @param testCorrect the number of those
 * @param testExamples the number of test examples
 * @param testLoss their mean loss, in nats
 * @param testMeasures further measures of the task, by name
 * @param bestEpoch the epoch of the best weights: the one with the highest validation accuracy, or the last if there is
 *     no validation set
 * @param validationAccuracy that accuracy; null if there is no validation set, as is {@code validationLoss}
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
