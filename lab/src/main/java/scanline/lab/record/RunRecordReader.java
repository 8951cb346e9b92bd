package scanline.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.FileName;
import scanline.engine.file.Excerpt;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipe.Published;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.RunRecord.Outcome;
import scanline.lab.run.Parent;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** Reads a record from its folder. A file that is damaged, or contradicts another one, is reported by name. */
public final class RunRecordReader {
    private static final int LONGEST_SHOWN = 100;

    private final Run run;
    private final Map<String, String> keys;
    private final Fields made;
    private final TrainingCommand command;
    private final List<Run.Epoch> epochs;

    /** The fields of a JSON object, and the file that errors name. */
    private record Fields(Path file, Map<?, ?> values) {
        static Fields of(Path file) throws IOException {
            return new Fields(file, Json.read(file));
        }

        <T> T get(String name, Class<T> type) throws FormatException {
            Object value = values.get(name);
            if (value == null) {
                throw new FormatException(file, "lacks " + name);
            }
            if (!type.isInstance(value)) {
                throw cannotBe(name, value);
            }
            return type.cast(value);
        }

        double number(String name, double most) throws FormatException {
            double value = get(name, Number.class).doubleValue();
            if (!(value >= 0 && value <= most)) {
                throw cannotBe(name, value);
            }
            return value;
        }

        long whole(String name) throws FormatException {
            Number value = get(name, Number.class);
            if (!(value instanceof Integer || value instanceof Long)) {
                throw cannotBe(name, value);
            }
            return value.longValue();
        }

        String hash(String name) throws FormatException {
            String value = get(name, String.class);
            if (!value.matches("[0-9a-f]{64}")) {
                throw new FormatException(file, name + " is not a SHA-256 hash");
            }
            return value;
        }

        List<String> words(String name) throws FormatException {
            requireMigrated(!(values.get(name) instanceof String));
            List<?> words = get(name, List.class);
            if (!words.stream().allMatch(String.class::isInstance)) {
                throw cannotBe(name, words);
            }
            return words.stream().map(String.class::cast).toList();
        }

        void requireMigrated(boolean migrated) throws FormatException {
            if (!migrated) {
                throw new FormatException(file, "was written by an older version: `scanline migrate "
                        + Excerpt.line(String.valueOf(file.getParent())) + "` updates it");
            }
        }

        FormatException cannotBe(String name, Object value) {
            return new FormatException(file, Excerpt.line(name, LONGEST_SHOWN) + " cannot be "
                    + Excerpt.line(value.toString(), LONGEST_SHOWN));
        }
    }

    private RunRecordReader(Path folder) throws IOException {
        run = new Run(folder);
        try {
            keys = Recipes.keys(run.recipeFile());
        } catch (RecipeException e) {
            throw new IOException(e.getMessage(), e); // the message names the file
        }
        Provenance.requireSameRecipe(run);
        String data = keys.get("data");
        if (data == null) {
            throw new FormatException(run.recipeFile(), "lacks data");
        }
        made = Fields.of(folder.resolve(Run.PROVENANCE));
        List<String> words = made.words("command");
        TrainingCommand parsed = TrainingCommand.parse(words, data);
        if (parsed == null) {
            throw new FormatException(made.file, "the command trains nothing: "
                    + Excerpt.quoted(String.join(" ", words)));
        }
        command = parsed;
        epochs = run.epochs();
        if (epochs.isEmpty()) {
            throw new FormatException(folder.resolve(Run.METRICS), "has no epoch");
        }
    }

    /**
     * Reads a record.
     *
     * @throws IOException if one of its files is damaged, or two contradict each other
     * @throws RunException if its recipe is no longer what it was trained with
     */
    public static RunRecord read(Path folder) throws IOException {
        return new RunRecordReader(folder).record();
    }

    private RunRecord record() throws IOException {
        return new RunRecord(run.folder().toAbsolutePath().normalize().getFileName().toString(), keys, command,
                published(),
                made.whole("seed"), made.whole("parameters"), commits(), machine(), data(), epochs, parent(),
                Files.exists(run.folder().resolve(Run.RESULT)) ? outcome() : null,
                Files.exists(run.folder().resolve(RunRecord.ATTENTION)));
    }

    private String machine() throws FormatException {
        long threads = made.whole("threads");
        return String.format(Locale.ROOT, "%s, %s, %d bits, JDK %s", made.get("cpu", String.class),
                threads == 1 ? "1 thread" : threads + " threads", made.whole("vectorBits"),
                made.get("jdk", String.class).replaceFirst(" \\(.*", ""));
    }

    /**
     * Returns what identifies the data. Names of classes and the size of images are recorded by later versions only.
     */
    private Map<String, String> data() throws FormatException {
        Map<String, String> hashes = new LinkedHashMap<>();
        Map<?, ?> data = made.get("data", Map.class);
        data.forEach((part, value) -> {
            if (value instanceof String text) {
                hashes.put(String.valueOf(part), text);
            }
        });
        return hashes;
    }

    private @Nullable Parent parent() throws FormatException {
        if (!made.values.containsKey("from")) {
            return null;
        }
        Fields from = new Fields(made.file, made.get("from", Map.class));
        String path = from.get("path", String.class);
        if (!FileName.isName(path)) {
            throw from.cannotBe("path", path);
        }
        return new Parent(path, from.hash("file"), from.hash("weights"), from.get("newHead", Boolean.class),
                from.values.get("recipe") == null ? null : from.hash("recipe"),
                from.values.get("seed") == null ? null : (Long) from.whole("seed"));
    }

    private List<String> commits() throws FormatException {
        List<String> commits = new ArrayList<>(List.of(made.get("commit", String.class)));
        if (made.values.get("resumed") instanceof List<?> sessions) {
            for (Object session : sessions) {
                if (!(session instanceof Map<?, ?> values)) {
                    throw made.cannotBe("resumed", session);
                }
                commits.add(new Fields(made.file, values).get("commit", String.class));
            }
        }
        return commits.stream().distinct().toList();
    }

    private Published published() throws FormatException {
        if (!command.isAsPublished()) {
            return Recipe.DEFAULT.published();
        }
        try {
            return new Published(keys.getOrDefault("published", ""),
                    Double.parseDouble(keys.getOrDefault("published.accuracy", "0")),
                    Integer.parseInt(keys.getOrDefault("published.divisor", "0")));
        } catch (IllegalArgumentException e) {
            throw new FormatException(run.recipeFile(), "the keys below published are invalid: "
                    + Excerpt.line(String.valueOf(e.getMessage()), LONGEST_SHOWN));
        }
    }

    private Outcome outcome() throws IOException {
        Fields result = Fields.of(run.folder().resolve(Run.RESULT));
        boolean isClass = keys.getOrDefault(RunRecord.CANVAS, RunRecord.SINGLE).equals(RunRecord.SINGLE);
        result.requireMigrated(result.values.containsKey("testCorrect") || !result.values.containsKey("testAccuracy"));
        long[] counts = {result.whole("testCorrect"), result.whole("testExamples")};
        if (isClass && !Arrays.equals(counts, confusion())) {
            throw new FormatException(result.file, "testCorrect and testExamples do not match " + Run.CONFUSION);
        }
        Outcome outcome = new Outcome(counts[0], counts[1], result.number("testLoss", Double.MAX_VALUE),
                measures(result), Math.clamp(result.whole("bestEpoch"), 0, Integer.MAX_VALUE),
                result.number("seconds", Double.MAX_VALUE), result.hash("bestWeights"), result.hash("lastWeights"));
        if (result.number("testAccuracy", 1) != outcome.accuracy()) {
            throw new FormatException(result.file, "testAccuracy does not match testCorrect: " + counts[0] + " of "
                    + counts[1]);
        }
        if (result.whole("epochs") != epochs.size()) {
            throw new FormatException(result.file, "has " + result.whole("epochs") + " epochs, but " + Run.METRICS
                    + " has " + epochs.size());
        }
        if (outcome.bestEpoch() < 1 || outcome.bestEpoch() > epochs.size()) {
            throw result.cannotBe("bestEpoch", outcome.bestEpoch());
        }
        return outcome;
    }

    private static Map<String, Double> measures(Fields result) throws FormatException {
        Map<String, Double> measures = new LinkedHashMap<>();
        if (result.values.get("testMeasures") instanceof Map<?, ?> recorded) {
            Fields fields = new Fields(result.file, recorded);
            for (Object name : recorded.keySet()) {
                measures.put(name.toString(), fields.number(name.toString(), Double.MAX_VALUE));
            }
        }
        return measures;
    }

    /** Returns the number of correct examples, and the number of all examples. */
    private long[] confusion() throws IOException {
        int[][] counts = run.confusion();
        long correct = IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum();
        long all = Stream.of(counts).flatMapToInt(IntStream::of).asLongStream().sum();
        if (all == 0) {
            throw new FormatException(run.folder().resolve(Run.CONFUSION), "counts no examples");
        }
        return new long[] {correct, all};
    }
}
