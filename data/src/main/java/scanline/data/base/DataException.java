package scanline.data.base;

/** Reports data that is missing, damaged or not what it should be. */
public final class DataException extends UserException {
    private static final long serialVersionUID = 1;

    /** Creates an exception with a one-line message: the file or data set, what is the matter, and what to do. */
    public DataException(String message) {
        super(message);
    }

    /** Creates an exception with such a message and its cause. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
