package scanline.lab.base;

/** A run cannot start or resume. */
public final class RunException extends UserException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RunException(String message) {
        super(message);
    }
}
