package scanline.bench.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import scanline.bench.peer.Case.Work;
import scanline.bench.peer.Turns.Player;
import scanline.bench.peer.Turns.Who;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;

/**
 * PyTorch's side of a comparison. Settings that change PyTorch's speed but not its results are tried one by one, so
 * that it is compared at its best. The allocator is chosen when a process starts, and flushing subnormal numbers to
 * zero must be set before PyTorch starts its threads. So each combination of these two has its own process, which is
 * started at its first request.
 */
public final class PyTorch implements AutoCloseable {
    private static final String FLUSH = "flush";
    private static final String ALLOCATOR = "allocator";
    // The settings of a process; peer.py receives the other settings with each request.
    private static final List<String> OF_THE_PROCESS = List.of(FLUSH, ALLOCATOR);
    private static final double WARM_UP_SECONDS = 0.5;
    // Smaller gains are noise.
    private static final double WORTH_IT = 0.97;
    // With so little work, a second thread may cost more than it gains.
    private static final int SMALL_BATCH = 32;

    private final String python;
    private final PeerFolder folder;
    private final Map<String, List<String>> choices;
    private final Map<String, Side> processes = new HashMap<>();

    /**
     * Creates PyTorch's side for the case in a folder.
     *
     * @param choices the values to try for each setting of peer.py, for "flush" and for "allocator"; the first value is
     *     the initial one
     */
    public PyTorch(String python, PeerFolder folder, Map<String, List<String>> choices) {
        this.python = python;
        this.folder = folder;
        this.choices = choices;
    }

    /** PyTorch's version. */
    public String version() {
        return process(defaults()).version();
    }

    /** The default settings, for users who change none. */
    Map<String, String> defaults() {
        Map<String, String> settings = new LinkedHashMap<>();
        choices.forEach((key, values) -> settings.put(key, values.getFirst()));
        return settings;
    }

    /** The settings in {@code settings} that differ from the defaults, as text. */
    String changed(Map<String, String> settings) {
        return words(settings.entrySet().stream().filter(entry -> !entry.equals(defaultOf(entry.getKey()))).toList());
    }

    /** Returns the fastest settings, found by changing one after the other. */
    Map<String, String> tuned(double seconds) {
        Map<String, String> best = defaults();
        double least = seconds(best, seconds);
        for (Map.Entry<String, List<String>> choice : choices.entrySet()) {
            for (String value : choice.getValue().subList(1, choice.getValue().size())) {
                Map<String, String> changed = new LinkedHashMap<>(best);
                changed.put(choice.getKey(), value);
                double took = seconds(changed, seconds);
                if (took < WORTH_IT * least) {
                    least = took;
                    best = changed;
                }
            }
        }
        return best;
    }

    /** PyTorch as sides that take turns: tuned and, if the settings differ, with default settings. */
    Map<Who, Player> players(Map<String, String> tuned) {
        Map<Who, Player> players = new LinkedHashMap<>();
        players.put(Who.TUNED, new Player(iterations -> measure(iterations, tuned), WARM_UP_SECONDS));
        if (!tuned.equals(defaults())) {
            players.put(Who.DEFAULT, new Player(iterations -> measure(iterations, defaults()), WARM_UP_SECONDS));
        }
        return players;
    }

    /** Measures with these settings. */
    Timings measure(int iterations, Map<String, String> settings) {
        return process(settings).measure(iterations, question(settings));
    }

    /** The losses of the first {@code count} training steps, in "float" or in "double" precision. */
    public double[] losses(int count, String precision) {
        Map<String, String> settings = defaults();
        settings.put("precision", precision);
        settings.put(FLUSH, "on");
        return process(settings).losses(count, question(settings));
    }

    /** The growth of its peak memory since its first step, in bytes. */
    long memory(Map<String, String> settings) {
        return process(settings).memory();
    }

    @Override
    public void close() {
        processes.values().forEach(Side::close);
    }

    private Side process(Map<String, String> settings) {
        String mode = "on".equals(settings.get(FLUSH)) ? FLUSH : "plain";
        String allocator = settings.getOrDefault(ALLOCATOR, Allocator.DEFAULT);
        return processes.computeIfAbsent(mode + " " + allocator,
                _ -> new Side("PyTorch", command(mode), Allocator.environment(allocator)));
    }

    private static String question(Map<String, String> settings) {
        return words(settings.entrySet().stream().filter(entry -> !OF_THE_PROCESS.contains(entry.getKey())).toList());
    }

    private double seconds(Map<String, String> settings, double seconds) {
        double once = measure(1, settings).least();
        if (once >= 1000 * seconds) {
            return once;
        }
        return measure((int) Math.clamp(1000 * seconds / once, 2, 1000), settings).least();
    }

    private Map.Entry<String, String> defaultOf(String key) {
        return Map.entry(key, defaults().getOrDefault(key, ""));
    }

    private static String words(List<Map.Entry<String, String>> settings) {
        return settings.stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The settings that are tried at a case; PyTorch's defaults come first. */
    public static Map<String, List<String>> choices(Case what, int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(FLUSH, List.of("off", "on"));
        choices.put(ALLOCATOR, Allocator.names());
        choices.put("threads", threads(threads, what.work() == Work.PREDICT));
        choices.putAll(what.network().choices());
        if (what.work().trains()) {
            choices.put("optimizer", optimizers(what.settings().optimizer()));
        }
        return choices;
    }

    /** The settings that are tried at a point of {@link Growth}: those that made a difference to training there. */
    public static Map<String, List<String>> choices(GrowthPoint point, int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(FLUSH, List.of("on"));
        choices.put(ALLOCATOR, Allocator.names());
        choices.put("threads", threads(threads, point.batch() < SMALL_BATCH));
        choices.put("layout", List.of("batch", "time"));
        choices.put("head", List.of("output"));
        choices.put("onednn", List.of("on"));
        choices.put("optimizer", List.of("loop"));
        return choices;
    }

    private static List<String> threads(int threads, boolean alsoOne) {
        return alsoOne && threads > 1 ? List.of(Integer.toString(threads), "1") : List.of(Integer.toString(threads));
    }

    private static List<String> optimizers(UpdateRule rule) {
        boolean fused = rule instanceof Adam || rule instanceof AdamW || rule instanceof Sgd;
        return fused ? List.of("loop", "foreach", "fused") : List.of("loop", "foreach");
    }

    private List<String> command(String mode) {
        String home = System.getProperty("scanline.home");
        List<String> command = new ArrayList<>();
        command.add(python);
        command.add(Path.of(home, "bench", "src", "main", "python", "peer.py").toString());
        command.add(folder.path().toString());
        command.add(mode);
        return command;
    }
}
