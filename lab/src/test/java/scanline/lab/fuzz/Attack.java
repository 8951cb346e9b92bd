package scanline.lab.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Damages files of some formats, case after case, and reads them: the main class of a JVM with a small heap. Prints a line
 * of {@link #COLUMNS} a format, and before it one for each of its first failures.
 */
final class Attack {
    /** What a line of a format holds, tabs between. */
    static final List<String> COLUMNS = List.of("format", "cases", "accepted", "refused", "slowest ms", "its case",
            "failures");

    private static final long SLOW_NANOS = 1_000_000_000L;
    private static final long HANGS_NANOS = 60 * SLOW_NANOS;
    private static final int REPEATS = 3;
    private static final int SHOWN = 5;
    private static final int FRAMES = 12;

    private final Target target;
    private final long seed;
    private final AtomicLong began = new AtomicLong();
    private long accepted;
    private long refused;
    private long failures;
    private long slowestNanos;
    private long slowest;
    private volatile long number;

    private Attack(Target target, long seed) {
        this.target = target;
        this.seed = seed;
    }

    /** Takes the formats, commas between, the seed, the number of the first case and how many there are. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("scanline-fuzz");
        boolean failed = false;
        try {
            Map<String, Target> targets = Targets.in(folder);
            for (String format : arguments[0].split(",")) {
                Target target = Objects.requireNonNull(targets.get(format), format);
                Attack attack = new Attack(target, Long.parseLong(arguments[1]));
                attack.watch();
                attack.run(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
                failed |= attack.failures > 0;
            }
        } finally {
            delete(folder);
        }
        System.exit(failed ? 1 : 0);
    }

    private void run(long first, long count) {
        for (byte[] sample : target.samples()) {
            if (!target.accepts(sample)) {
                throw new AssertionError(target.name() + ": a whole file is refused");
            }
        }
        for (long i = first; i < first + count; i++) {
            number = i;
            attempt(target.damaged(seed, i));
        }
        began.set(0);
        System.out.println(String.format(Locale.ROOT, "%s\t%d\t%d\t%d\t%.1f\t%d\t%d", target.name(), count, accepted,
                refused, slowestNanos / 1e6, slowest, failures));
    }

    /** A case that seems slow is tried again: the machine may have been busy. */
    private void attempt(byte[] file) {
        try {
            long nanos = Long.MAX_VALUE;
            boolean taken = false;
            for (int i = 0; i < REPEATS && nanos > SLOW_NANOS; i++) {
                long start = System.nanoTime();
                began.set(start);
                taken = target.accepts(file);
                nanos = Math.min(nanos, System.nanoTime() - start);
            }
            if (nanos > slowestNanos) {
                slowestNanos = nanos;
                slowest = number;
            }
            if (nanos > SLOW_NANOS) {
                fail(new AssertionError("takes " + nanos / 1_000_000 + " ms"));
            } else if (taken) {
                accepted++;
            } else {
                refused++;
            }
        } catch (Throwable e) { // whatever a reader lets through is what is looked for
            fail(e);
        }
    }

    private void fail(Throwable failure) {
        failures++;
        if (failures <= SHOWN) {
            StringBuilder text = new StringBuilder(
                    "FAILURE: --formats " + target.name() + " --seed " + seed + " --case "
                            + number + ": " + failure);
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            for (int i = 0; i < Math.min(FRAMES, cause.getStackTrace().length); i++) {
                text.append("\n    at ").append(cause.getStackTrace()[i]);
            }
            System.out.println(text);
        }
    }

    private void watch() {
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException _) {
                    return;
                }
                long start = began.get();
                if (start != 0 && System.nanoTime() - start > HANGS_NANOS) {
                    fail(new AssertionError("hangs"));
                    Runtime.getRuntime().halt(1);
                }
            }
        });
    }

    /** Deletes a folder and all in it. */
    static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
