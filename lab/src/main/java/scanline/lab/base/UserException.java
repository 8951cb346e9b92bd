package scanline.lab.base;

import scanline.engine.io.Excerpt;

/**
 * An error that a user causes and can correct. Its message is one line, which names what is wrong and what would be right. It may
 * quote names of files and what they contain: characters that would break the line or change how it is shown are escaped.
 */
public abstract class UserException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    protected UserException(String message) {
        super(Excerpt.line(message));
    }

    /** With a message for the user, and the exception behind it. */
    protected UserException(String message, Throwable cause) {
        super(Excerpt.line(message), cause);
    }
}
