package scanline.bench.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings of a side that change its speed but not its results.
 *
 * @param values the values to try for each setting; the first one is the default
 */
record Choices(Map<String, List<String>> values) {
    // Smaller gains are noise.
    private static final double WORTH_IT = 0.97;
    private static final int MOST_ITERATIONS = 1000;

    /** A side that can be measured with any of its settings. */
    @FunctionalInterface
    interface Measure {
        Timings apply(int iterations, Map<String, String> settings);
    }

    /** The default settings, for users who change none. */
    Map<String, String> defaults() {
        Map<String, String> settings = new LinkedHashMap<>();
        values.forEach((key, each) -> settings.put(key, each.getFirst()));
        return settings;
    }

    /** Returns the fastest settings, found by changing one after the other, with about {@code seconds} for each. */
    Map<String, String> fastest(double seconds, Measure measure) {
        Map<String, String> best = defaults();
        double least = least(best, seconds, measure);
        for (Map.Entry<String, List<String>> choice : values.entrySet()) {
            for (String value : choice.getValue().subList(1, choice.getValue().size())) {
                Map<String, String> changed = new LinkedHashMap<>(best);
                changed.put(choice.getKey(), value);
                double took = least(changed, seconds, measure);
                if (took < WORTH_IT * least) {
                    least = took;
                    best = changed;
                }
            }
        }
        return best;
    }

    private static double least(Map<String, String> settings, double seconds, Measure measure) {
        double once = measure.apply(1, settings).least();
        if (once >= 1000 * seconds) {
            return once;
        }
        return measure.apply((int) Math.clamp(1000 * seconds / once, 2, MOST_ITERATIONS), settings).least();
    }

    /** The settings in {@code settings} that differ from the defaults, as text. */
    String changed(Map<String, String> settings) {
        Map<String, String> changed = new LinkedHashMap<>(settings);
        changed.entrySet().removeAll(defaults().entrySet());
        return words(changed);
    }

    /** The settings as words of a request. */
    static String words(Map<String, String> settings) {
        return settings.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Returns the settings of the {@link #words} of a request. */
    static Map<String, String> settings(List<String> words) {
        return words.stream().map(word -> word.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** The numbers of threads to try: all of them and, where one may be faster, one. */
    static List<String> threads(int threads, boolean alsoOne) {
        return alsoOne && threads > 1 ? List.of(Integer.toString(threads), "1") : List.of(Integer.toString(threads));
    }
}
