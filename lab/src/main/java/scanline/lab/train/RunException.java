package scanline.lab.train;

import scanline.engine.io.Excerpt;

/**
 * A run cannot start or go on; the message is one line for the user. It may hold what stands in a run's files: what would break
 * the line or change how it is shown is escaped.
 */
public final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RunException(String message) {
        super(Excerpt.line(message));
    }
}
