package scanline.engine.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Thrown if a file cannot be read or written, whatever it contains. */
public final class FileAccessException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception with the message "cannot {@code verb} {@code file}: " and the cause in words, because the
     * JDK's own message is often only a path.
     */
    public FileAccessException(String verb, Path file, IOException cause) {
        super("cannot " + verb + " " + file + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String words = switch (cause) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "a file or folder of that name already exists";
            case FileSystemException e -> e.getReason();
            default -> cause.getMessage();
        };
        return words == null ? cause.getClass().getSimpleName() : words;
    }
}
