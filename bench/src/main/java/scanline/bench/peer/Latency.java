package scanline.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.engine.tensor.Predictor;

/**
 * {@code ./build bench latency}: how long a {@link Predictor} takes for one image: in a loop, after pauses, and while
 * another thread trains; whether it allocates; and whether many threads get the right answers from one predictor.
 */
@Command(name = "latency", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures the latency of single predictions.")
public final class Latency implements Callable<Integer> {
    private static final double WARM_UP_SECONDS = 10;
    private static final int ALLOCATING_PREDICTIONS = 10_000;
    private static final int CALLERS = 16;
    private static final List<Integer> PAUSES = List.of(5, 100, 10_000);
    private static final String LOOP = "in a loop";
    private static final String TRAINING = "while another thread trains";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--recipes", split = ",", paramLabel = "RECIPE",
            description = "Recipes to measure. Default: those whose predictions `compare` measures.")
    private List<String> recipes = Case.PREDICTED;

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads of a prediction. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "60",
            description = "Duration of each of the 6 measurements of a recipe in seconds; at least 3 predictions are made."
                    + " Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the report to this file.")
    private @Nullable Path out;

    /**
     * The measurements of a recipe.
     *
     * @param states the latencies in each state of the process
     * @param coreToCore the core-to-core time in nanoseconds before each state
     * @param allocated the bytes that {@value #ALLOCATING_PREDICTIONS} predictions allocated
     * @param together the predictions of {@value #CALLERS} threads
     * @param different the predictions that differ from an evaluation's
     */
    private record Measured(String recipe, Map<String, Latencies> states, Map<String, Double> coreToCore,
            long allocated, long together, long different) {
        Latencies of(String state) {
            return Objects.requireNonNull(states.get(state));
        }
    }

    /** The lines of requirements. */
    private static final class Requirements {
        private final StringBuilder lines = new StringBuilder("| what | measured | required | |\n|---|---|---|---|\n");
        private boolean met = true;

        void add(String what, String measured, String required, boolean holds) {
            met &= holds;
            lines.append("| ").append(what).append(" | ").append(measured).append(" | ").append(required)
                    .append(" | ").append(holds ? "met" : "**not met**").append(" |\n");
        }
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 1 || !(seconds > 0)) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(),
                    "--threads and --seconds must be positive");
        }
        List<Measured> all = new ArrayList<>();
        for (String recipe : recipes) {
            all.add(measured(recipe));
        }
        Requirements requirements = requirements(all);
        String text = new Report(threads).text("Latency of single predictions",
                "Each recipe has a JVM of its own, in which one predictor with " + threads
                        + (threads == 1 ? " thread" : " threads") + " predicts single test images for "
                        + Report.number(seconds)
                        + " s in each state, at least three times. Every answer is compared with"
                        + " the logits of an evaluation.",
                "latency --threads " + threads + " --seconds " + Report.number(seconds)
                        + (recipes.equals(Case.PREDICTED) ? "" : " --recipes " + String.join(",", recipes)),
                requirements.lines + "\n" + table(all));
        Report.publish(text, Objects.requireNonNull(spec).commandLine().getOut(), out);
        return requirements.met ? 0 : 1;
    }

    private Measured measured(String recipe) {
        Map<String, Latencies> states = new LinkedHashMap<>();
        Map<String, Double> coreToCore = new LinkedHashMap<>();
        try (Side side = new Side("Scanline", LatencySide.command(recipe, threads))) {
            side.numbers("loop " + WARM_UP_SECONDS);
            Map<String, String> questions = new LinkedHashMap<>();
            questions.put(LOOP, "loop " + seconds);
            PAUSES.forEach(pause -> questions.put(after(pause), "pauses " + seconds + " " + pause));
            questions.put(TRAINING, "training " + seconds);
            questions.forEach((state, question) -> {
                coreToCore.put(state, CoreToCore.nanoseconds());
                Latencies latencies = Latencies.of(side.numbers(question));
                states.put(state, latencies);
                System.err.println("bench: " + recipe + " " + state + ": " + latencies);
            });
            long together = (long) side.numbers("together " + seconds + " " + CALLERS)[0];
            long allocated = (long) side.numbers("allocated " + ALLOCATING_PREDICTIONS)[0];
            return new Measured(recipe, states, coreToCore, allocated, together,
                    (long) side.numbers("different")[0]);
        }
    }

    private static String after(int pause) {
        return "after " + (pause < 1000 ? pause + " ms" : pause / 1000 + " s") + " without work";
    }

    private static Requirements requirements(List<Measured> all) {
        Requirements requirements = new Requirements();
        long different = all.stream().mapToLong(Measured::different).sum();
        requirements.add("answers, also of " + CALLERS + " threads that share a predictor and during training",
                String.format(Locale.ROOT, "%,d of the threads, %,d others; %,d differ",
                        all.stream().mapToLong(Measured::together).sum(),
                        all.stream().flatMap(each -> each.states().values().stream()).mapToLong(Latencies::count).sum(),
                        different),
                "all equal to an evaluation's to the bit", different == 0);
        // An object has at least 16 bytes, so no prediction allocates if there is less than a byte for each.
        List<String> allocating = all.stream().filter(each -> each.allocated() >= ALLOCATING_PREDICTIONS)
                .map(each -> String.format(Locale.ROOT, "`%s` %.1f bytes", each.recipe(),
                        each.allocated() / (double) ALLOCATING_PREDICTIONS))
                .toList();
        requirements.add("memory that a prediction allocates once the predictor is warm",
                String.format(Locale.ROOT, "%s; in all, %,d bytes in %,d predictions",
                        allocating.isEmpty() ? "0 bytes for each recipe" : String.join(", ", allocating),
                        all.stream().mapToLong(Measured::allocated).sum(), all.size() * ALLOCATING_PREDICTIONS),
                "0 bytes", allocating.isEmpty());
        for (int pause : PAUSES) {
            List<String> late = all.stream()
                    .filter(each -> !each.of(after(pause)).isWithin(each.of(LOOP).allowed()))
                    .map(each -> "`" + each.recipe() + "`: " + each.of(after(pause)) + "; allowed: "
                            + each.of(LOOP).allowed())
                    .toList();
            requirements.add(after(pause), late.isEmpty() ? "each recipe" : String.join("; ", late),
                    "median and 99th percentile at most twice those in a loop, and 0.3 ms", late.isEmpty());
        }
        return requirements;
    }

    private static String table(List<Measured> all) {
        StringBuilder table = new StringBuilder("| recipe | state | predictions | 50th percentile | 99th | 99.9th "
                + "| longest | core to core |\n|---|---|--:|--:|--:|--:|--:|---|\n");
        for (Measured each : all) {
            each.states().forEach((state, latencies) -> table.append(String.format(Locale.ROOT,
                    "| %s | %s | %,d | %s | %s | %s | %s | %.0f ns |%n", each.recipe(), state, latencies.count(),
                    Report.milliseconds(latencies.median()), Report.milliseconds(latencies.most99()),
                    Report.milliseconds(latencies.most999()), Report.milliseconds(latencies.longest()),
                    Objects.requireNonNull(each.coreToCore().get(state)))));
        }
        return table
                + """

                        With fewer than 100 or 1,000 predictions the 99th or 99.9th percentile is the longest. Another thread
                        trains the same recipe in the same JVM, with as many threads as a prediction has. Core to core is the time
                        that a cache line takes from one core to another, measured before each state.
                        """;
    }
}
