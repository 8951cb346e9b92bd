package scanline.bench.check;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import scanline.bench.peer.BenchException;
import scanline.bench.peer.ChildJvm;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Datasets;
import scanline.data.image.ImageSet;
import scanline.engine.file.AtomicFile;
import scanline.engine.random.RandomKey;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Run;

/**
 * {@code ./build bench kills}: trains with the command line, kills it at random moments (SIGKILL), resumes it and kills
 * it again until it finishes, and compares the results with those of an uninterrupted run. Each session has a random
 * number of threads. A checkpoint is written after every step, so that many kills happen during a save.
 */
@Command(name = "kills", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Kills training at random moments and resumes it; the weights must equal an uninterrupted run's.")
public final class Kills implements Callable<Integer> {
    /** The overrides of recipes that give a small model of each kind, and tasks of each kind. */
    static final Map<String, String> KINDS = new TreeMap<>(Map.of(
            "rnn-rows", "model.hidden=12 model.dropout=0.2 epochs=3",
            "lstm-rows", "model.hidden=12 model.dropout=0.2 clip=norm schedule=cosine epochs=3",
            "gru-rows-deep", "model.hidden=12 model.bidirectional=true model.learnInitialState=true epochs=3",
            "vit",
            "model.width=8 model.depth=1 model.heads=2 model.headWidth=5 model.mlp=12 model.dropout=0.1 epochs=3",
            "digit-classifier", "model.width=8 model.depth=1 model.heads=2 model.feedForward=12 epochs=3",
            "cnn", "model.channels=3 model.hidden=12 model.dropout=0.1 data.shrink=2 epochs=3",
            "digit-sequence-blanks", "data.shrink=4 data.scan.size=7 model.width=8 model.heads=2 model.feedForward=12"
                    + " model.encoderDepth=1 model.decoderDepth=1 model.positions=5 epochs=2",
            "lem-pixels", "model.hidden=12 data.shrink=4 epochs=3",
            "s5-pixels", "model.channels=6 model.layers=2 model.layer.states=8 data.shrink=4 epochs=2",
            "cnn-rnn", "data.canvas.size=16 data.canvas.minSize=5 data.canvas.maxSize=8 model.cnn.channels=3"
                    + " model.cnn.hidden=6 model.embedding=6 model.hidden=5 data.canvas.order=random epochs=2"));

    private static final List<String> DRAWN = List.of("data.canvas.train=200", "data.canvas.validation=20",
            "data.canvas.test=20");
    private static final List<String> FILES = List.of(Run.BEST, Run.RESULT, Run.METRICS);
    private static final int TRAIN = 264;
    private static final int TEST = 100;
    private static final int MOST_THREADS = 3;
    // The earliest kill, as a share of a session's length: before that, the JVM has hardly started.
    private static final double EARLIEST = 0.4;

    private static final double SOONER = 0.8;
    private static final double LATER = 1.25;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--count", paramLabel = "N", defaultValue = "200",
            description = "Number of kills for each kind of model. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(names = "--kinds", paramLabel = "RECIPE", split = ",", description = "Kinds to train. Default: all.")
    private List<String> kinds = List.copyOf(KINDS.keySet());

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Seed of the random moments. Default: ${DEFAULT-VALUE}.")
    private long seed;

    /**
     * The outcome for one kind.
     *
     * @param kills the number of killed sessions
     * @param resumable the number of these that left a checkpoint to resume from
     * @param saving the number of killed sessions that were writing a file
     * @param runs the number of finished runs
     * @param different descriptions of the runs whose results differ from those of the uninterrupted run
     */
    record Outcome(int kills, int resumable, int saving, int runs, List<String> different) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.println(
                "| kind | kills | with a checkpoint | while a file was written | finished runs | different results |");
        out.println("|---|--:|--:|--:|--:|--:|");
        boolean same = true;
        for (String kind : kinds) {
            Path folder = Files.createTempDirectory("scanline-kills");
            Outcome outcome = kill(kind, count, seed, folder);
            delete(folder);
            out.printf(Locale.ROOT, "| %s | %d | %d | %d | %d | %d |%n", kind, outcome.kills, outcome.resumable,
                    outcome.saving,
                    outcome.runs, outcome.different.size());
            outcome.different.forEach(out::println);
            out.flush();
            same &= outcome.different.isEmpty();
        }
        out.println(
                same ? "Every run is bit-identical to the uninterrupted run." : "SOME RUNS HAVE DIFFERENT RESULTS.");
        out.flush();
        return same ? 0 : 1;
    }

    /**
     * Kills runs of one kind until {@code count} sessions have been killed and the last run has finished.
     *
     * @param folder an empty folder
     */
    static Outcome kill(String kind, int count, long seed, Path folder) throws IOException, InterruptedException {
        writeData(folder);
        RandomKey key = RandomKey.of(seed, "kills " + kind);
        Path whole = folder.resolve("whole");
        long start = System.nanoTime();
        session(train(kind, folder, whole, 1), folder, Double.MAX_VALUE);
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, String> expected = results(whole);
        int kills = 0;
        int resumable = 0;
        int saving = 0;
        int runs = 0;
        List<String> different = new ArrayList<>();
        while (kills < count) {
            Path run = folder.resolve("run" + runs);
            for (boolean ended = false; !ended;) {
                int threads = 1 + key.below(MOST_THREADS, 2L * kills);
                boolean started = Files.exists(run.resolve(Run.RECIPE));
                Set<Path> before = temporaries(run);
                FileTime saved = saved(run);
                double moment = seconds * (EARLIEST + (1 - EARLIEST) * key.at(kills).uniform(0));
                ended = session(started ? resume(run, threads) : train(kind, folder, run, threads), folder,
                        kills < count ? moment : Double.MAX_VALUE);
                if (!ended) {
                    kills++;
                    resumable += Files.exists(run.resolve(Run.LAST)) ? 1 : 0;
                    saving += before.containsAll(temporaries(run)) ? 0 : 1;
                }
                // The speed of the machine varies. Sessions that finish should be as rare as those that save nothing.
                seconds *= ended ? SOONER : saved.equals(saved(run)) ? LATER : 1;
            }
            runs++;
            Map<String, String> actual = results(run);
            if (!actual.equals(expected)) {
                different.add("run " + runs + " after " + kills + " kills: " + actual + " instead of " + expected);
            }
            delete(run);
        }
        return new Outcome(kills, resumable, saving, runs, different);
    }

    /** The time when a run was last saved, or the epoch. */
    private static FileTime saved(Path run) throws IOException {
        Path last = run.resolve(Run.LAST);
        return Files.exists(last) ? Files.getLastModifiedTime(last) : FileTime.fromMillis(0);
    }

    /** Runs a session and returns whether it ended within {@code seconds}; otherwise it is killed. */
    private static boolean session(List<String> command, Path folder, double seconds)
            throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor((long) Math.min(1e6, 1000 * seconds), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        } else if (process.exitValue() != 0) {
            throw new BenchException("a session failed: " + String.join(" ", command) + "\n" + Files.readString(log));
        }
        return ended;
    }

    private static List<String> train(String kind, Path folder, Path run, int threads) {
        List<String> words = new ArrayList<>(List.of("train", kind, "data=idx", "data.dir=" + folder,
                "data.validation=64", "batch=16"));
        words.addAll(Arrays.asList(changes(kind).split(" ")));
        if (Recipes.find(kind, List.of()).data().canvas().drawn().isAnything()) {
            words.addAll(DRAWN);
        }
        words.addAll(List.of("--run", run.toString()));
        return session(words, threads);
    }

    private static String changes(String kind) {
        String changes = KINDS.get(kind);
        if (changes == null) {
            throw new BenchException("unknown kind " + kind + ": choose from " + String.join(", ", KINDS.keySet()));
        }
        return changes;
    }

    private static List<String> resume(Path run, int threads) {
        return session(new ArrayList<>(List.of("resume", run.toString())), threads);
    }

    private static List<String> session(List<String> words, int threads) {
        words.addAll(List.of("--threads", Integer.toString(threads), "--save-seconds", "1e-9"));
        return ChildJvm.command(List.of(), ChildJvm.SCANLINE, words.toArray());
    }

    /**
     * The results that must agree: the bits of the weights, and the figures of every epoch and of the test without
     * times.
     */
    private static Map<String, String> results(Path run) throws IOException {
        Map<String, String> results = new TreeMap<>();
        for (String file : FILES) {
            byte[] bytes = Files.readAllBytes(run.resolve(file));
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            results.put(file, switch (file) {
                case Run.RESULT -> text.replaceFirst("\"seconds\" : [0-9.E-]+", "");
                case Run.METRICS -> String.join(" ",
                        text.lines().map(line -> line.replaceFirst("^(\\d+,\\d+),[^,]+,[^,]+", "$1")).toList());
                default -> String.format(Locale.ROOT, "%08x of %d bytes", Arrays.hashCode(bytes), bytes.length);
            });
        }
        return results;
    }

    /** The unfinished files of a run, including those of its events. */
    private static Set<Path> temporaries(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(run)) {
            return files.filter(AtomicFile::isTemporary).collect(Collectors.toSet());
        }
    }

    /** Writes the first images of MNIST, which a session reads faster than the full data set. */
    private static void writeData(Path folder) throws IOException {
        Dataset mnist = Datasets.ofUser().open("mnist", null);
        write(mnist.train().first(TRAIN), folder, "train");
        write(mnist.test().first(TEST), folder, "t10k");
    }

    private static void write(ImageSet images, Path folder, String part) throws IOException {
        Files.write(folder.resolve(part + "-images-idx3-ubyte"),
                ByteBuffer.allocate(16 + images.pixels().length).putInt(0x803).putInt(images.count())
                        .putInt(images.height()).putInt(images.width()).put(images.pixels()).array());
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"),
                ByteBuffer.allocate(8 + images.count()).putInt(0x801).putInt(images.count()).put(images.labels())
                        .array());
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    delete(file);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
