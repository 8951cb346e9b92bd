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
import scanline.lab.studio.http.Refusal;
import scanline.lab.studio.http.Streamed;

/**
 * What changes, to everybody who listens. The last events are kept, so that who was cut off goes on where it was. Each listener
 * writes for itself, and the more there are, the more events each takes at a time, so that many cost little more than few.
 */
final class Events {
    /** How many may listen. */
    static final int MOST_LISTENERS = 1000;
    private static final int MOST_EVENTS = 4096;
    private static final long MOST_BYTES = 4 << 20;
    private static final int MOST_AT_ONCE_BYTES = 64 << 10;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long SLOWEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    // Five hundred listeners take three hundred writes a second between them.
    private static final int WAIT_MILLIS_EACH = 3;
    private static final int MOST_WAIT_MILLIS = 1500;
    private static final byte[] STILL_HERE = ": still here\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] MISSED = "event: missed\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8);

    // Numbers begin again with each studio: those of another one say nothing here.
    private final String session = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final Lock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final byte[][] kept = new byte[MOST_EVENTS][]; // event n is at n modulo their number
    private long bytes;
    private long first = 1; // the number of the oldest that is kept
    private long last; // that of the newest; the first of all is 1
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();

    /** Somebody who listens. */
    private static final class Listener {
        private final Runnable cut;
        private volatile long writesSince; // 0 while it does not write

        Listener(Runnable cut) {
            this.cut = cut;
        }
    }

    /** How many listen. */
    int listeners() {
        return listeners.size();
    }

    /** Tells everybody. */
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
     * The events behind one.
     *
     * @param after what the last event that was seen is called; empty for those from now on
     * @throws Refusal if too many listen
     */
    Streamed from(String after) {
        if (listeners.size() >= MOST_LISTENERS) {
            throw Refusal.later(503, "too many listen", 5);
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
        // With a name, so that whoever is cut off before the first event can say where it was.
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

    /** Cuts those off that do not take what they are sent. */
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
