package scanline.engine.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files whole or not at all. The content goes to a temporary file in the same folder, is forced to the disk and
 * takes the name of the old file in one step: whoever opens the file, after a crash or a power cut too, finds either
 * the old content or the new. A symbolic link is replaced, not followed.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code out}, which is buffered and closed by its owner. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes or replaces a file. Threads and processes may write the same file at once; the last one wins.
     *
     * @throws FileAccessException if that fails, as for a full disk: the old file is then untouched, and the temporary
     *     one is gone
     */
    public static void write(Path file, Content content) throws IOException {
        Path temporary = temporary(file);
        boolean moved = false;
        try {
            Files.deleteIfExists(temporary);
            Files.createFile(temporary);
            // Not a channel: an interrupted thread, which may be saving its last state, could not write to one.
            try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
                OutputStream buffered = new BufferedOutputStream(out);
                content.writeTo(buffered);
                buffered.flush();
                out.getFD().sync();
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
            syncFolder(file);
        } catch (IOException e) {
            throw new FileAccessException("write", file, e);
        } finally {
            if (!moved) {
                discard(temporary);
            }
        }
    }

    /** Writes or replaces a file with a text in UTF-8, as {@link #write(Path, Content)} does. */
    public static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** No living thread of any process has the same name for it; one left by a killed process may be met again. */
    private static Path temporary(Path file) {
        String writer = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
        return file.resolveSibling("." + file.getFileName() + "." + writer + ".tmp");
    }

    /** Forces the folder's entry for the new name to the disk. Only POSIX systems can open a folder for that. */
    private static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The failure that led here is the one to report: a folder that forbids deleting forbade creating too.
        }
    }
}
