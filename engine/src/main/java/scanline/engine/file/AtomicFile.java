package scanline.engine.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Atomic writing of files. The content is written to a temporary file in the same folder, forced to disk and renamed
 * into place in one step. Whoever opens the file, even after a crash or a power failure, finds either the old content
 * or the new. A symbolic link is followed, and its target is replaced in the same way; the target need not exist yet.
 *
 * <p>Devices, pipes, sockets and open file descriptors of the process, such as {@code /dev/fd/3}, cannot be replaced.
 * They are written in place, without these guarantees.
 */
public final class AtomicFile {
    private static final Pattern DESCRIPTOR = Pattern
            .compile("/dev/fd/\\d+|/proc/(self|thread-self|\\d+)/fd/\\d+");
    private static final int MOST_LINKS = 40; // the limit of Linux
    private static final Pattern TEMPORARY = Pattern.compile("\\.(?<file>.*)\\.(?<process>\\d{1,18})-\\d+\\.tmp");

    private AtomicFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code out}, which is buffered and closed by its owner. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes or replaces a file. Threads and processes may write the same file at the same time; the last one wins.
     *
     * @throws FileAccessException if that fails, for example because the disk is full. The file is then still intact:
     *     it has the old content or, if only its folder could not be forced to disk, the new. The temporary file is
     *     deleted
     */
    public static void write(Path file, Content content) throws IOException {
        try {
            Path target = followed(file);
            if (isInPlace(target)) {
                try (OutputStream out = new BufferedOutputStream(
                        Files.newOutputStream(target, StandardOpenOption.WRITE, StandardOpenOption.APPEND))) {
                    content.writeTo(out);
                }
            } else {
                replace(target, content);
            }
        } catch (IOException e) {
            throw new FileAccessException("write", file, e);
        }
    }

    /**
     * Checks, without touching anything, that {@link #write} could write a file at present. Callers use it before they
     * start work whose result goes there.
     *
     * @throws FileAccessException if it is a folder, or its folder is missing or not writable
     */
    public static void requireWritable(Path file) throws IOException {
        try {
            Path target = followed(file);
            if (isInPlace(target)) {
                requireAccess(target, AccessMode.WRITE);
                return;
            }
            Path folder = folder(target);
            if (Files.isDirectory(target)) {
                throw new IOException("it is a folder; give the name of a file in it");
            }
            if (!Files.isDirectory(folder)) {
                throw new IOException("no such folder: " + folder);
            }
            requireAccess(folder, AccessMode.WRITE, AccessMode.EXECUTE);
        } catch (IOException e) {
            throw new FileAccessException("write", file, e);
        }
    }

    private static void requireAccess(Path file, AccessMode... modes) throws IOException {
        file.getFileSystem().provider().checkAccess(file, modes);
    }

    /**
     * Returns the end of a chain of symbolic links. A descriptor's link is an end, because it may name something that
     * no path leads to.
     */
    private static Path followed(Path file) throws IOException {
        Path target = file;
        for (int links = 0; Files.isSymbolicLink(target) && !isDescriptor(target); links++) {
            if (links == MOST_LINKS) {
                throw new IOException("too many symbolic links");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static boolean isDescriptor(Path file) {
        return DESCRIPTOR.matcher(file.toString()).matches();
    }

    private static boolean isInPlace(Path target) {
        return isDescriptor(target)
                || (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target));
    }

    private static void replace(Path file, Content content) throws IOException {
        // Unique among the threads that are running on this machine.
        String writer = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + writer + ".tmp");
        boolean moved = false;
        try {
            Path folder = folder(file);
            discardAbandoned(folder, String.valueOf(file.getFileName()));
            Files.deleteIfExists(temporary);
            // Not a channel: an interrupted thread could not write to one, and it may be saving its last state.
            try (OutputStream out = new BufferedOutputStream(
                    Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
                content.writeTo(out);
            }
            Durable.force(temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
            Durable.forceFolder(folder);
        } finally {
            if (!moved) {
                discard(temporary);
            }
        }
    }

    /** Writes or replaces a file with a text in UTF-8, like {@link #write(Path, Content)}. */
    public static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns whether a file, by its name, is a temporary file of an unfinished {@link #write}. */
    public static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(String.valueOf(file.getFileName())).matches();
    }

    /** Deletes the temporary files of writers that were killed. */
    private static void discardAbandoned(Path folder, String name) {
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(folder)) {
            for (Path sibling : siblings) {
                Matcher matcher = TEMPORARY.matcher(String.valueOf(sibling.getFileName()));
                if (matcher.matches() && matcher.group("file").equals(name)
                        && ProcessHandle.of(Long.parseLong(matcher.group("process"))).isEmpty()) {
                    Files.deleteIfExists(sibling);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Cleaning up is optional. If the folder has a problem, the write itself reports it.
        }
    }

    private static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The failure that led here is the one to report: a folder that forbids deletion also forbade creation.
        }
    }

    private static Path folder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("it is a folder");
        }
        return folder;
    }
}
