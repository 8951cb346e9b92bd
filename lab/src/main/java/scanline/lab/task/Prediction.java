package scanline.lab.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import scanline.lab.image.ImageSet;

/**
 * What an image was taken for, as {@code predict --json} and the studio say it.
 *
 * @param file what it was called
 * @param index which image of the file, from 0
 * @param label the most probable class, or the labels of the answer one after the other
 * @param labels the same, label by label
 * @param probability how probable the whole answer is
 * @param probabilities those of all labels: of a class, of being in the picture, or the highest at any place of a sequence
 * @param warning why the answer may mean nothing; null if nothing is known against it
 */
public record Prediction(String file, int index, String label, List<String> labels, double probability,
        Map<String, Double> probabilities, @Nullable String warning) {
    private static final int LEAST_CONTRAST = 32;

    /**
     * An answer in words.
     *
     * @param contrast that of the image, as {@link ImageSet#contrast} gives it
     * @param names those of the classes
     */
    public static Prediction of(String file, int index, int contrast, Answer answer, List<String> names) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (int c = 0; c < answer.scores().length; c++) {
            all.put(names.get(c), answer.scores()[c]);
        }
        List<String> labels = IntStream.of(answer.labels()).mapToObj(names::get).toList();
        return new Prediction(file, index, labels.isEmpty() ? "(none)" : String.join(" ", labels), labels,
                answer.probability(), all,
                contrast < LEAST_CONTRAST ? "no ink or contrast was found, so the answer means little" : null);
    }
}
