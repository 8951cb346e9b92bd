package scanline.bench.serve;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Requests over connections that stay open, each sent as soon as the answer to the one before has been read. The client is
 * written on sockets, because the client and the server share the processors.
 */
final class Load {
    private static final int TIMEOUT_MILLIS = 30_000;

    private Load() {}

    /** Whether the body of an answer is right for an image. */
    interface Check {
        boolean isRight(int image, byte[] body);
    }

    /**
     * What a load came to.
     *
     * @param errors the requests that were answered with another status than 200, or not at all
     * @param wrong the answers that are not right
     * @param nanos the time of each answered request, ascending
     * @param seconds the duration
     */
    record Result(long errors, long wrong, long[] nanos, double seconds) {
        double perSecond() {
            return nanos.length / seconds;
        }

        /** The time within which a share of the requests was answered, in milliseconds. */
        double milliseconds(double share) {
            return nanos[Math.clamp((int) Math.ceil(share * nanos.length) - 1, 0, nanos.length - 1)] / 1e6;
        }
    }

    /** The requests of one connection. */
    private static final class Connection {
        private long[] nanos = new long[1024];
        private int count;
        private long errors;
        private long wrong;
        private boolean isAnswered;

        void ask(int port, int first, List<byte[]> requests, Check check, long end) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                for (int i = first; System.nanoTime() < end; i = (i + 1) % requests.size()) {
                    long start = System.nanoTime();
                    socket.getOutputStream().write(requests.get(i));
                    int length = headers(in);
                    byte[] body = in.readNBytes(length);
                    if (!isAnswered || body.length < length) {
                        errors++;
                    } else {
                        add(System.nanoTime() - start);
                        wrong += check.isRight(i, body) ? 0 : 1;
                    }
                }
            } catch (IOException _) {
                errors++;
            }
        }

        private void add(long time) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = time;
        }

        /** Reads the head of an answer, and returns the length of its body. */
        private int headers(InputStream in) throws IOException {
            String status = line(in);
            int length = 0;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.regionMatches(true, 0, "Content-Length: ", 0, 16)) {
                    length = Integer.parseInt(line.substring(16));
                }
            }
            isAnswered = status.startsWith("HTTP/1.1 200");
            return length;
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the connection was closed");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }

    /** The bytes of a request for the prediction of a PNG image. */
    static byte[] request(int port, byte[] png) {
        byte[] head = ("POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nContent-Type: image/png\r\nContent-Length: " + png.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + png.length);
        System.arraycopy(png, 0, request, head.length, png.length);
        return request;
    }

    /**
     * Sends requests for some time.
     *
     * @param requests the requests, which each connection sends in turn
     */
    static Result run(int port, int connections, double seconds, List<byte[]> requests, Check check)
            throws InterruptedException {
        long start = System.nanoTime();
        long end = start + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        List<Connection> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Connection connection = new Connection();
            int first = i * requests.size() / connections;
            all.add(connection);
            threads.add(Thread.startVirtualThread(() -> connection.ask(port, first, requests, check, end)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double lasted = (System.nanoTime() - start) / 1e9;
        long[] nanos = all.stream().flatMapToLong(each -> Arrays.stream(each.nanos, 0, each.count)).sorted().toArray();
        return new Result(all.stream().mapToLong(each -> each.errors).sum(),
                all.stream().mapToLong(each -> each.wrong).sum(), nanos, lasted);
    }
}
