package scanline.bench.peer;

import scanline.data.base.UserException;

/** Thrown if a benchmark cannot run. */
public final class BenchException extends UserException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with a message for the user. */
    public BenchException(String message) {
        super(message);
    }
}
