package scanline.lab.studio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import scanline.lab.base.Json;
import scanline.lab.http.Refusal;
import scanline.lab.http.Streamed;

/**
 * The event stream that reports changes to all listeners. The last events are stored, so that a listener that was disconnected
 * resumes where it stopped. Each listener is served by its own thread, and the more listeners there are, the more events are sent to
 * each at a time, so that many listeners cost little more than a few.
 */
final class Events {
    /** The largest number of listeners. */
    static final int MOST_LISTENERS = 1000;
    private static final int MOST_EVENTS = 4096;
    private static final long MOST_BYTES = 4 << 20;
    private static final int MOST_AT_ONCE_BYTES = 64 << 10;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long SLOWEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    // Five hundred listeners together make about three hundred writes per second.
    private static final int WAIT_MILLIS_EACH = 3;
    private static final int MOST_WAIT_MILLIS = 1500;
    private static final byte[] STILL_HERE = ": still here\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] MISSED = "event: missed\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8);

    // Numbers start again with each studio, so those of another studio mean nothing here.
    private final String session = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final Lock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final byte[][] kept = new byte[MOST_EVENTS][]; // event n is at index n modulo the length
    private long bytes;
    private long first = 1; // the number of the oldest stored event
    private long last; // the number of the newest event; the first event is 1
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();

    /** A client that reads the event stream. */
    private static final class Listener {
        private final Runnable cut;
        private volatile long writesSince; // 0 while it is not writing

        Listener(Runnable cut) {
            this.cut = cut;
        }
    }

    /** The number of listeners. */
    int listeners() {
        return listeners.size();
    }

    /** Sends an event to all listeners. */
    void tell(String kind, Object data) {
        String json = Json.line(data);
        lock.lock();
        try {
            last++;
            byte[] event = ("id: " + session + "-" + last + "\nevent: " + kind + "\ndata: " + json + "\n\n")
                    .getBytes(StandardCharsets.UTF_8);
            bytes += event.length;
            while (last - first >= MOST_EVENTS || bytes > MOST_BYTES) {
                bytes -= kept(first++).length;
            }
            kept[(int) (last % MOST_EVENTS)] = event;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The stream of events after a given one.
     *
     * @param after the id of the last event that the client has seen; empty for events from now on
     * @return the stream
     * @throws Refusal if there are too many listeners
     */
    Streamed from(String after) {
        if (listeners.size() >= MOST_LISTENERS) {
            throw Refusal.later(503, "too many listeners", 5);
        }
        return new Streamed((out, cut) -> {
            Listener listener = new Listener(cut);
            listeners.add(listener);
            try {
                send(out, listener, after);
            } finally {
                listeners.remove(listener);
            }
        });
    }

    private void send(OutputStream out, Listener listener, String after) throws IOException, InterruptedException {
        long seen = newest();
        // Has an id, so that a client that is disconnected before the first event can tell where it stopped.
        write(out, listener,
                List.of(("id: " + session + "-" + seen + "\nretry: 1000\n\n").getBytes(StandardCharsets.UTF_8)));
        if (after.matches(session + "-\\d{1,18}")) {
            seen = Math.min(seen, Long.parseLong(after.substring(session.length() + 1)));
        } else if (!after.isEmpty()) {
            write(out, listener, List.of(MISSED));
        }
        while (true) {
            List<byte[]> next = new ArrayList<>();
            lock.lock();
            try {
                for (long left = QUIET_NANOS; last == seen && left > 0;) {
                    left = more.awaitNanos(left);
                }
                if (last == seen) {
                    next.add(STILL_HERE);
                } else if (seen + 1 < first) {
                    next.add(MISSED);
                    seen = last;
                }
                for (int size = 0; seen < last && size < MOST_AT_ONCE_BYTES; seen++) {
                    next.add(kept(seen + 1));
                    size += next.getLast().length;
                }
            } finally {
                lock.unlock();
            }
            write(out, listener, next);
            Thread.sleep(Math.clamp(WAIT_MILLIS_EACH * (listeners.size() - 1L), 0, MOST_WAIT_MILLIS));
        }
    }

    private static void write(OutputStream out, Listener listener, List<byte[]> events) throws IOException {
        listener.writesSince = System.nanoTime() | 1;
        for (byte[] event : events) {
            out.write(event);
        }
        out.flush();
        listener.writesSince = 0;
    }

    private byte[] kept(long number) {
        return kept[(int) (number % MOST_EVENTS)];
    }

    private long newest() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Disconnects listeners that do not read what they are sent. */
    void cutSlow() {
        long now = System.nanoTime();
        for (Listener listener : listeners) {
            long since = listener.writesSince;
            if (since != 0 && now - since > SLOWEST_NANOS) {
                listener.cut.run();
            }
        }
    }
}
