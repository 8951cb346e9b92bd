package scanline.lab.task;

import java.util.Map;

import scanline.lab.base.Numbers;

/** The names of what tasks measure, for people. */
public final class Measures {
    private static final String EDIT_DISTANCE = "editDistance";
    private static final Map<String, String> TITLES = Map.of("digitAccuracy", "digit accuracy", EDIT_DISTANCE,
            "edit distance", "lengthAccuracy", "length accuracy", "overallPrecision", "overall precision",
            "overallRecall",
            "overall recall", "overallF1", "overall F1", "classPrecision", "per-class precision", "classRecall",
            "per-class recall", "classF1", "per-class F1", "meanAveragePrecision", "mean average precision");

    private Measures() {}

    /** What a measure is called. */
    public static String title(String name) {
        return TITLES.getOrDefault(name, name);
    }

    /** Its value: of a distance a number, of all else a percentage. */
    public static String value(String name, double value) {
        return name.equals(EDIT_DISTANCE)
                ? Numbers.fourDecimals(value)
                : Numbers.percent(value);
    }

    /** Both, such as {@code digit accuracy 98.76 %}. */
    public static String text(String name, double value) {
        return title(name) + " " + value(name, value);
    }
}
