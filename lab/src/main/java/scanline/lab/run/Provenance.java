package scanline.lab.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.engine.io.AtomicFile;
import scanline.engine.io.Excerpt;
import scanline.engine.io.FormatException;
import scanline.engine.kernel.Lanes;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.base.Sha256;
import scanline.lab.data.Dataset;
import scanline.lab.data.Outline;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.image.ImageSet;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.sequence.Scan;

/** What a run was made with and on. */
public final class Provenance {
    private static final int LARGEST_SIZE = 10_000;
    private static final int LONGEST_LIST = 200;

    private Provenance() {}

    /**
     * The facts, in the order in which they are written.
     *
     * @param command the words of the command line
     * @param parent where its first weights are from; null for its seed
     */
    public static Map<String, Object> of(Experiment experiment, int threads, List<String> command,
            @Nullable Parent parent) {
        Map<String, Object> facts = new LinkedHashMap<>(machine());
        facts.put("threads", threads);
        facts.put("command", List.copyOf(command));
        facts.put("recipe", recipe(Recipe.decisions(experiment.recipe().keys())));
        facts.put("seed", experiment.recipe().seed());
        if (parent != null) {
            facts.put("from", parent);
        }
        facts.put("parameters", experiment.weights().count());
        facts.put("data", data(experiment, EnumSet.allOf(Split.class)));
        return facts;
    }

    /**
     * Refuses other data than those that a run began with, as far as it recorded them.
     *
     * @throws RunException if images, labels or the order of pixels have another SHA-256
     */
    public static void requireSameData(Run run, Experiment experiment) throws IOException {
        Map<String, String> differences = differences(run, data(experiment, EnumSet.allOf(Split.class)));
        if (!differences.isEmpty()) {
            throw otherData(run, differences, "or train a new run");
        }
    }

    /** The line for a run whose data are others now, with what is possible beside giving it those it began with. */
    static RunException otherData(Run run, Map<String, String> differences, String or) {
        return new RunException(run.folder() + " began with other data: "
                + differences.entrySet().iterator().next().getValue()
                + "; give it the data it began with (data.dir=FOLDER where that has moved), " + or);
    }

    /**
     * In what the data of an experiment differ from those that a run began with, as far as it recorded them: names of facts, and
     * what to say of each.
     *
     * @param splits those of whose data this is asked
     */
    static Map<String, String> differences(Run run, Experiment experiment, Set<Split> splits) throws IOException {
        return differences(run, data(experiment, splits));
    }

    /** Whether these are the training images that a run began with. */
    static boolean isTrainedOn(Run run, ImageSet train) throws IOException {
        return run.provenance().get("data") instanceof Map<?, ?> recorded
                && train.imageFile().sha256().equals(recorded.get("trainImages"));
    }

    private static Map<String, String> differences(Run run, Map<String, Object> data) throws IOException {
        Map<String, String> differences = new LinkedHashMap<>();
        if (run.provenance().get("data") instanceof Map<?, ?> recorded) {
            data.forEach((name, now) -> {
                Object then = recorded.get(name);
                if (then != null && !then.equals(now) && !name.equals("name")) { // a copy of the same data may go by another
                    differences.put(name, name + " is " + then + " in its provenance.json, and now " + now);
                }
            });
        }
        return differences;
    }

    /** The keys that decide what a recipe trains, and the SHA-256 of their lines, in the order of their names. */
    static Map<String, Object> recipe(Map<String, String> keys) {
        Map<String, Object> recipe = new LinkedHashMap<>();
        recipe.put("sha256", Sha256.of(new TreeMap<>(keys).entrySet().stream()
                .map(key -> key.getKey() + ": " + key.getValue() + "\n").collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8)));
        recipe.put("keys", keys);
        return recipe;
    }

    /**
     * Refuses a run whose recipe.yaml is no longer what it began with, as far as it recorded that. Words that describe, and
     * where data are, may change.
     *
     * @throws RunException if a key differs
     * @throws FormatException if the record of the recipe is damaged
     */
    public static void requireSameRecipe(Run run) throws IOException {
        if (!(run.provenance().get("recipe") instanceof Map<?, ?> recorded)) {
            return;
        }
        Map<String, String> then = new LinkedHashMap<>();
        if (recorded.get("keys") instanceof Map<?, ?> keys) {
            keys.forEach((key, value) -> then.put(String.valueOf(key), String.valueOf(value)));
        }
        if (!recipe(then).equals(recorded)) {
            throw new FormatException(run.provenanceFile(), "its recipe does not have the SHA-256 that it states");
        }
        Map<String, String> now = Recipe.decisions(Recipes.keys(run.recipeFile()));
        List<String> differences = Stream.concat(then.keySet().stream(), now.keySet().stream()).distinct()
                .filter(key -> !Objects.equals(then.get(key), now.get(key)))
                .map(key -> key + " was " + stated(then.get(key)) + " and is " + stated(now.get(key))).toList();
        if (!differences.isEmpty()) {
            throw new RunException(run.recipeFile() + " has changed since the run began: "
                    + Excerpt.line(String.join(", ", differences), LONGEST_LIST)
                    + "; restore it, or train a new run from"
                    + " these weights with `./scanline train " + run.recipeFile() + " --from " + run.folder() + "`");
        }
    }

    private static String stated(@Nullable String value) {
        return value == null ? "not there" : value.isEmpty() ? "empty" : value;
    }

    /**
     * Writes down that a run goes on with another version, commit or JDK, or on another machine, than the session before; nothing
     * in a run that did not record with what it began.
     *
     * @param step where it stands
     */
    public static void resumed(Run run, long step) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>(run.provenance());
        if (facts.isEmpty()) {
            return;
        }
        List<Object> sessions = new ArrayList<>(facts.get("resumed") instanceof List<?> before ? before : List.of());
        Map<?, ?> last = !sessions.isEmpty() && sessions.getLast() instanceof Map<?, ?> session ? session : facts;
        Map<String, Object> now = machine();
        if (now.entrySet().stream().anyMatch(fact -> !fact.getValue().equals(last.get(fact.getKey())))) {
            now.put("step", step);
            sessions.add(now);
            facts.put("resumed", sessions);
            AtomicFile.write(run.provenanceFile(), Json.text(facts) + "\n");
        }
    }

    /**
     * Refuses data whose classes are called otherwise, or stand in another order, than those that a run was trained on.
     *
     * @param run its folder
     */
    public static void requireSameClasses(Path run, Dataset trainedOn, Dataset now) {
        if (!trainedOn.classNames().equals(now.classNames())) {
            throw new RunException(run + " was trained on the classes " + listed(trainedOn.classNames())
                    + ", but the data now has " + listed(now.classNames()));
        }
    }

    private static String listed(List<String> names) {
        return Excerpt.line(String.join(", ", names), LONGEST_LIST);
    }

    /** The data set that these facts are about, names and sizes without images; null if they do not say. */
    public static @Nullable Dataset outline(Map<String, Object> provenance) {
        return provenance.get("data") instanceof Map<?, ?> data
                && data.get("name") instanceof String name
                && data.get("classes") instanceof List<?> classes
                && data.get("height") instanceof Integer height && data.get("width") instanceof Integer width
                && isPossible(classes.size()) && isPossible(height) && isPossible(width)
                        ? new Outline(name, classes.stream().map(String::valueOf).toList(), height, width)
                        : null;
    }

    private static boolean isPossible(int size) {
        return size >= 1 && size <= LARGEST_SIZE;
    }

    /**
     * The name of the data set, what the classes are called, the size of an image, and the SHA-256 of what is learned from and
     * tested on, as if it lay in IDX files.
     *
     * @param splits of which splits the hashes are wanted
     */
    private static Map<String, Object> data(Experiment experiment, Set<Split> splits) {
        ImageSet test = experiment.splits().testImages();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("name", experiment.dataset().name());
        data.put("classes", experiment.dataset().classNames());
        data.put("height", test.height());
        data.put("width", test.width());
        if (splits.contains(Split.TRAIN) || splits.contains(Split.VALIDATION)) {
            ImageSet train = experiment.splits().trainingImages();
            data.put("trainImages", train.imageFile().sha256());
            data.put("trainLabels", train.labelFile().sha256());
        }
        if (splits.contains(Split.TEST)) {
            data.put("testImages", test.imageFile().sha256());
            data.put("testLabels", test.labelFile().sha256());
        }
        if (experiment.recipe().data().scan() instanceof Scan.Permuted) {
            data.put("permutation", sha256(experiment.examples(Split.TEST).loader().order()));
        }
        return data;
    }

    /** SHA-256 of numbers as little-endian int32. */
    private static String sha256(int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(numbers);
        return Sha256.of(bytes.array());
    }

    /** What does not depend on a run: version, commit, JDK, processor, vector width. */
    public static Map<String, Object> machine() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", version());
        facts.put("commit", Started.COMMIT);
        facts.put("jdk", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("cpu", processor());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("vectorBits", Lanes.bits());
        return facts;
    }

    /** The version of Scanline. */
    public static String version() {
        return Provenance.class.getModule().getDescriptor().rawVersion().orElse("unknown");
    }

    /** What is found out once: a process that trains for days runs the code it began with, whatever is committed meanwhile. */
    private static final class Started {
        static final String COMMIT = commit();
    }

    /**
     * The commit of the folder that Scanline runs from, with "-dirty" if anything that a result depends on differs from it, new
     * files too; else "unknown".
     */
    private static String commit() {
        String home = System.getProperty("scanline.home");
        if (home == null) {
            return "unknown";
        }
        String commit = git(home, "rev-parse", "HEAD");
        String changes = git(home, "status", "--porcelain", "--", "engine", "lab", "bench", "recipes", "pom.xml");
        return commit == null || changes == null ? "unknown" : commit + (changes.isEmpty() ? "" : "-dirty");
    }

    private static @Nullable String git(String home, String... words) {
        try {
            ProcessBuilder builder = new ProcessBuilder("git", "-C", home);
            builder.command().addAll(List.of(words));
            Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS).execute(process::destroyForcibly);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.strip() : null;
        } catch (IOException _) {
            return null; // no git here
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException _) {
            return System.getProperty("os.arch"); // not Linux
        }
    }
}
