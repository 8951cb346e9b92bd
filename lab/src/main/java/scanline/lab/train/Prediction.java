package scanline.lab.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an image was taken for, as {@code predict --json} and the studio say it.
 *
 * @param file what it was called
 * @param index which image of the file, from 0
 * @param label the most probable class, or the labels of the answer one after the other
 * @param labels the same, label by label
 * @param probability how probable the whole answer is
 * @param probabilities those of all labels: of a class, of being in the picture, or the highest at any place of a sequence
 */
public record Prediction(String file, int index, String label, List<String> labels, double probability,
        Map<String, Double> probabilities) {
    /** An answer in words; {@code names} are those of the classes. */
    public static Prediction of(String file, int index, Answer answer, List<String> names) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (int c = 0; c < answer.scores().length; c++) {
            all.put(names.get(c), answer.scores()[c]);
        }
        List<String> labels = IntStream.of(answer.labels()).mapToObj(names::get).toList();
        return new Prediction(file, index, labels.isEmpty() ? "(none)" : String.join(" ", labels), labels,
                answer.probability(), all);
    }
}
