package scanline.lab.studio.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Server-sent events (HTML Living Standard, section 9.2), for as long as somebody listens.
 *
 * @param to writes them; it ends when the listener is gone
 */
public record Streamed(Writer to) implements Answered {
    /** Writes events. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes until the other end closes.
         *
         * @param out not buffered
         * @param cut ends a write that nobody takes, and the connection with it, from any thread
         */
        void writeTo(OutputStream out, Runnable cut) throws IOException, InterruptedException;
    }
}
