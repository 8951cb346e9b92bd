package scanline.bench.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.bench.peer.BenchException;
import scanline.bench.peer.Case;
import scanline.bench.peer.PeerFolder;
import scanline.bench.peer.PeerNetwork;
import scanline.bench.peer.Report;
import scanline.bench.peer.SidesOptions;
import scanline.bench.peer.Steps;
import scanline.data.sequence.Batch;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * {@code ./build bench hashes}: compares the weights after training on 1, 2, 3 and 8 threads, with vectors of 128, 256
 * and 512 bits, for every recipe; for short runs also those with only the JVM's first compiler and with only its
 * interpreter; and those of PyTorch in the same experiment. Each width and compiler has its own process.
 */
@Command(name = "hashes", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains with different threads, vector widths and compilers; the weights must be bit-identical.")
public final class HashMatrix implements Callable<Integer> {
    private static final List<Integer> THREADS = List.of(1, 2, 3, 8);
    private static final List<Jvm> WIDTHS = IntStream.of(128, 256, 512)
            .mapToObj(bits -> new Jvm(bits + " bits", bits, List.of("-XX:MaxVectorSize=" + bits / 8))).toList();
    private static final List<Jvm> COMPILERS = List.of(new Jvm("both compilers", 0, List.of()),
            new Jvm("only C1", 0, List.of("-XX:TieredStopAtLevel=1")),
            new Jvm("only the interpreter", 0, List.of("-Xint")));
    private static final List<String> SMALL_RECURRENT = List.of("batch=4", "model.hidden=8");
    private static final List<String> SMALL_ENCODER = List.of("batch=4", "model.width=8", "model.depth=1",
            "model.feedForward=12");
    // The instruction sets of PyTorch's own loops, of oneDNN and of MKL.
    private static final List<Map<String, String>> INSTRUCTIONS = List.of(
            instructions("default", "SSE41", "SSE4_2"), instructions("avx2", "AVX2", "AVX2"),
            instructions("avx512", "AVX512_CORE", "AVX512"));
    private static final int DIGITS = 16;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SidesOptions options = new SidesOptions();

    @Option(names = "--recipes", paramLabel = "NAME", split = ",", description = "Recipes to train. Default: all.")
    private List<String> recipes = Recipes.names();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "2",
            description = "Number of steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "20",
            description = "Examples per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    // The CPU capabilities that PyTorch reports.
    private final Set<String> capabilities = new LinkedHashSet<>();

    /**
     * A way to run a JVM.
     *
     * @param bits the width that its vectors must have, or 0 for the default width
     */
    private record Jvm(String name, int bits, List<String> options) {}

    /**
     * The results of the cells of a matrix.
     *
     * @param different the distinct hashes
     */
    private record Cells(int count, Set<String> different) {
        static Cells of(List<String> hashes) {
            return new Cells(hashes.size(), new LinkedHashSet<>(hashes));
        }

        boolean agree() {
            return different.size() == 1;
        }

        @Override
        public String toString() {
            return agree()
                    ? "all " + count + " agree"
                    : "**" + different.size() + " different among " + count + "**";
        }
    }

    private static Map<String, String> instructions(String aten, String oneDnn, String mkl) {
        return Map.of("ATEN_CPU_CAPABILITY", aten, "ONEDNN_MAX_CPU_ISA", oneDnn, "MKL_ENABLE_INSTRUCTIONS", mkl);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Report report = new Report(options.threads());
        boolean same = true;
        StringBuilder table = new StringBuilder("## All recipes\n\nWeights after " + steps + " training steps of "
                + batch + " examples, on " + THREADS + " threads with vectors of 128, 256 and 512 bits: 12 cells.\n\n"
                + "| recipe | weights (SHA-256) | Scanline | PyTorch |\n|---|---|---|---|\n");
        for (String recipe : recipes) {
            List<String> overrides = List.of("batch=" + batch);
            Cells ours = here(recipe, steps, overrides, WIDTHS, THREADS);
            same &= ours.agree();
            table.append("| ").append(recipe).append(" | `")
                    .append(ours.different.iterator().next().substring(0, DIGITS)).append("` | ").append(ours)
                    .append(" | ").append(pyTorch(recipe, overrides, report)).append(" |\n");
        }
        table.append("\n## Compilers\n\nWeights after two steps of a small model, on 1 and 3 threads.\n\n| recipe | ")
                .append(String.join(", ", COMPILERS.stream().map(Jvm::name).toList())).append(" |\n|---|---|\n");
        for (Map.Entry<String, List<String>> small : List.of(Map.entry("lstm-rows", SMALL_RECURRENT),
                Map.entry("digit-classifier", SMALL_ENCODER))) {
            Cells cells = here(small.getKey(), 2, small.getValue(), COMPILERS, List.of(1, 3));
            same &= cells.agree();
            table.append("| ").append(small.getKey()).append(" | ").append(cells).append(" |\n");
        }
        table.append("\nPyTorch ran with ").append(String.join(", ", capabilities)).append(".\n");
        table.append(same ? "\nAll weights of Scanline agree.\n" : "\nSCANLINE'S WEIGHTS DIFFER.\n");
        String text = report.text("Weights by threads, vector width and compiler",
                """
                        The same recipe, seed and data, with different numbers of threads and vector widths. Scanline's
                        weights must be bit-identical. PyTorch starts from the same weights and trains on the same
                        batches, with deterministic algorithms and a fixed seed for its dropout. Its cells are the same
                        numbers of threads with the instruction sets to which it can be limited (SSE, AVX2 and AVX-512:
                        in its own loops, in oneDNN and in MKL).""",
                command(),
                table.toString());
        Report.publish(text, Objects.requireNonNull(spec).commandLine().getOut(), options.out());
        return same ? 0 : 1;
    }

    private String command() {
        return "hashes --steps " + steps + " --batch " + batch
                + (recipes.equals(Recipes.names()) ? "" : " --recipes " + String.join(",", recipes));
    }

    private static Cells here(String recipe, int steps, List<String> overrides, List<Jvm> jvms, List<Integer> threads)
            throws IOException, InterruptedException {
        List<String> hashes = new ArrayList<>();
        for (Jvm jvm : jvms) {
            System.err.println("bench: " + recipe + ": " + jvm.name());
            List<String> words = output(
                    new ProcessBuilder(WeightsHash.command(jvm.options(), recipe, steps, threads, overrides)));
            if (jvm.bits > 0 && !words.getFirst().equals(Integer.toString(jvm.bits))) {
                throw new BenchException("a JVM that was started with vectors of " + jvm.bits + " bits used "
                        + words.getFirst() + " bits: this processor does not support " + jvm.bits);
            }
            hashes.addAll(words.subList(1, words.size()));
        }
        return Cells.of(hashes);
    }

    private String pyTorch(String recipe, List<String> overrides, Report report)
            throws IOException, InterruptedException {
        Recipe settings = Recipes.find(recipe, overrides);
        try (Steps here = new Steps(settings, options.threads())) {
            List<Batch> batches = here.batches(steps);
            PeerFolder folder = PeerFolder.of(settings, Case.Work.TRAIN, here, batches);
            List<String> hashes = new ArrayList<>();
            for (Map<String, String> instructions : INSTRUCTIONS) {
                System.err.println("bench: " + recipe + ": PyTorch, " + instructions.get("ATEN_CPU_CAPABILITY"));
                ProcessBuilder process = new ProcessBuilder(options.python(),
                        Path.of(System.getProperty("scanline.home"), "bench", "src", "main", "python", "hashes.py")
                                .toString(),
                        folder.path().toString(), String.join(",", THREADS.stream().map(String::valueOf).toList()));
                PeerNetwork.of(settings.model()).choices()
                        .forEach((key, values) -> process.command().add(key + "=" + values.getFirst()));
                process.environment().putAll(instructions);
                process.environment().put("OMP_WAIT_POLICY", "passive"); // threads beyond the cores would spin
                List<String> words = output(process);
                report.version("PyTorch", words.getFirst());
                capabilities.add(words.get(1));
                hashes.addAll(words.subList(2, words.size()));
            }
            return Cells.of(hashes).toString();
        }
    }

    /** Runs a process and returns the words of the last line that it prints. */
    private static List<String> output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        if (process.waitFor() != 0 || lines.isEmpty()) {
            throw new BenchException(
                    "a process failed: " + String.join(" ", builder.command()) + "\n" + String.join("\n", lines));
        }
        return Arrays.asList(lines.getLast().split(" "));
    }
}
