package scanline.data.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** A web server on the loopback that can misbehave: it may cut or stall its answers. */
final class Mirror implements AutoCloseable {
    /** An answer of which only the first bytes are sent; then the connection is cut, or stalls. */
    record Answer(int status, Map<String, String> headers, byte[] body, int sent, boolean stalls) {
        static Answer of(int status, byte[] body) {
            return new Answer(status, Map.of(), body, body.length, false);
        }

        Answer with(String header, String value) {
            return new Answer(status, Map.of(header, value), body, sent, stalls);
        }

        Answer cutAfter(int bytes) {
            return new Answer(status, headers, body, bytes, false);
        }

        Answer stallingAfter(int bytes) {
            return new Answer(status, headers, body, bytes, true);
        }
    }

    /** What was asked for: the file's name and where from, such as "a.gz" or "a.gz from 10". */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final BiFunction<String, Long, Answer> answers;
    private final List<Socket> stalled = new CopyOnWriteArrayList<>();

    /** The function gets the file's name and the first byte that is wanted. */
    Mirror(BiFunction<String, Long, Answer> answers) throws IOException {
        this.answers = answers;
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/files/");
    }

    private void serve(Socket socket) {
        try {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String name = in.readLine().split(" ")[1].substring("/files/".length());
            long from = 0;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.toLowerCase().startsWith("range: bytes=")) {
                    from = Long.parseLong(line.substring("range: bytes=".length(), line.length() - 1));
                }
            }
            requests.add(from > 0 ? name + " from " + from : name);
            Answer answer = answers.apply(name, from);
            var head = new StringBuilder("HTTP/1.1 " + answer.status + " x\r\nConnection: close\r\n");
            head.append("Content-Length: ").append(answer.body.length).append("\r\n");
            answer.headers.forEach((key, value) -> head.append(key).append(": ").append(value).append("\r\n"));
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(answer.body, 0, answer.sent);
            if (answer.stalls) {
                stalled.add(socket);
            } else {
                socket.close();
            }
        } catch (IOException e) {
            requests.add(e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : stalled) {
            socket.close();
        }
    }
}
