package scanline.lab.task;

import java.util.List;
import java.util.Map;

/** The score of a model, added up example by example. */
public interface Score {
    /** Adds an example: its target, and the model's answer. */
    void add(int[] target, Answer answer);

    /** The number of examples that are answered entirely correctly. */
    int correct();

    /** Returns further measures, by their names in files. */
    default Map<String, Double> measures() {
        return Map.of();
    }

    /** Returns how often each label (row) was predicted as each label (column); empty if that is not defined. */
    default int[][] confusion() {
        return new int[0][];
    }

    /** Returns the score of each label; empty if {@link #confusion} covers it. */
    default List<LabelScore> labels() {
        return List.of();
    }
}
