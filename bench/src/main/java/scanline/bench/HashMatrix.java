package scanline.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code ./build bench hashes}: the weights that training comes to on 1, 2, 3 and 8 threads, with vectors of 128, 256 and
 * 512 bits, and, for a run short enough, under the JVM's first compiler alone and under its interpreter alone. Each cell
 * is a JVM of its own.
 */
@Command(name = "hashes", mixinStandardHelpOptions = true,
        description = "Trains with many threads, vector widths and compilers; the weights must agree to the bit.")
final class HashMatrix implements Callable<Integer> {
    private static final List<Integer> THREADS = List.of(1, 2, 3, 8);
    private static final List<Jvm> WIDTHS = IntStream.of(128, 256, 512)
            .mapToObj(bits -> new Jvm("vectors of " + bits + " bits", List.of("-XX:MaxVectorSize=" + bits / 8)))
            .toList();
    private static final List<Jvm> COMPILERS = List.of(new Jvm("both compilers", List.of()),
            new Jvm("C1 alone", List.of("-XX:TieredStopAtLevel=1")), new Jvm("interpreter alone", List.of("-Xint")));
    private static final int DIGITS = 16;

    @Spec
    private @Nullable CommandSpec spec;

    private record Jvm(String name, List<String> options) {}

    /** One training, which must come to the same weights in every JVM. */
    private record Training(String recipe, int steps, List<String> overrides, List<Jvm> jvms, List<Integer> threads) {
        String title() {
            return recipe + ", " + steps + " steps"
                    + overrides.stream().map(override -> ", " + override).collect(Collectors.joining());
        }
    }

    // Together a few minutes on two cores: 784 steps make a sequence of pixels dear, and -Xint everything.
    private static final List<Training> TRAININGS = List.of(
            new Training("lstm-rows", 200, List.of(), WIDTHS, THREADS),
            new Training("lstm-pixels", 4, List.of("batch=20"), WIDTHS, THREADS),
            new Training("gru-rows-deep", 20, List.of(), WIDTHS, THREADS),
            new Training("rnn-rows", 20, List.of(), WIDTHS, THREADS),
            new Training("rnn-rows-relu", 20, List.of("model.bidirectional=true"), WIDTHS, THREADS),
            new Training("vit", 4, List.of("batch=20"), WIDTHS, THREADS),
            new Training("digit-classifier", 10, List.of(), WIDTHS, THREADS),
            new Training("row-transformer", 4, List.of("batch=40"), WIDTHS, THREADS),
            new Training("cnn", 4, List.of("batch=20"), WIDTHS, THREADS),
            new Training("digit-sequence", 10, List.of(), WIDTHS, THREADS),
            new Training("cnn-rnn", 4, List.of("batch=20"), WIDTHS, THREADS),
            new Training("lstm-rows", 2, List.of("batch=4", "model.hidden=8"), COMPILERS, List.of(1, 3)),
            new Training("vit", 2, List.of("batch=4", "model.width=8", "model.depth=1", "model.heads=2",
                    "model.headWidth=6", "model.mlp=12"), COMPILERS, List.of(1, 3)),
            new Training("digit-classifier", 2, List.of("batch=4", "model.width=8", "model.depth=1",
                    "model.feedForward=12"), COMPILERS, List.of(1, 3)));

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        boolean same = true;
        for (Training training : TRAININGS) {
            same &= print(training, out);
        }
        out.println(same ? "All agree." : "THEY DIFFER.");
        out.flush();
        return same ? 0 : 1;
    }

    private static boolean print(Training training, PrintWriter out) throws IOException, InterruptedException {
        Set<String> hashes = new LinkedHashSet<>();
        out.println("| " + training.title() + " | " + training.threads().stream()
                .map(n -> n + (n == 1 ? " thread" : " threads")).collect(Collectors.joining(" | ")) + " |");
        out.println("|---" + "|---".repeat(training.threads().size()) + "|");
        for (Jvm jvm : training.jvms()) {
            List<String> cells = new ArrayList<>();
            Set<String> bits = new LinkedHashSet<>();
            for (int threads : training.threads()) {
                System.err.println("bench: " + training.title() + ": " + jvm.name() + ", threads " + threads);
                String[] words = output(WeightsHash.command(jvm.options(), training.recipe(), training.steps(), threads,
                        training.overrides())).split(" ");
                bits.add(words[0]);
                hashes.add(words[1]);
                cells.add(words[1].substring(0, DIGITS));
            }
            // A machine whose vectors are narrower runs at its own width.
            out.println("| " + jvm.name() + " (ran with " + String.join(", ", bits) + ") | "
                    + String.join(" | ", cells) + " |");
            out.flush();
        }
        out.println("\nSHA-256: " + String.join(", ", hashes) + "\n");
        return hashes.size() == 1;
    }

    /** The last line that a JVM prints: the width of its vectors, and its hash. */
    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        if (process.waitFor() != 0 || lines.isEmpty()) {
            throw new BenchException(
                    "a JVM failed: " + String.join(" ", command) + "\n" + String.join("\n", lines));
        }
        return lines.getLast();
    }
}
