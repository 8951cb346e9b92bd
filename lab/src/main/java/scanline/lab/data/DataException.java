package scanline.lab.data;

/** Data that are missing, damaged or not what they should be; its message is one line that a user can act on. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A message of one line: the file or set, what is wrong, and what would be right. */
    public DataException(String message) {
        super(message);
    }

    /** The same, with the exception that told of it. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
