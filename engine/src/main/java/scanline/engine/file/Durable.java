package scanline.engine.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** File operations that survive a power failure. */
public final class Durable {
    private Durable() {}

    /**
     * Creates a folder and its missing parents, and forces them to disk. Otherwise a power failure could lose the
     * folder together with the files written there.
     *
     * @throws FileAlreadyExistsException if it exists
     * @throws FileAccessException if that fails
     */
    public static void createFolder(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        try {
            createAbove(absolute);
            create(absolute);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw new FileAccessException("create the folder", folder, e);
        }
    }

    private static void createAbove(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            createAbove(parent);
            try {
                create(parent);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(parent)) {
                    throw new IOException(parent + " is not a folder", e);
                } // else another process has just created it
            }
        }
    }

    private static void create(Path folder) throws IOException {
        Files.createDirectory(folder);
        Path parent = folder.getParent();
        if (parent != null) {
            forceFolder(parent);
        }
    }

    /**
     * Forces the entries of a folder to disk. Does nothing on systems other than POSIX, where a folder cannot be
     * opened.
     */
    public static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            force(folder, StandardOpenOption.READ);
        }
    }

    /** Forces the content of a file to disk, even if the thread is interrupted; its interrupt status is preserved. */
    public static void force(Path file) throws IOException {
        force(file, StandardOpenOption.WRITE);
    }

    private static void force(Path file, OpenOption open) throws IOException {
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(file, open)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
