package scanline.lab.task;

import java.util.List;
import java.util.Map;

/**
 * The prediction for a sequence after a step, as {@code predict --stream --json} reports it.
 *
 * @param step the number of steps that were read
 * @param label the most probable class, or the labels of the answer one after the other
 * @param labels the same, label by label
 * @param probability the probability of the whole answer
 * @param probabilities the probability of each label
 */
public record StepPrediction(int step, String label, List<String> labels, double probability,
        Map<String, Double> probabilities) {
    /**
     * Returns an answer with the names of its labels.
     *
     * @param names the names of the classes
     */
    public static StepPrediction of(int step, Answer answer, List<String> names) {
        List<String> labels = Prediction.labels(answer, names);
        return new StepPrediction(step, Prediction.label(labels), labels, answer.probability(),
                Prediction.probabilities(answer, names));
    }
}
