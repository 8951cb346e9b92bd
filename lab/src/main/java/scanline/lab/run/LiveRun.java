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

import scanline.engine.io.FileAccessException;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;

/**
 * A run while a process trains it: the file {@code live.json} says how far it is, for whoever watches. The process holds a lock
 * on that file, which the system takes back when the process dies, so that no other trains the same run and nobody takes a
 * killed one for one that is trained. Nothing is read from it to go on with: it is never forced to the disk, and a failure to
 * write it stops nobody.
 */
public final class LiveRun implements Progress, AutoCloseable {
    private static final String FILE = "live.json";
    private static final int TRIES = 5;
    private static final int MILLIS_BETWEEN_TRIES = 20;
    private static final long NANOS_BETWEEN = 100_000_000;
    // Written in place, always as many bytes, so that a reader finds one state or the next.
    private static final int BYTES = 1024;
    // Behind all that is written: where locks forbid reading, too, the file can be read.
    private static final long LOCKED_BYTE = 1L << 40;
    // A lock is the process's: the system does not tell its threads apart.
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path key;
    private final FileChannel channel;
    private final long pid = ProcessHandle.current().pid();
    private long last = System.nanoTime() - NANOS_BETWEEN;
    private Phase phase = Phase.TRAINING;
    private @Nullable Step step;

    /** What the process is at. */
    public enum Phase {
        /** Training. */
        TRAINING,
        /** The evaluation of the test examples, after the last epoch. */
        TESTING
    }

    /**
     * How far a run is that a process trains.
     *
     * @param pid of that process
     * @param phase what it is at
     * @param step the last step that was told, at most ten a second; null before the first
     */
    public record State(long pid, Phase phase, @Nullable Step step) {}

    private LiveRun(Path file, Path key, FileChannel channel) {
        this.file = file;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Takes a run to train it.
     *
     * @throws RunException if it is being trained
     * @throws FileAccessException if the file cannot be made
     */
    public static LiveRun begin(Run run) throws IOException {
        Path file = run.folder().resolve(FILE);
        Path key = run.folder().toRealPath().resolve(FILE);
        if (!OWN.add(key)) {
            throw taken(run);
        }
        boolean begun = false;
        try {
            FileChannel channel = open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                for (int tries = 1; isLocked(channel, false); tries++) {
                    if (tries == TRIES) {
                        throw taken(run);
                    }
                    pause(); // somebody may only look whether it is taken
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

    private static RunException taken(Run run) {
        return new RunException(run.folder() + " is being trained by another process: wait for it, or stop it there");
    }

    private static FileChannel open(Path file, OpenOption... how) throws IOException {
        OpenOption[] options = Arrays.copyOf(how, how.length + 1);
        options[how.length] = LinkOption.NOFOLLOW_LINKS; // a link would lead out of the run's folder, which may be a stranger's
        return FileChannel.open(file, options);
    }

    /** Takes the lock, unless another process has it; a file system that knows no locks has none that is taken. */
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

    /** How far a run is, if a process trains it. */
    public static Optional<State> read(Run run) {
        Path file = run.folder().resolve(FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        // One at a time: two locks of one process that overlap are refused, as if another process had one.
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
            return Optional.of(new State(0, Phase.TRAINING, null)); // it begins
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

    /** The last epoch is done. */
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
            // nobody watches then
        }
    }

    /** Gives the run free. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // without its lock it says nothing
        } finally {
            OWN.remove(key);
        }
    }
}
