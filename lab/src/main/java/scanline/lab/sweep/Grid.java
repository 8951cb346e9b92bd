package scanline.lab.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;

/**
 * The grid of a sweep: every combination of the values of some keys, each with every seed.
 *
 * @param recipe the recipe's name or file
 * @param axes the values of each key, in the order in which they were given
 * @param seeds the seeds
 */
public record Grid(String recipe, Map<String, List<String>> axes, List<Long> seeds) {
    private static final String SEED = "seed";
    private static final int MOST_RUNS = 10_000;
    private static final String QUOTE = "\"";
    /** A value of a list, up to the next comma or the end; the group is the text between its quotes, if it has any. */
    private static final Pattern VALUE = Pattern.compile("(?:\"((?:[^\"]|\"\")*+)\"|(?!\")[^,]*+)(?=,|\\z)");

    /**
     * A combination of values, which has a run for each seed.
     *
     * @param values one of each axis
     * @param name the values of the keys that vary, as on a command line; "as it is" if no key varies
     */
    public record Setting(Map<String, String> values, String name) {
        @Override
        public String toString() {
            return name;
        }

        List<String> overrides() {
            return values.entrySet().stream().map(value -> value.getKey() + "=" + value.getValue()).toList();
        }
    }

    /**
     * A run.
     *
     * @param name the name of its folder
     */
    public record Point(String name, Setting setting, long seed) {
        /** The overrides of the recipe's keys, including the seed. */
        List<String> overrides() {
            List<String> overrides = new ArrayList<>(setting.overrides());
            overrides.add(SEED + "=" + seed);
            return overrides;
        }
    }

    /**
     * Parses the arguments of a command line.
     *
     * @param words {@code key=value} or {@code key=value,value,...}; a value with a comma is quoted, as in {@code
     *     about="this, that",other}, and a quote in it is doubled
     * @param seeds {@code 1..5}, {@code 1,4,7}, or empty for the recipe's
     * @throws RecipeException if a word has another form, or a combination is not a valid recipe
     */
    public static Grid of(String recipe, List<String> words, String seeds) {
        Map<String, List<String>> axes = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new RecipeException("\"" + word + "\" is not of the form key=value,value,...");
            }
            String key = word.substring(0, equals);
            List<String> values = values(key, word.substring(equals + 1));
            if (key.equals(SEED)) {
                throw new RecipeException("set the seeds of a sweep with --seeds, such as --seeds 1..5");
            }
            if (values.stream().distinct().count() < values.size()) {
                throw new RecipeException(key + " has a value twice: " + word);
            }
            if (axes.put(key, values) != null) {
                throw new RecipeException(key + " is given twice: put all its values in one list, " + key + "="
                        + values.getFirst() + ",...");
            }
        }
        Grid grid = new Grid(recipe, axes,
                seeds.isEmpty() ? List.of(Recipes.find(recipe, List.of()).seed()) : seeds(seeds));
        if (grid.size() > MOST_RUNS) {
            throw new RecipeException("this grid has " + grid.size() + " runs, but may have at most " + MOST_RUNS);
        }
        grid.points().forEach(point -> Recipes.find(recipe, point.overrides()));
        return grid;
    }

    /** Parses a list of values; those that contain commas are quoted. */
    private static List<String> values(String key, String list) {
        List<String> values = new ArrayList<>();
        Matcher value = VALUE.matcher(list);
        int at = 0;
        do {
            if (!value.find(at) || value.start() != at) {
                throw new RecipeException(key + ": a quoted value must end with a quote before the next comma, as in "
                        + key + "=\"this, that\",other; double a quote inside the value");
            }
            String quoted = value.group(1);
            values.add(quoted == null ? value.group() : quoted.replace(QUOTE + QUOTE, QUOTE));
            at = value.end() + 1; // after the comma
        } while (at <= list.length());
        return values;
    }

    /** Quotes a value for a list if necessary. */
    private static String listed(String value) {
        return value.contains(",") || value.startsWith(QUOTE)
                ? QUOTE + value.replace(QUOTE, QUOTE + QUOTE) + QUOTE
                : value;
    }

    private static List<Long> seeds(String text) {
        try {
            int dots = text.indexOf("..");
            if (dots < 0) {
                List<Long> seeds = List.of(text.split(",", -1)).stream().map(Long::valueOf).toList();
                if (seeds.stream().distinct().count() == seeds.size()) {
                    return seeds;
                }
            } else {
                long first = Long.parseLong(text.substring(0, dots));
                long last = Long.parseLong(text.substring(dots + 2));
                if (first <= last && Long.compareUnsigned(last - first, MOST_RUNS) < 0) { // the difference may overflow
                    return LongStream.rangeClosed(first, last).boxed().toList();
                }
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw new RecipeException(
                "--seeds must be a range such as 1..5 or a list of different seeds such as 1,4,7, not " + text);
    }

    private long size() {
        double size = seeds.size();
        for (List<String> values : axes.values()) {
            size *= values.size();
        }
        return (long) size;
    }

    /** Returns the combinations; the values of the last key change fastest. */
    public List<Setting> settings() {
        List<Map<String, String>> settings = List.of(Map.of());
        for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> setting : settings) {
                for (String value : axis.getValue()) {
                    Map<String, String> more = new LinkedHashMap<>(setting);
                    more.put(axis.getKey(), value);
                    longer.add(more);
                }
            }
            settings = longer;
        }
        return settings.stream().map(values -> new Setting(values, name(values))).toList();
    }

    private String name(Map<String, String> values) {
        String name = values.entrySet().stream()
                .filter(value -> axes.getOrDefault(value.getKey(), List.of()).size() > 1)
                .map(value -> value.getKey() + "=" + value.getValue()).collect(Collectors.joining(" "));
        return name.isEmpty() ? "as it is" : name;
    }

    /** Returns every run, seed by seed within each setting. */
    public List<Point> points() {
        List<Point> points = new ArrayList<>();
        for (Setting setting : settings()) {
            for (long seed : seeds) {
                String name = setting.name().replace(' ', '-').replaceAll("[^A-Za-z0-9.=_-]", "_");
                points.add(new Point(String.format(Locale.ROOT, "%04d-%s-seed=%d", points.size() + 1, name, seed),
                        setting, seed));
            }
        }
        return points;
    }

    /** Returns the grid in the syntax of {@link #of}; equal grids have equal texts. */
    @Override
    public String toString() {
        return recipe + axes.entrySet().stream().map(axis -> " " + axis.getKey() + "="
                + axis.getValue().stream().map(Grid::listed).collect(Collectors.joining(",")))
                .collect(Collectors.joining()) + " --seeds "
                + seeds.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
