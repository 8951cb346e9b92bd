package scanline.lab.fuzz;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./build fuzz}: damages files of every format and reads them, in a JVM with a small heap for each format. The same
 * seed makes the same files.
 */
@Command(name = "fuzz", mixinStandardHelpOptions = true,
        description = "Reads damaged files of every format; none may do more than be refused in one line.")
final class Fuzz implements Callable<Integer> {
    private static final String SAFETENSORS = "safetensors";
    private static final int STARTED_SECONDS = 120;
    private static final int SLOWEST_CASES_A_SECOND = 40;

    @Option(names = "--count", paramLabel = "N",
            description = "Files a format. Default: 100,000, and 1,000,000 of safetensors.")
    private long count;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "What the damage derives from. Default: 1.")
    private long seed;

    @Option(names = "--formats", paramLabel = "NAME", split = ",", description = "Default: all.")
    private List<String> formats = List.of();

    @Option(names = "--case", paramLabel = "N", defaultValue = "-1", description = "Reads that one file alone.")
    private long number;

    @Option(names = "--keep", paramLabel = "FILE", description = "Writes the file of --case.")
    private Path kept;

    @Spec
    private CommandSpec spec;

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Fuzz()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (kept != null && number < 0) {
            throw new ParameterException(spec.commandLine(), "--keep writes the file of --case, which is not given");
        }
        Path folder = Files.createTempDirectory("scanline-fuzz");
        Map<String, Target> targets = Targets.in(folder);
        List<String> chosen = formats.isEmpty() ? List.copyOf(targets.keySet()) : formats;
        for (String format : chosen) {
            if (!targets.containsKey(format)) {
                Attack.delete(folder);
                throw new ParameterException(spec.commandLine(), "no format is called " + format + ", only "
                        + String.join(", ", targets.keySet()));
            }
        }
        if (kept != null) {
            Files.write(kept, targets.get(chosen.getFirst()).damaged(seed, number));
        }
        Attack.delete(folder);
        System.out.println("| " + String.join(" | ", Attack.COLUMNS) + " |");
        System.out.println("|---" + "|---:".repeat(Attack.COLUMNS.size() - 1) + "|");
        int status = 0;
        for (String format : chosen) {
            long most = count > 0 ? count : format.equals(SAFETENSORS) ? 1_000_000 : 100_000;
            status = Math.max(status, attack(format, seed, Math.max(0, number), number < 0 ? most : 1,
                    line -> System.out.println(
                            line.contains("\t") ? "| " + line.replace("\t", " | ") + " |" : line)));
        }
        return status;
    }

    /**
     * Runs {@link Attack} in a JVM of its own with a heap of 64 MB.
     *
     * @param formats names, commas between
     * @param lines takes what it prints
     * @return 0 if there was no failure
     */
    static int attack(String formats, long seed, long first, long count, Consumer<String> lines)
            throws IOException, InterruptedException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                "-XX:+UseSerialGC", "-Djava.awt.headless=true",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "--module-path",
                System.getProperty("jdk.module.path"), "--patch-module", "scanline.lab=" + classes(), "--module",
                "scanline.lab/" + Attack.class.getName(), formats, Long.toString(seed), Long.toString(first),
                Long.toString(count));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // A JVM that stands still, as one did in the JDK's decoder of JPEG, is a failure, and must not last for ever.
        long limit = STARTED_SECONDS + count / SLOWEST_CASES_A_SECOND;
        CompletableFuture.delayedExecutor(limit, TimeUnit.SECONDS).execute(() -> {
            if (process.isAlive()) {
                lines.accept("stood still: it was ended after " + limit + " seconds");
                process.destroyForcibly();
            }
        });
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).forEach(lines);
        }
        return process.waitFor();
    }

    /** The folder of the tests' classes, which are part of the module where they run. */
    private static String classes() {
        String name = Fuzz.class.getName().replace('.', '/') + ".class";
        String place = Objects.requireNonNull(Fuzz.class.getResource("Fuzz.class")).toString();
        return new File(URI.create(place.substring(0, place.length() - name.length()))).getPath();
    }
}
