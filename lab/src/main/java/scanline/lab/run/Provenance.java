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
import scanline.data.base.ModuleContent;
import scanline.data.base.Sha256;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Outline;
import scanline.data.image.ImageSet;
import scanline.data.plugin.PluginException;
import scanline.data.sequence.Scan;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.Excerpt;
import scanline.engine.io.FormatException;
import scanline.engine.kernel.Lanes;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.PluginChoices;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** The provenance of a run: the software, the machine, the recipe and the data that it was made with. */
public final class Provenance {
    private static final int LARGEST_SIZE = 10_000;
    private static final int LONGEST_LIST = 200;
    private static final String PLUGINS = "plugins";
    private static final String BACKEND = "backend";

    private Provenance() {}

    /**
     * Returns the facts, in the order in which they are written.
     *
     * @param command the words of the command line
     * @param parent the origin of the initial weights; null for the seed
     */
    public static Map<String, Object> of(Experiment experiment, int threads, List<String> command,
            @Nullable Parent parent) {
        Map<String, Object> facts = new LinkedHashMap<>(machine());
        facts.put("threads", threads);
        facts.putAll(backend(experiment.engine().backend()));
        facts.put("command", List.copyOf(command));
        facts.put("recipe", recipe(Recipe.decisions(experiment.recipe().keys())));
        facts.putAll(plugins(experiment.recipe()));
        facts.put("seed", experiment.recipe().seed());
        if (parent != null) {
            facts.put("from", parent);
        }
        facts.put("parameters", experiment.weights().count());
        facts.put("data", data(experiment, EnumSet.allOf(Split.class)));
        return facts;
    }

    /** Returns the recipe that a run was started with, as its command states it; empty if it does not. */
    public static String recipeName(Map<String, Object> provenance) {
        List<?> words = provenance.get("command") instanceof List<?> list
                ? list
                : List.of(Objects.toString(provenance.get("command"), "").strip().split("\\s+"));
        int train = words.indexOf("train");
        return train >= 0 && train + 1 < words.size() ? String.valueOf(words.get(train + 1)) : "";
    }

    /** Returns the name of the backend, which is only a fact of a run if it is not the default one. */
    private static Map<String, Object> backend(Backend backend) {
        return backend instanceof CpuBackend ? Map.of() : Map.of(BACKEND, backend.name());
    }

    /**
     * Checks that the data is what a run started with, as far as the run recorded it.
     *
     * @throws RunException if the SHA-256 of images, labels or the order of pixels differs
     */
    public static void requireSameData(Run run, Experiment experiment) throws IOException {
        Map<String, String> differences = differences(run, data(experiment, EnumSet.allOf(Split.class)));
        if (!differences.isEmpty()) {
            throw otherData(run, differences, "or train a new run");
        }
    }

    /** Returns the error for a run whose data has changed, with an alternative to restoring the original data. */
    static RunException otherData(Run run, Map<String, String> differences, String or) {
        return new RunException(run.folder() + " was started with different data: "
                + differences.entrySet().iterator().next().getValue()
                + "; use the original data (data.dir=FOLDER if it has moved), " + or);
    }

    /**
     * Returns how the data of an experiment differs from the data that a run started with, as far as the run recorded
     * it: names of facts, and the description of each difference.
     *
     * @param splits the splits whose data is compared
     */
    static Map<String, String> differences(Run run, Experiment experiment, Set<Split> splits) throws IOException {
        return differences(run, data(experiment, splits));
    }

    /** Returns whether these are the training images that a run started with. */
    static boolean isTrainedOn(Run run, ImageSet train) throws IOException {
        return run.provenance().get("data") instanceof Map<?, ?> recorded
                && train.imageFile().sha256().equals(recorded.get("trainImages"));
    }

    private static Map<String, String> differences(Run run, Map<String, Object> data) throws IOException {
        Map<String, String> differences = new LinkedHashMap<>();
        if (run.provenance().get("data") instanceof Map<?, ?> recorded) {
            data.forEach((name, now) -> {
                Object then = recorded.get(name);
                // A copy of the same data may have another name.
                if (then != null && !then.equals(now) && !name.equals("name")) {
                    differences.put(name, name + " is " + then + " in its provenance.json, but is now " + now);
                }
            });
        }
        return differences;
    }

    /**
     * Returns the keys that decide what a recipe trains, in the order of their names, and the SHA-256 of their lines.
     */
    static Map<String, Object> recipe(Map<String, String> keys) {
        Map<String, Object> recipe = new LinkedHashMap<>();
        recipe.put("sha256", Sha256.of(new TreeMap<>(keys).entrySet().stream()
                .map(key -> key.getKey() + ": " + key.getValue() + "\n").collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8)));
        recipe.put("keys", keys);
        return recipe;
    }

    /**
     * Checks that the recipe.yaml of a run is what the run started with, as far as the run recorded it. Descriptive
     * words, and the location of the data, may change.
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
            throw new FormatException(run.provenanceFile(), "its recipe does not match the SHA-256 that it states");
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

    /** Returns the jars that choices of a recipe are from, with these choices; empty if it needs no plugin. */
    private static Map<String, Object> plugins(Recipe recipe) {
        List<Map<String, Object>> plugins = new ArrayList<>();
        recipe.plugins().forEach((jar, choices) -> {
            Map<String, Object> plugin = new LinkedHashMap<>();
            plugin.put("file", jar.file());
            plugin.put("sha256", jar.sha256());
            plugin.put("choices", choices);
            plugins.add(plugin);
        });
        return plugins.isEmpty() ? Map.of() : Map.of(PLUGINS, plugins);
    }

    /**
     * Checks that there is a plugin for every choice for which a run needed one.
     *
     * @throws PluginException if one is missing
     */
    static void requirePlugins(Run run) throws IOException {
        if (!(run.provenance().get(PLUGINS) instanceof List<?> recorded)) {
            return;
        }
        for (Object each : recorded) {
            if (each instanceof Map<?, ?> plugin && plugin.get("choices") instanceof List<?> choices) {
                List<String> missing = choices.stream().map(String::valueOf)
                        .filter(choice -> !PluginChoices.isAvailable(choice)).toList();
                if (!missing.isEmpty()) {
                    throw new PluginException(run.folder() + " needs the plugin " + plugin.get("file") + " for "
                            + Excerpt.line(String.join(", ", missing), LONGEST_LIST)
                            + ": give its folder with --plugins DIR");
                }
            }
        }
    }

    private static String stated(@Nullable String value) {
        return value == null ? "not set" : value.isEmpty() ? "empty" : value;
    }

    /**
     * Records that a run resumes with another version, commit, JDK, plugin or backend, or on another machine, than its
     * last session. Does nothing for a run that did not record what it started with.
     *
     * @param recipe its recipe
     * @param step the step at which it resumes
     */
    public static void resumed(Run run, Recipe recipe, Backend backend, long step) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>(run.provenance());
        if (facts.isEmpty()) {
            return;
        }
        List<Object> sessions = new ArrayList<>(facts.get("resumed") instanceof List<?> before ? before : List.of());
        Map<?, ?> last = !sessions.isEmpty() && sessions.getLast() instanceof Map<?, ?> session ? session : facts;
        Map<String, Object> now = machine();
        now.putAll(plugins(recipe));
        now.putAll(backend(backend));
        // Of all facts, the backend alone may be absent.
        if (!Objects.equals(now.get(BACKEND), last.get(BACKEND))
                || now.entrySet().stream().anyMatch(fact -> !fact.getValue().equals(last.get(fact.getKey())))) {
            now.put("step", step);
            sessions.add(now);
            facts.put("resumed", sessions);
            AtomicFile.write(run.provenanceFile(), Json.text(facts) + "\n");
        }
    }

    /**
     * Checks that the data has the classes, in the same order, that a run was trained on.
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

    /**
     * Returns an outline of the data set that these facts describe, names and sizes without images; null if they are
     * incomplete.
     */
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
     * Returns the name of the data set, the names of the classes, the size of an image, and the SHA-256 of the training
     * and test data as if it were stored in IDX files.
     *
     * @param splits the splits whose hashes are included
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

    /** Returns the SHA-256 of numbers as little-endian int32. */
    private static String sha256(int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(numbers);
        return Sha256.of(bytes.array());
    }

    /** Returns the facts that do not depend on a run: version, commit, JDK, processor, vector width. */
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
        return Started.VERSION;
    }

    /**
     * Facts that are determined once: a process that trains for days runs the code it started with, whatever is
     * committed meanwhile.
     */
    private static final class Started {
        static final String COMMIT = commit();
        // Maven writes it. A file, because a class path has no module descriptor, and a fat jar another manifest.
        static final String VERSION = ModuleContent.text(Provenance.class, "scanline/lab/run/version.txt").strip();
    }

    /**
     * Returns the commit of the folder that Scanline runs from, with "-dirty" appended if anything that a result
     * depends on differs from it, including new files; "unknown" if there is no commit.
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
