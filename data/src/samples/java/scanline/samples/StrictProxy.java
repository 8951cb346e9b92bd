package scanline.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that lets nobody pass without an account, and that reaches no https server. */
public final class StrictProxy implements AutoCloseable {
    private static final String ACCOUNT = "Basic "
            + Base64.getEncoder().encodeToString("me:p@ss:+".getBytes(StandardCharsets.UTF_8));

    private final List<String> passed = new CopyOnWriteArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    /** Starts the proxy. */
    public StrictProxy() throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    serve(socket);
                } catch (IOException _) {
                    // closed, here or there
                }
            }
        });
    }

    private void serve(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String asked = in.readLine();
        boolean known = false;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            known |= line.equalsIgnoreCase("Proxy-Authorization: " + ACCOUNT);
        }
        String answer = "407 x\r\nProxy-Authenticate: Basic realm=\"x\"";
        if (known) {
            passed.add(asked);
            answer = asked.startsWith("CONNECT ") ? "502 x" : "200 x";
        }
        socket.getOutputStream()
                .write(("HTTP/1.1 " + answer + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the first lines of the requests that had the right account. */
    public List<String> passed() {
        return passed;
    }

    /** Returns the address with the account, as an environment variable states it. */
    public String address() {
        return "me:p%40ss%3a+@127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
