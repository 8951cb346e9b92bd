package scanline.engine.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file could not be read or written; whatever it contains is not to blame. */
public final class FileAccessException extends IOException {
    private static final long serialVersionUID = 1;

    /** The message is "cannot {@code verb} {@code file}: " and the cause in words; the JDK's own is often a bare path. */
    public FileAccessException(String verb, Path file, IOException cause) {
        super("cannot " + verb + " " + file + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String words = switch (cause) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "something of that name is in the way";
            case FileSystemException e -> e.getReason();
            default -> cause.getMessage();
        };
        return words == null ? cause.getClass().getSimpleName() : words;
    }
}
