package scanline.bench.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import scanline.bench.peer.BenchException;

/**
 * Many listeners to the studio's events on a single thread, to load the machine as little as possible. Each checks that
 * the numbers of its events are consecutive.
 */
final class EventListeners implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("id: [0-9a-z]+-(\\d+)");

    private static final int ARRIVAL_MILLIS = 10_000;

    private final Selector selector = Selector.open();
    private final List<Listener> listeners = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("listeners").unstarted(this::listen);
    private volatile boolean closed;
    private volatile String failure = "";

    /** The state of one listener. */
    private static final class Listener {
        private final SocketChannel channel;
        private final StringBuilder line = new StringBuilder();
        private final StringBuilder frame = new StringBuilder();
        private boolean headed;
        private int inChunk;
        private long last = -1;
        private long events;
        private long missing;

        Listener(SocketChannel channel) {
            this.channel = channel;
        }

        /** Reads bytes of a chunked response (RFC 9112, section 7.1), which may end anywhere. */
        synchronized void take(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                char next = (char) bytes.get();
                if (inChunk > 0) {
                    inChunk--;
                    takeContent(next);
                } else if (next != '\n') {
                    frame.append(next);
                } else {
                    takeFrame(frame.toString().strip());
                    frame.setLength(0);
                }
            }
        }

        private void takeFrame(String text) {
            if (!headed) {
                headed = text.isEmpty();
            } else if (!text.isEmpty()) { // a chunk is followed by the end of a line
                inChunk = Integer.parseInt(text, 16);
            }
        }

        private void takeContent(char next) {
            if (next != '\n') {
                line.append(next);
                return;
            }
            Matcher id = ID.matcher(line);
            if (id.matches()) {
                long number = Long.parseLong(id.group(1));
                missing += last < 0 ? 0 : Math.abs(number - last - 1);
                last = number;
                events++;
            } else if (line.toString().equals("event: missed")) {
                missing++;
            }
            line.setLength(0);
        }

        synchronized long events() {
            return events;
        }

        synchronized long last() {
            return last;
        }

        /**
         * The number of events that are missing in its sequence, up to the event {@code goal} that others have
         * received.
         */
        synchronized long lost(long goal) {
            return missing + Math.max(0, goal - last);
        }
    }

    EventListeners(int port, int count) throws IOException {
        byte[] request = ("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(ByteBuffer.wrap(request));
            channel.configureBlocking(false);
            Listener listener = new Listener(channel);
            channel.register(selector, SelectionKey.OP_READ, listener);
            listeners.add(listener);
        }
        thread.start();
    }

    private void listen() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 16);
        while (!closed) {
            try {
                selector.select(key -> read(key, bytes));
            } catch (IOException e) {
                failure = e.toString();
                return;
            }
        }
    }

    private void read(SelectionKey key, ByteBuffer bytes) {
        Listener listener = (Listener) key.attachment();
        try {
            bytes.clear();
            if (listener.channel.read(bytes) < 0) {
                failure = "the studio closed a stream";
                key.cancel();
                return;
            }
            listener.take(bytes.flip());
        } catch (IOException e) {
            failure = e.toString();
            key.cancel();
        }
    }

    /** The number of events that all listeners together have received. */
    long events() {
        return listeners.stream().mapToLong(Listener::events).sum();
    }

    /**
     * The number of lost events: gaps in the numbers, and events at the end that only other listeners have received.
     */
    long lost() throws InterruptedException {
        long last = listeners.stream().mapToLong(Listener::last).max().orElse(0);
        Thread.sleep(ARRIVAL_MILLIS); // wait for the events that are on their way
        if (!failure.isEmpty()) {
            throw new BenchException(failure);
        }
        return listeners.stream().mapToLong(listener -> listener.lost(last)).sum();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        for (Listener listener : listeners) {
            listener.channel.close();
        }
        selector.close();
    }
}
