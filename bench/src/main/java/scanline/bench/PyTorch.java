package scanline.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import scanline.bench.Case.Work;
import scanline.engine.optim.Adam;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Sgd;
import scanline.engine.optim.UpdateRule;

/**
 * PyTorch's side of a comparison. What PyTorch can be told to do in another way, with the same result, is tried setting by
 * setting, so that it is compared at its best. There are two processes, because whether numbers too small to be normal
 * become zero has to be said before PyTorch starts its threads.
 */
final class PyTorch implements AutoCloseable {
    private static final String FLUSH = "flush";
    // Less is noise.
    private static final double WORTH_IT = 0.97;

    private final Side plain;
    private final Side flushing;
    private final Map<String, List<String>> choices;

    /** Starts both processes. */
    PyTorch(String python, Case what, PeerFolder folder, int threads) {
        choices = choices(what, threads);
        plain = new Side("PyTorch", command(python, folder, "plain"));
        try {
            flushing = new Side("PyTorch", command(python, folder, FLUSH));
        } catch (RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** PyTorch's version. */
    String version() {
        return plain.version();
    }

    /** As people write it who change no setting. */
    Map<String, String> asItComes() {
        Map<String, String> settings = new LinkedHashMap<>();
        choices.forEach((key, values) -> settings.put(key, values.getFirst()));
        return settings;
    }

    /** Those settings of {@code settings} that somebody has to know of. */
    String changed(Map<String, String> settings) {
        return words(settings.entrySet().stream().filter(entry -> !entry.equals(defaultOf(entry.getKey()))).toList());
    }

    /** The fastest settings, found by changing one after the other. */
    Map<String, String> tuned(double seconds) {
        Map<String, String> best = asItComes();
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

    /** Measures with these settings. */
    Timings measure(int iterations, Map<String, String> settings) {
        Side side = "on".equals(settings.get(FLUSH)) ? flushing : plain;
        return side.measure(iterations, words(settings.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(FLUSH)).toList()));
    }

    @Override
    public void close() {
        plain.close();
        flushing.close();
    }

    private double seconds(Map<String, String> settings, double seconds) {
        double once = measure(1, settings).least();
        return measure((int) Math.clamp(1000 * seconds / once, 2, 1000), settings).least();
    }

    private Map.Entry<String, String> defaultOf(String key) {
        return Map.entry(key, asItComes().getOrDefault(key, ""));
    }

    private static String words(List<Map.Entry<String, String>> settings) {
        return settings.stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The settings that peer.py knows, by key; the first value is PyTorch's own. */
    private static Map<String, List<String>> choices(Case what, int threads) {
        Map<String, List<String>> choices = new LinkedHashMap<>();
        choices.put(FLUSH, List.of("off", "on"));
        choices.put("threads", what.work() == Work.PREDICT && threads > 1
                ? List.of(Integer.toString(threads), "1")
                : List.of(Integer.toString(threads)));
        choices.put("layout", List.of("batch", "time"));
        choices.put("head", List.of("output", "state"));
        choices.put("onednn", List.of("on", "off"));
        if (what.work() == Work.TRAIN) {
            choices.put("optimizer", optimizers(what.settings().optimizer()));
        }
        return choices;
    }

    private static List<String> optimizers(UpdateRule rule) {
        boolean fused = rule instanceof Adam || rule instanceof AdamW || rule instanceof Sgd;
        return fused ? List.of("loop", "foreach", "fused") : List.of("loop", "foreach");
    }

    private static List<String> command(String python, PeerFolder folder, String mode) {
        String home = System.getProperty("scanline.home");
        List<String> command = new ArrayList<>();
        command.add(python);
        command.add(Path.of(home, "bench", "src", "main", "python", "peer.py").toString());
        command.add(folder.path().toString());
        command.add(mode);
        return command;
    }
}
