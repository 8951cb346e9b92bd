package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import scanline.engine.io.Excerpt;
import scanline.engine.io.FormatException;
import scanline.lab.base.FileName;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipe.Published;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.base.Json;
import scanline.lab.run.Parent;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.base.RunException;

/**
 * The record of a run, as its folder holds it.
 *
 * @param name that of the folder
 * @param keys the recipe; records of older versions have other keys
 * @param command what the run was started with
 * @param published the figure that the source published, empty where this run is another task or model than the source's
 * @param seed its seed
 * @param parameters how many numbers it learned
 * @param commits the commits it was made at, one after the other where it was resumed at another: 40 digits, or "unknown";
 *     "-dirty" behind it where files differed
 * @param machine what it ran on, in words
 * @param data the data set's name, and the SHA-256 of its files
 * @param epochs its epochs, at least one
 * @param parent where its first weights are from; null for its seed
 * @param outcome what it came to; null while it is unfinished
 * @param attends whether there is a picture of its attention
 */
public record RunRecord(String name, Map<String, String> keys, TrainingCommand command, Published published,
        long seed, long parameters, List<String> commits, String machine, Map<String, String> data,
        List<Run.Epoch> epochs, @Nullable Parent parent,
        @Nullable Outcome outcome, boolean attends) {
    /** What a model that attends takes of each part of some pictures. */
    public static final String ATTENTION = "attention.svg";
    private static final String CANVAS = "data.canvas";
    private static final String SINGLE = "single";
    private static final String SHRINK = "data.shrink";
    private static final int LONGEST_SHOWN = 100;

    /** The files of a record. The last three make one, so whoever copies in this order never leaves half of one. */
    public static final List<String> FILES = List.of(ATTENTION, Run.LABELS, Run.CONFUSION, Run.RESULT, Run.PROVENANCE,
            Run.METRICS, Run.RECIPE);

    /**
     * What an unfinished run goes on with, kept in its record until it is finished. In this order: a checkpoint may be older than the best
     * weights, which it then makes again, but not newer.
     */
    public static final List<String> CHECKPOINT = List.of(Run.LAST, Run.BEST);

    // What the recipes that come with Scanline say; a table of many records asks for the same few again and again.
    private static final Map<String, Map<String, String>> STANDING = new ConcurrentHashMap<>();

    // Keys of the canvas that change no test picture and no right answer: how labels are learned, and from how many pictures.
    private static final Set<String> OF_TRAINING = Set.of(CANVAS + ".order", CANVAS + ".train", CANVAS + ".validation");

    /**
     * What a finished run came to.
     *
     * @param right how many test examples its best weights answer wholly rightly
     * @param examples how many test examples there are
     * @param loss their mean loss, in nats
     * @param measures what else its task measures, by name
     * @param bestEpoch the epoch of those weights
     * @param seconds seconds trained
     * @param weights SHA-256 of those weights
     * @param lastWeights SHA-256 of the weights after the last epoch
     */
    public record Outcome(long right, long examples, double loss, Map<String, Double> measures, int bestEpoch,
            double seconds, String weights, String lastWeights) {
        /** The fraction of test examples answered wholly rightly. */
        public double accuracy() {
            return (double) right / examples;
        }
    }

    /** The fields of a JSON object, and the file to blame. */
    private record Fields(Path file, Map<?, ?> values) {
        static Fields of(Path file) throws IOException {
            return new Fields(file, Json.read(file));
        }

        <T> T get(String name, Class<T> type) throws FormatException {
            Object value = values.get(name);
            if (!type.isInstance(value)) {
                throw new FormatException(file, value == null ? "lacks " + name : cannotBe(name, value));
            }
            return type.cast(value);
        }

        double number(String name, double most) throws FormatException {
            double value = get(name, Number.class).doubleValue();
            if (!(value >= 0 && value <= most)) {
                throw new FormatException(file, cannotBe(name, value));
            }
            return value;
        }

        long whole(String name) throws FormatException {
            Number value = get(name, Number.class);
            if (!(value instanceof Integer || value instanceof Long)) {
                throw new FormatException(file, cannotBe(name, value));
            }
            return value.longValue();
        }

        String hash(String name) throws FormatException {
            String value = get(name, String.class);
            if (!value.matches("[0-9a-f]{64}")) {
                throw new FormatException(file, name + " is no SHA-256");
            }
            return value;
        }

        /** A list of words; records of older versions have a text that spaces part. */
        List<String> words(String name) throws FormatException {
            if (values.get(name) instanceof String text) {
                return List.of(text.strip().split("\\s+"));
            }
            List<?> words = get(name, List.class);
            if (!words.stream().allMatch(String.class::isInstance)) {
                throw new FormatException(file, cannotBe(name, words));
            }
            return words.stream().map(String.class::cast).toList();
        }

        static String cannotBe(String name, Object value) {
            return Excerpt.line(name, LONGEST_SHOWN) + " cannot be " + Excerpt.line(value.toString(), LONGEST_SHOWN);
        }
    }

    /** By recipe, then by what was changed of it, then by seed: the order in which tables show them. */
    public static final Comparator<RunRecord> ORDER = Comparator
            .<RunRecord, String>comparing(record -> record.command().name())
            .thenComparing(record -> record.outcome() == null)
            .thenComparing(record -> String.join(" ", record.changes()))
            .thenComparingLong(RunRecord::seed).thenComparing(RunRecord::name);

    /**
     * The records of a folder, at least one, by the names of their folders.
     *
     * @throws RunException if there is none
     * @throws FormatException if one is damaged
     */
    public static List<RunRecord> all(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new RunException("there is no folder " + folder);
        }
        List<RunRecord> records = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                if (is(entry)) {
                    records.add(read(entry));
                }
            }
        }
        if (records.isEmpty()) {
            throw new RunException(folder + " holds no record of a run: `scanline results --add RUN` brings one there");
        }
        return records;
    }

    /** Whether a folder holds a record: every file that a run has from its first epoch on, and an epoch. */
    public static boolean is(Path folder) throws IOException {
        return lack(folder) == null;
    }

    /** What a folder lacks to hold a record, in words; null if it lacks nothing. */
    public static @Nullable String lack(Path folder) throws IOException {
        boolean ended = Files.exists(folder.resolve(Run.RESULT));
        for (String file : ended
                ? List.of(Run.RECIPE, Run.PROVENANCE, Run.METRICS)
                : List.of(Run.RECIPE, Run.PROVENANCE)) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                return "has no " + file;
            }
        }
        return ended || new Run(folder).hasEpoch() ? null : "has no epoch yet";
    }

    /** What tells data apart; what their classes are called, and how large images are, stands there since later versions only. */
    private static Map<String, String> hashes(Map<?, ?> data) {
        Map<String, String> hashes = new LinkedHashMap<>();
        data.forEach((part, value) -> {
            if (value instanceof String text) {
                hashes.put(String.valueOf(part), text);
            }
        });
        return hashes;
    }

    /**
     * Reads a record.
     *
     * @throws IOException if a file of it is damaged, or two contradict each other
     * @throws RunException if its recipe is no longer what it was trained by
     */
    public static RunRecord read(Path folder) throws IOException {
        Map<String, String> keys;
        try {
            keys = Recipes.keys(folder.resolve(Run.RECIPE));
        } catch (RecipeException e) {
            throw new IOException(e.getMessage(), e); // it names the file
        }
        Provenance.requireSameRecipe(new Run(folder));
        if (keys.get("data") == null) {
            throw new FormatException(folder.resolve(Run.RECIPE), "lacks data");
        }
        Path provenance = folder.resolve(Run.PROVENANCE);
        Fields made = Fields.of(provenance);
        List<String> words = made.words("command");
        TrainingCommand command = TrainingCommand.parse(words, keys.get("data"));
        if (command == null) {
            throw new FormatException(provenance,
                    "the command trains nothing: " + Excerpt.quoted(String.join(" ", words)));
        }
        Map<String, String> data = hashes(made.get("data", Map.class));
        List<Run.Epoch> epochs = epochs(folder);
        long threads = made.whole("threads");
        String machine = String.format(Locale.ROOT, "%s, %s, %d bits, JDK %s", made.get("cpu", String.class),
                threads == 1 ? "1 thread" : threads + " threads", made.whole("vectorBits"),
                made.get("jdk", String.class).replaceFirst(" \\(.*", ""));
        return new RunRecord(folder.toAbsolutePath().normalize().getFileName().toString(), keys, command,
                published(folder.resolve(Run.RECIPE), keys, command), made.whole("seed"), made.whole("parameters"),
                commits(made), machine, data, epochs, parent(made),
                Files.exists(folder.resolve(Run.RESULT)) ? outcome(folder, keys, epochs) : null,
                Files.exists(folder.resolve(ATTENTION)));
    }

    private static @Nullable Parent parent(Fields made) throws FormatException {
        if (!made.values().containsKey("from")) {
            return null;
        }
        Fields from = new Fields(made.file(), made.get("from", Map.class));
        String path = from.get("path", String.class);
        if (!FileName.isName(path)) {
            throw new FormatException(made.file(), Fields.cannotBe("path", path));
        }
        return new Parent(path, from.hash("file"), from.hash("weights"),
                from.get("newHead", Boolean.class), from.values().get("recipe") == null ? null : from.hash("recipe"),
                from.values().get("seed") == null ? null : (Long) from.whole("seed"));
    }

    private static List<String> commits(Fields made) throws FormatException {
        List<String> commits = new ArrayList<>(List.of(made.get("commit", String.class)));
        if (made.values().get("resumed") instanceof List<?> sessions) {
            for (Object session : sessions) {
                if (!(session instanceof Map<?, ?> values)) {
                    throw new FormatException(made.file(), Fields.cannotBe("resumed", session));
                }
                commits.add(new Fields(made.file(), values).get("commit", String.class));
            }
        }
        return commits.stream().distinct().toList();
    }

    /** Records made before the figure had keys of its own have it from the recipe of that name. */
    private static Published published(Path file, Map<String, String> keys, TrainingCommand command)
            throws FormatException {
        String accuracy = keys.get("published.accuracy"); // null in records of older versions
        if (!command.isAsPublished()) {
            return new Published("", 0, 0);
        }
        if (accuracy == null && Recipes.names().contains(command.recipe())) {
            return Recipes.find(command.recipe(), List.of()).published();
        }
        try {
            return new Published(keys.getOrDefault("published", ""),
                    accuracy == null ? 0 : Double.parseDouble(accuracy),
                    Integer.parseInt(keys.getOrDefault("published.divisor", "0")));
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, "the keys below published are broken: "
                    + Excerpt.line(String.valueOf(e.getMessage()), LONGEST_SHOWN));
        }
    }

    private static List<Run.Epoch> epochs(Path folder) throws IOException {
        List<Run.Epoch> epochs = new Run(folder).epochs();
        if (epochs.isEmpty()) {
            throw new FormatException(folder.resolve(Run.METRICS), "has no epoch");
        }
        return epochs;
    }

    private static Outcome outcome(Path folder, Map<String, String> keys, List<Run.Epoch> epochs) throws IOException {
        Path file = folder.resolve(Run.RESULT);
        Fields result = Fields.of(file);
        boolean isClass = keys.getOrDefault(CANVAS, SINGLE).equals(SINGLE);
        boolean counted = result.values().containsKey("testRight"); // not in records of older versions
        long[] counts = counted
                ? new long[] {result.whole("testRight"), result.whole("testExamples")}
                : confusion(folder);
        if (counted && isClass && !Arrays.equals(counts, confusion(folder))) {
            throw new FormatException(file, "testRight and testExamples are not those of " + Run.CONFUSION);
        }
        Outcome outcome = new Outcome(counts[0], counts[1], result.number("testLoss", Double.MAX_VALUE),
                measures(result),
                Math.clamp(result.whole("bestEpoch"), 0, Integer.MAX_VALUE), result.number("seconds", Double.MAX_VALUE),
                result.hash("bestWeights"), result.hash("lastWeights"));
        if (result.number("testAccuracy", 1) != outcome.accuracy()) {
            throw new FormatException(file,
                    "testAccuracy is not that of " + (counted ? "testRight" : Run.CONFUSION) + ": " + counts[0]
                            + " of " + counts[1]);
        }
        if (result.whole("epochs") != epochs.size()) {
            throw new FormatException(file, "has " + result.whole("epochs") + " epochs, but " + Run.METRICS + " "
                    + epochs.size());
        }
        if (outcome.bestEpoch() < 1 || outcome.bestEpoch() > epochs.size()) {
            throw new FormatException(file, "bestEpoch cannot be " + outcome.bestEpoch());
        }
        return outcome;
    }

    private static Map<String, Double> measures(Fields result) throws FormatException {
        Map<String, Double> measures = new LinkedHashMap<>();
        if (result.values().get("testMeasures") instanceof Map<?, ?> said) {
            for (Map.Entry<?, ?> measure : said.entrySet()) {
                if (!(measure.getValue() instanceof Number value) || !(value.doubleValue() >= 0)) {
                    throw new FormatException(result.file(), Fields.cannotBe(String.valueOf(measure.getKey()),
                            String.valueOf(measure.getValue())));
                }
                measures.put(String.valueOf(measure.getKey()), value.doubleValue());
            }
        }
        return measures;
    }

    /** How many examples are right, and how many there are. */
    private static long[] confusion(Path folder) throws IOException {
        int[][] counts = new Run(folder).confusion();
        long right = IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum();
        long all = Stream.of(counts).flatMapToInt(IntStream::of).asLongStream().sum();
        if (all == 0) {
            throw new FormatException(folder.resolve(Run.CONFUSION), "counts no example");
        }
        return new long[] {right, all};
    }

    /** The recipe's keys that decide a result, in their order, but for the seed. */
    public Map<String, String> decisions() {
        Map<String, String> decisions = Recipe.decisions(keys);
        decisions.remove("seed");
        decisions.putIfAbsent(CANVAS, SINGLE); // not in records of older versions
        decisions.putIfAbsent(SHRINK, "1");
        return decisions;
    }

    /** What runs of one row of the table have in common: everything that decides a result, but for the seed. */
    public Map<?, ?> settings() {
        return Map.of("recipe", decisions(), "data", data, "from",
                parent == null ? "" : parent.file() + " " + parent.newHead());
    }

    /** What it is asked: the data, and what makes its test pictures of them. */
    public Map<?, ?> task() {
        Map<String, String> pictures = new TreeMap<>(decisions());
        pictures.keySet().removeIf(key -> OF_TRAINING.contains(key) || !(key.startsWith(CANVAS) || key.equals(SHRINK)));
        return Map.of("pictures", pictures, "data", data);
    }

    /** The same record by another name. */
    public RunRecord named(String other) {
        return new RunRecord(other, keys, command, published, seed, parameters, commits, machine, data, epochs, parent,
                outcome, attends);
    }

    /**
     * What sets it apart from the recipe as it stands, beside the seed and the data set: the words of its command, but for those that say
     * what the recipe says.
     */
    public List<String> changes() {
        List<String> words = command.changes();
        if (words.isEmpty() || !Recipes.names().contains(command.recipe())) {
            return words;
        }
        Map<String, String> standing = STANDING.computeIfAbsent(command.recipe(),
                name -> Recipes.find(name, List.of()).keys());
        return words.stream().filter(word -> {
            String key = TrainingCommand.key(word);
            return !standing.containsKey(key) || !standing.get(key).equals(keys.get(key));
        }).toList();
    }

    /** Whether it learned from images of one's own, which nobody else has. */
    boolean isOfOwnData() {
        return TrainingCommand.OWN_DATA.contains(key("data"));
    }

    /** The value of a recipe's key, or nothing. */
    public String key(String key) {
        return keys.getOrDefault(key, "");
    }

    /** Seconds trained so far. */
    public double seconds() {
        return outcome != null ? outcome.seconds() : epochs.stream().mapToDouble(Run.Epoch::seconds).sum();
    }

    /** The epoch whose weights count, or would if the run ended here. */
    public Run.Epoch best() {
        if (outcome != null) {
            return epochs.get(outcome.bestEpoch() - 1);
        }
        return Run.Epoch.best(epochs);
    }
}
