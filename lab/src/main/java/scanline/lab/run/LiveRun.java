package scanline.lab.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import scanline.engine.file.FileAccessException;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;

/**
 * A run while a process trains it. The file {@code live.json} reports its progress to whoever watches. The process
 * holds a lock on that file, which the system releases when the process dies, so that no other process trains the same
 * run and nobody mistakes a killed run for one that is trained. Resuming does not read the file: it is never forced to
 * disk, and training continues if it cannot be written.
 */
public final class LiveRun implements Progress, AutoCloseable {
    private static final String FILE = "live.json";
    private static final int TRIES = 5;
    private static final int MILLIS_BETWEEN_TRIES = 20;
    private static final long NANOS_BETWEEN = 100_000_000;
    // Written in place, always with this length, so that a reader finds one state or the next.
    private static final int BYTES = 1024;
    // Beyond all that is written: the file can be read even where locks forbid reading.
    private static final long LOCKED_BYTE = 1L << 40;
    // A lock belongs to the process: the system does not distinguish its threads.
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path key;
    private final FileChannel channel;
    private final long pid = ProcessHandle.current().pid();
    private long last = System.nanoTime() - NANOS_BETWEEN;
    private Phase phase = Phase.TRAINING;
    private @Nullable Step step;

    /** The phases of a process that trains. */
    public enum Phase {
        /** Training. */
        TRAINING,
        /** The evaluation of the test examples, after the last epoch. */
        TESTING
    }

    /**
     * The progress of a run that a process trains.
     *
     * @param pid the id of that process
     * @param phase its phase
     * @param step the last step that was reported, at most ten a second; null before the first
     */
    public record State(long pid, Phase phase, @Nullable Step step) {}

    private LiveRun(Path file, Path key, FileChannel channel) {
        this.file = file;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Locks a run to train it.
     *
     * @throws RunException if it is being trained
     * @throws FileAccessException if the file cannot be created
     */
    public static LiveRun begin(Run run) throws IOException {
        Path file = run.folder().resolve(FILE);
        Path key = run.folder().toRealPath().resolve(FILE);
        if (!OWN.add(key)) {
            throw inTraining(run);
        }
        boolean begun = false;
        try {
            FileChannel channel = open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                for (int tries = 1; isLocked(channel, false); tries++) {
                    if (tries == TRIES) {
                        throw inTraining(run);
                    }
                    pause(); // a reader may hold the lock for a moment
                }
                LiveRun live = new LiveRun(file, key, channel);
                live.write();
                begun = true;
                return live;
            } finally {
                if (!begun) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new FileAccessException("write", file, e);
        } finally {
            if (!begun) {
                OWN.remove(key);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(MILLIS_BETWEEN_TRIES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static RunException inTraining(Run run) {
        return new RunException(run.folder() + " is being trained by another process: wait for it, or stop it first");
    }

    private static FileChannel open(Path file, OpenOption... how) throws IOException {
        OpenOption[] options = Arrays.copyOf(how, how.length + 1);
        // A link would lead out of the run's folder, which may come from a stranger.
        options[how.length] = LinkOption.NOFOLLOW_LINKS;
        return FileChannel.open(file, options);
    }

    /**
     * Tries to take the lock, and returns whether another process has it. A file system without locks reports that none
     * has.
     */
    private static boolean isLocked(FileChannel channel, boolean shared) {
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, shared);
            return lock == null;
        } catch (OverlappingFileLockException _) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Returns the progress of a run if a process trains it. */
    public static Optional<State> read(Run run) {
        Path file = run.folder().resolve(FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        // One at a time: overlapping locks of one process are refused, as if another process had one.
        synchronized (OWN) {
            return readAlone(run, file);
        }
    }

    private static Optional<State> readAlone(Run run, Path file) {
        try (FileChannel channel = open(file, StandardOpenOption.READ)) {
            if (!OWN.contains(run.folder().toRealPath().resolve(FILE)) && !isLocked(channel, true)) {
                return Optional.empty();
            }
            return Optional.of(Json.read(file, State.class));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (FormatException _) {
            return Optional.of(new State(0, Phase.TRAINING, null)); // it is starting
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    @Override
    public void step(Step now) {
        step = now;
        if (System.nanoTime() - last >= NANOS_BETWEEN) {
            write();
        }
    }

    @Override
    public void epoch(Run.Epoch epoch) {
        write();
    }

    /** Reports that the last epoch is done. */
    public void tests() {
        phase = Phase.TESTING;
        write();
    }

    private void write() {
        last = System.nanoTime();
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) ' ');
        byte[] text = Json.text(new State(pid, phase, step)).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, bytes, 0, text.length);
        try {
            channel.write(ByteBuffer.wrap(bytes), 0);
        } catch (IOException _) {
            // only the reported progress is lost
        }
    }

    /** Unlocks the run. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // without its lock, the file is ignored
        } finally {
            OWN.remove(key);
        }
    }
}
