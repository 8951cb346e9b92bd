package scanline.lab.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import scanline.data.base.UserException;

/**
 * The JDK's web server with one virtual thread per request, and with limits on headers, on the time to receive a request and to
 * send an answer, and on connections.
 */
public final class Server implements AutoCloseable {
    /** The largest number of open connections; further ones are closed. */
    public static final int MOST_CONNECTIONS = 1500;

    private static final int REQUEST_SECONDS = 10;
    private static final int ANSWER_SECONDS = 30;
    private static final int BACKLOG = 512;
    private static final int DOWN_SECONDS = 5;
    private static final int POLL_MILLIS = 5;
    private static final int REFUSAL_MILLIS = 100;
    // Scripts and styles come from this server only, and the page cannot be framed.
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("http clock").factory());
    private final Routes routes;
    private final Gate gate;
    private final Room room = new Room();
    private final Consumer<Throwable> faults;
    private final Observer observer;
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean draining;

    /**
     * Starts a server.
     *
     * @param host the host name or address to listen on
     * @param port the port to listen on; 0 for any free port
     * @param token the access token that clients must send; null if only this machine can connect
     * @param routes the actions that answer requests
     * @param faults receives unexpected errors
     * @param observer learns of every request
     * @throws IOException if the address is in use, or does not belong to this machine
     */
    public Server(String host, int port, @Nullable String token, Routes routes, Consumer<Throwable> faults,
            Observer observer) throws IOException {
        limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
        limit("sun.net.httpserver.maxReqHeaders", 64);
        limit("sun.net.httpserver.maxReqHeaderSize", 32 * 1024);
        limit("sun.net.httpserver.idleInterval", REQUEST_SECONDS);
        limit("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.routes = routes;
        this.faults = faults;
        this.observer = observer;
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("unknown host " + host);
        }
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        gate = new Gate(host, server.getAddress().getPort(), token);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Sets a property that the JDK reads once, when the first server is created. */
    private static void limit(String property, int value) {
        System.setProperty(property, Integer.toString(value));
    }

    /** The port that the server listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Throws if the client is gone, because the JDK drops a broken connection only if its handler fails. */
    private void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        Map<String, Object> notes = new LinkedHashMap<>();
        observer.began();
        accepted.incrementAndGet();
        try (exchange) {
            Answered answered = draining ? refused(exchange) : answer(exchange, notes);
            HEADERS.forEach(exchange.getResponseHeaders()::set);
            switch (answered) {
                case Reply reply -> send(exchange, reply);
                case Streamed stream -> send(exchange, stream);
            }
        } catch (InterruptedException | OutOfMemoryError e) {
            throw new IOException(e);
        } finally {
            accepted.decrementAndGet();
            observer.ended(new Observer.Ended(client(exchange), exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(), Math.max(0, exchange.getResponseCode()),
                    System.nanoTime() - start, notes));
        }
    }

    static String client(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    private static Reply refused(HttpExchange exchange) {
        exchange.getResponseHeaders().set("Connection", "close");
        return Reply.of(Refusal.later(503, "the server is shutting down", DOWN_SECONDS));
    }

    private Answered answer(HttpExchange exchange, Map<String, Object> notes) throws InterruptedException {
        try {
            gate.check(exchange);
            String cookie = gate.cookie(exchange);
            if (cookie != null) {
                return new Reply(303, "text/plain", new byte[0], Map.of("Set-Cookie", cookie, "Location", "/"));
            }
            try (Request request = new Request(exchange, room, notes)) {
                return routes.find(exchange.getRequestMethod(), request.path()).answer(request);
            }
        } catch (Refusal e) {
            return Reply.of(e);
        } catch (UserException | IOException e) {
            return Reply.of(new Refusal(422, String.valueOf(e.getMessage())));
        } catch (OutOfMemoryError _) {
            return Reply.of(Refusal.later(503, "not enough memory for this request now", 5));
        } catch (RuntimeException e) {
            faults.accept(e);
            return Reply.of(new Refusal(500, "internal error: " + e));
        }
    }

    private void send(HttpExchange exchange, Reply reply) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.type());
        headers.set("Cache-Control", "no-store");
        reply.headers().forEach(headers::set);
        // Interrupts the write, which closes its channel. Closing the exchange would wait for the write.
        ScheduledFuture<?> cut = clock.schedule(Thread.currentThread()::interrupt, ANSWER_SECONDS, TimeUnit.SECONDS);
        try {
            boolean bodiless = exchange.getRequestMethod().equals("HEAD") || reply.body().length == 0;
            exchange.sendResponseHeaders(reply.status(), bodiless ? -1 : reply.body().length);
            if (!bodiless) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(reply.body());
                }
            }
        } finally {
            cut.cancel(false);
        }
    }

    private static void send(HttpExchange exchange, Streamed stream) throws IOException, InterruptedException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "text/event-stream");
        headers.set("Cache-Control", "no-store");
        try {
            exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : 0);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                try (OutputStream out = exchange.getResponseBody()) {
                    stream.to().writeTo(out, Thread.currentThread()::interrupt);
                }
            }
        } finally {
            stream.end().run();
        }
    }

    /**
     * Refuses further requests, and returns when those that were accepted have been answered. {@link #close} does the rest.
     *
     * @param seconds the longest time to wait for them
     */
    public void drain(int seconds) throws InterruptedException {
        draining = true;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (accepted.get() > 0 && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS);
        }
        Thread.sleep(REFUSAL_MILLIS); // for the requests that are being received, which are refused
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        clock.shutdownNow();
    }
}
