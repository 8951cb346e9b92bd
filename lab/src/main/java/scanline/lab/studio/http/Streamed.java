package scanline.lab.studio.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A stream of server-sent events (HTML Living Standard, section 9.2) that lasts until the client disconnects.
 *
 * @param to writes the events; it returns or fails when the client is gone
 */
public record Streamed(Writer to) implements Answered {
    /** Writes events. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes events until the client disconnects.
         *
         * @param out not buffered
         * @param cut ends a write that the client does not read, and with it the connection; may be called from any thread
         */
        void writeTo(OutputStream out, Runnable cut) throws IOException, InterruptedException;
    }
}
