package scanline.lab.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import scanline.data.image.ImageSet;

/**
 * The prediction for an image, as {@code predict --json} and the studio report it.
 *
 * @param file the name of its file
 * @param index the index of the image in the file, from 0
 * @param label the most probable class, or the labels of the answer one after the other
 * @param labels the same, label by label
 * @param probability the probability of the whole answer
 * @param probabilities the probability of each label: of being the class, of being in the image, or the highest at any
 *     position of a sequence
 * @param warning why the answer may be meaningless; null if there is no known reason
 */
public record Prediction(String file, int index, String label, List<String> labels, double probability,
        Map<String, Double> probabilities, @Nullable String warning) {
    private static final int LEAST_CONTRAST = 32;

    /**
     * Returns an answer with the names of its labels.
     *
     * @param contrast the contrast of the image, as {@link ImageSet#contrast} returns it
     * @param names the names of the classes
     */
    public static Prediction of(String file, int index, int contrast, Answer answer, List<String> names) {
        List<String> labels = labels(answer, names);
        return new Prediction(file, index, label(labels), labels, answer.probability(), probabilities(answer, names),
                contrast < LEAST_CONTRAST ? "no ink or contrast was found, so the answer means little" : null);
    }

    static List<String> labels(Answer answer, List<String> names) {
        return IntStream.of(answer.labels()).mapToObj(names::get).toList();
    }

    static String label(List<String> labels) {
        return labels.isEmpty() ? "(none)" : String.join(" ", labels);
    }

    static Map<String, Double> probabilities(Answer answer, List<String> names) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (int c = 0; c < answer.scores().length; c++) {
            all.put(names.get(c), answer.scores()[c]);
        }
        return all;
    }
}
