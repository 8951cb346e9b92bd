package scanline.bench.peer;

import scanline.lab.base.UserException;

/** A benchmark cannot run. */
public final class BenchException extends UserException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public BenchException(String message) {
        super(message);
    }
}
