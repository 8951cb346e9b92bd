package scanline.lab.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A stream of server-sent events (HTML Living Standard, section 9.2).
 *
 * @param to writes the events; it returns after the last one, and returns or fails when the client is gone
 * @param end is run at the end, also if nothing could be written
 */
public record Streamed(Writer to, Runnable end) implements Answered {
    /** A stream that holds nothing that must be released. */
    public Streamed(Writer to) {
        this(to, () -> {});
    }

    /** Writes events. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes the events.
         *
         * @param out not buffered
         * @param cut ends a write that the client does not read, and with it the connection; may be called from any thread
         */
        void writeTo(OutputStream out, Runnable cut) throws IOException, InterruptedException;
    }
}
