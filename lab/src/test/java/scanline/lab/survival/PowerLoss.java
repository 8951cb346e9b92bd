package scanline.lab.survival;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import scanline.engine.random.RandomKey;

/**
 * What may be on a disk after the power went during some calls. A file's bytes are there for sure up to where it was last
 * forced; of the sectors behind that any may be there, the others are zeros, or the file ends before or within them. A
 * name that was made, moved or deleted since its folder was last forced may be old or new, each name for itself. The
 * model is that of SQLite's tests, and of Pillai et al., "All file systems are not created equal" (OSDI 2014).
 */
final class PowerLoss {
    private static final int SECTOR_BYTES = 512;
    private static final int DROPPED_AT_RANDOM = 3;

    private final Map<Path, Content> names = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final Set<Path> folders = new LinkedHashSet<>();
    private final List<Path> newFolders = new ArrayList<>();

    /** The bytes of a file, of which the first {@code forced} are safe. */
    private static final class Content {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int forced;
    }

    /** Names that change together; those without content go. */
    private record Change(Path folder, Map<Path, Content> names, List<Path> gone) {}

    /** Files and folders as they are found when the power is back. */
    record State(Set<Path> folders, Map<Path, ByteBuffer> files) {
        /** Puts them where they were, into an empty place. */
        void restore(Path from, Path to) throws IOException {
            for (Path folder : folders) {
                Files.createDirectories(to.resolve(from.relativize(folder)));
            }
            for (Map.Entry<Path, ByteBuffer> file : files.entrySet()) {
                Files.write(to.resolve(from.relativize(file.getKey())), file.getValue().array());
            }
        }
    }

    /** A disk on which one folder is safe, and empty. */
    PowerLoss(Path folder) {
        folders.add(folder);
    }

    /** Takes a call that came back. */
    void after(DiskCall call) {
        switch (call) {
            case DiskCall.CreateFolder(Path folder) -> newFolders.add(folder);
            case DiskCall.Create(Path file) -> change(file, Map.of(file, new Content()), List.of());
            case DiskCall.Append(Path file, byte[] bytes) -> current(file).bytes.writeBytes(bytes);
            case DiskCall.Force(Path path) -> force(path);
            case DiskCall.Move(Path from, Path to) -> change(to, Map.of(to, current(from)), List.of(from));
            case DiskCall.Delete(Path file) -> change(file, Map.of(), List.of(file));
            case DiskCall.Read _ -> {
                // leaves the disk as it is
            }
        }
    }

    private void change(Path file, Map<Path, Content> made, List<Path> gone) {
        changes.add(new Change(file.getParent(), made, gone));
    }

    private void force(Path path) {
        List<Path> made = newFolders.stream().filter(folder -> path.equals(folder.getParent())).toList();
        folders.addAll(made);
        newFolders.removeAll(made);
        List<Change> safe = changes.stream().filter(change -> change.folder.equals(path)).toList();
        safe.forEach(change -> apply(change, names));
        changes.removeAll(safe);
        Content content = now().get(path);
        if (content != null) {
            content.forced = content.bytes.size();
        }
    }

    private static void apply(Change change, Map<Path, Content> names) {
        change.gone.forEach(names::remove);
        names.putAll(change.names);
    }

    private Map<Path, Content> now() {
        Map<Path, Content> now = new TreeMap<>(names);
        changes.forEach(change -> apply(change, now));
        return now;
    }

    private Content current(Path file) {
        Content content = now().get(file);
        if (content == null) {
            throw new IllegalStateException("no file " + file);
        }
        return content;
    }

    /**
     * The states in which the disk may be found if the power goes now: of the names that are not safe the first ones, or
     * all but one; of the bytes that are not safe none, all, all but the end of the last sector, or sectors dropped at
     * random.
     */
    Set<State> states(RandomKey key) {
        Set<State> states = new LinkedHashSet<>();
        int count = changes.size();
        for (int i = 0; i <= count; i++) {
            addStates(states, changes.subList(0, i), key);
            List<Change> butOne = new ArrayList<>(changes);
            if (i < count) {
                butOne.remove(i);
                addStates(states, butOne, key);
            }
        }
        return states;
    }

    private void addStates(Set<State> states, List<Change> happened, RandomKey key) {
        Map<Path, Content> found = new TreeMap<>(names);
        happened.forEach(change -> apply(change, found));
        for (int bytes = 0; bytes < 3 + DROPPED_AT_RANDOM; bytes++) {
            states.add(state(found, bytes, key.at(bytes)));
        }
    }

    private State state(Map<Path, Content> found, int bytes, RandomKey key) {
        Set<Path> there = new LinkedHashSet<>(folders);
        if (bytes > 0) {
            there.addAll(newFolders);
        }
        Map<Path, ByteBuffer> files = new TreeMap<>();
        found.forEach((file, content) -> {
            if (there.contains(file.getParent())) {
                files.put(file, ByteBuffer.wrap(survivors(content, bytes, key)));
            }
        });
        return new State(there, files);
    }

    private static byte[] survivors(Content content, int choice, RandomKey key) {
        byte[] all = content.bytes.toByteArray();
        return switch (choice) {
            case 0 -> Arrays.copyOf(all, content.forced);
            case 1 -> all;
            case 2 -> Arrays.copyOf(all, Math.max(content.forced, all.length - SECTOR_BYTES / 2));
            default -> {
                for (int from = content.forced; from < all.length; from += SECTOR_BYTES) {
                    if (key.below(2, from) == 0) {
                        Arrays.fill(all, from, Math.min(all.length, from + SECTOR_BYTES), (byte) 0);
                    }
                }
                yield all;
            }
        };
    }
}
