package scanline.engine.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a power cut does not take back. */
public final class Durable {
    private Durable() {}

    /**
     * Makes a folder, and those above it that are missing, and forces them to the disk: files that are written there
     * would else be lost together with it.
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
            throw new FileAccessException("make the folder", folder, e);
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
                    throw new IOException(parent + " is no folder", e);
                } // else another process has just made it
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

    /** Forces the names in a folder to the disk. Only POSIX systems can open a folder for that. */
    public static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            force(folder, StandardOpenOption.READ);
        }
    }

    /** Forces the content of a file to the disk, also by a thread that is interrupted, which stays so. */
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
