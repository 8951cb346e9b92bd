package scanline.lab.base;

import scanline.data.base.UserException;

/** Reports that a run cannot start or resume. */
public final class RunException extends UserException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with a message for the user. */
    public RunException(String message) {
        super(message);
    }
}
