package scanline.lab.base;

/** Data that are missing, damaged or not what they should be. */
public final class DataException extends UserException {
    private static final long serialVersionUID = 1;

    /** A message of one line: the file or set, what is wrong, and what would be right. */
    public DataException(String message) {
        super(message);
    }

    /** The same, with the exception behind it. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
