package scanline.lab.http;

import java.util.Map;

/** An error answer to a request: its status, and one line with the reason. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    /**
     * Creates a refusal.
     *
     * @param status the HTTP status
     * @param message the reason, in one line
     */
    public Refusal(int status, String message) {
        this(status, message, Map.of());
    }

    private Refusal(int status, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /**
     * A refusal for now.
     *
     * @param status the HTTP status
     * @param message the reason, in one line
     * @param seconds the time after which the client may try again
     */
    public static Refusal later(int status, String message, int seconds) {
        return new Refusal(status, message, Map.of("Retry-After", Integer.toString(seconds)));
    }

    /** The answer to a method that a path does not support. */
    static Refusal method(String allowed) {
        return new Refusal(405, "this path supports " + allowed, Map.of("Allow", allowed));
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The headers of the answer. */
    public Map<String, String> headers() {
        return headers;
    }
}
