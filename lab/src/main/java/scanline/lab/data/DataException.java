package scanline.lab.data;

import scanline.engine.io.Excerpt;

/**
 * Data that are missing, damaged or not what they should be; its message is one line that a user can act on. It may hold names
 * of files and folders: what would break the line or change how it is shown is escaped.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A message of one line: the file or set, what is wrong, and what would be right. */
    public DataException(String message) {
        super(Excerpt.line(message));
    }

    /** The same, with the exception that told of it. */
    public DataException(String message, Throwable cause) {
        super(Excerpt.line(message), cause);
    }
}
