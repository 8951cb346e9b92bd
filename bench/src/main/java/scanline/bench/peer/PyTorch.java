package scanline.bench.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    // With so little work, a second thread may cost more than it gains.
    private static final int SMALL_BATCH = 32;

    private final String python;
    private final PeerFolder folder;
    private final Choices choices;
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
        this.choices = new Choices(choices);
    }

    /** PyTorch's version. */
    public String version() {
        return process(defaults()).version();
    }

    /** The default settings, for users who change none. */
    Map<String, String> defaults() {
        return choices.defaults();
    }

    /** The settings in {@code settings} that differ from the defaults, as text. */
    String changed(Map<String, String> settings) {
        return choices.changed(settings);
    }

    /** Returns the fastest settings, found by changing one after the other. */
    Map<String, String> tuned(double seconds) {
        return choices.fastest(seconds, this::measure);
    }

    /** The name of the allocator in settings. */
    static String allocator(Map<String, String> settings) {
        return settings.getOrDefault(ALLOCATOR, Allocator.DEFAULT);
    }

    /** Writes the network with these settings to the folder, as a TorchScript file for {@link Djl}. */
    void script(Map<String, String> settings) {
        folder.reserve(PeerFolder.SCRIPT_FILES);
        process(settings).numbers("script " + question(settings));
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
        String allocator = allocator(settings);
        return processes.computeIfAbsent(mode + " " + allocator,
                _ -> new Side("PyTorch", command(mode), Allocator.environment(allocator)));
    }

    private static String question(Map<String, String> settings) {
        Map<String, String> asked = new LinkedHashMap<>(settings);
        OF_THE_PROCESS.forEach(asked::remove);
        return Choices.words(asked);
    }

    /** The settings that are tried at a case; PyTorch's defaults come first. */
    public static Map<String, List<String>> choices(Case what, int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(FLUSH, List.of("off", "on"));
        choices.put(ALLOCATOR, Allocator.names());
        choices.put("threads", Choices.threads(threads, !what.trains()));
        choices.putAll(what.network().choices());
        if (what.trains()) {
            choices.put("optimizer", optimizers(what.settings().optimizer()));
        }
        return choices;
    }

    /** The settings that are tried at a point of {@link Growth}: those that made a difference to training there. */
    public static Map<String, List<String>> choices(GrowthPoint point, int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(FLUSH, List.of("on"));
        choices.put(ALLOCATOR, Allocator.names());
        choices.put("threads", Choices.threads(threads, point.batch() < SMALL_BATCH));
        choices.putAll(PeerNetwork.of(point.model()).choices());
        choices.put("head", List.of("output"));
        choices.put("onednn", List.of("on"));
        choices.put("optimizer", List.of("loop"));
        return choices;
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
