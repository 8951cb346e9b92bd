package scanline.bench;

/** A benchmark cannot go on; the message is one line for the user. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }
}
