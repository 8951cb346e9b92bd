package scanline.data.base;

import scanline.engine.file.Excerpt;

/**
 * Reports an error that a user causes and can correct. Its message is one line that states what is the matter and what
 * to do. It may quote the names and contents of files: characters that would break the line or change how it is
 * displayed are escaped.
 */
public abstract class UserException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with a message for the user. */
    protected UserException(String message) {
        super(Excerpt.line(message));
    }

    /** Creates an exception with a message for the user and its cause. */
    protected UserException(String message, Throwable cause) {
        super(Excerpt.line(message), cause);
    }
}
