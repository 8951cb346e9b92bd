package scanline.lab.task;

import java.util.Map;

import scanline.lab.base.Numbers;

/** Display names and formats of the measures of tasks. */
public final class Measures {
    private static final String EDIT_DISTANCE = "editDistance";
    private static final Map<String, String> TITLES = Map.of("digitAccuracy", "digit accuracy", EDIT_DISTANCE,
            "edit distance", "lengthAccuracy", "length accuracy", "overallPrecision", "overall precision",
            "overallRecall",
            "overall recall", "overallF1", "overall F1", "classPrecision", "per-class precision", "classRecall",
            "per-class recall", "classF1", "per-class F1", "meanAveragePrecision", "mean average precision");

    private Measures() {}

    /** Returns the display name of a measure. */
    public static String title(String name) {
        return TITLES.getOrDefault(name, name);
    }

    /** Formats the value of a measure: a distance as a number, all else as a percentage. */
    public static String value(String name, double value) {
        return name.equals(EDIT_DISTANCE)
                ? Numbers.fourDecimals(value)
                : Numbers.percent(value);
    }

    /** Formats both, such as {@code digit accuracy 98.76 %}. */
    public static String text(String name, double value) {
        return title(name) + " " + value(name, value);
    }
}
