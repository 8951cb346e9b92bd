package scanline.lab.train;

/** A run cannot start or go on; the message is one line for the user. */
public final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public RunException(String message) {
        super(message);
    }
}
