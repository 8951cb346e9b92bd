package scanline.lab.studio.http;

import java.util.Map;

/** A request that is answered with an error: its status, and one line that says why. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    /** A refusal. */
    public Refusal(int status, String message) {
        this(status, message, Map.of());
    }

    private Refusal(int status, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** What cannot be answered now, but in so many seconds. */
    public static Refusal later(int status, String message, int seconds) {
        return new Refusal(status, message, Map.of("Retry-After", Integer.toString(seconds)));
    }

    /** What a method that is not of the path is answered with. */
    static Refusal method(String allowed) {
        return new Refusal(405, "this path takes " + allowed, Map.of("Allow", allowed));
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }
}
