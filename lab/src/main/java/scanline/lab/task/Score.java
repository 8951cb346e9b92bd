package scanline.lab.task;

import java.util.List;
import java.util.Map;

/** Counts what a model gets right, example by example. */
public interface Score {
    /** An example: the right answer, and the model's. */
    void add(int[] target, Answer answer);

    /** How many examples are all right. */
    int correct();

    /** Figures besides the fraction of these, by their names in files. */
    default Map<String, Double> measures() {
        return Map.of();
    }

    /** How many labels (row) were taken for each label (column); empty where that cannot be said. */
    default int[][] confusion() {
        return new int[0][];
    }

    /** How each label did; empty where {@link #confusion} says it. */
    default List<LabelScore> labels() {
        return List.of();
    }
}
