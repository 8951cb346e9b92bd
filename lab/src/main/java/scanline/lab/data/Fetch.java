package scanline.lab.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import scanline.lab.base.DataException;

/**
 * Downloads a known set into a folder. A file grows under a name that ends in .part, goes on where a broken connection
 * left it, from the next mirror if need be, and gets its own name only when its content has the SHA-256 that it must have.
 */
public final class Fetch {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final KnownSet set;
    private final List<URI> mirrors;
    private final Duration patience;
    private final Map<String, String> environment;
    private final Consumer<String> said;
    private final Consumer<List<String>> shown;

    /**
     * Fetches from the set's mirrors.
     *
     * @param environment names the proxies, as {@link EnvironmentProxies} says
     * @param said takes a line for each file
     * @param shown takes, ten times a second, how much of a file is there, in words, and which set it is of
     */
    public Fetch(KnownSet set, Map<String, String> environment, Consumer<String> said, Consumer<List<String>> shown) {
        this(set, set.mirrors(), Duration.ofSeconds(30), environment, said, shown);
    }

    /** With other mirrors, and with the time that nothing may arrive for before a mirror is given up. */
    Fetch(KnownSet set, List<URI> mirrors, Duration patience, Map<String, String> environment, Consumer<String> said,
            Consumer<List<String>> shown) {
        this.set = set;
        this.mirrors = mirrors;
        this.patience = patience;
        this.environment = environment;
        this.said = said;
        this.shown = shown;
    }

    /**
     * Fetches what the folder lacks or has damaged.
     *
     * @throws DataException when no mirror gives the right content, the folder cannot be written, or the environment names
     * a proxy that is none
     */
    public void into(Path path) {
        // Redirects are followed, but never from https to http.
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NORMAL);
        EnvironmentProxies.of(environment).ifPresent(proxies -> proxies.addTo(builder));
        try (HttpClient client = builder.build()) {
            Files.createDirectories(path);
            for (String name : set.source().fileNames()) {
                if (isCorrect(name, path.resolve(name))) {
                    say(name, "is there already");
                } else {
                    fetch(client, name, path.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new DataException(
                    path + ": cannot be written: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException(set.name() + ": interrupted; the same command goes on from here", e);
        }
    }

    private void fetch(HttpClient client, String name, Path target) throws IOException, InterruptedException {
        Path growing = target.resolveSibling(name + ".part");
        List<String> failures = new ArrayList<>();
        for (URI mirror : mirrors) {
            URI source = mirror.resolve(name);
            long before;
            do { // as long as this mirror gives more
                before = bytes(growing);
                try {
                    boolean resumed = watched(() -> download(client, source, growing), name, growing);
                    if (resumed && !isCorrect(name, growing)) {
                        Files.delete(growing);
                        watched(() -> download(client, source, growing), name, growing);
                    }
                    if (isCorrect(name, growing)) {
                        settle(growing, target);
                        say(name, String.format(Locale.ROOT, "%.1f MB from %s, verified", bytes(target) / 1e6,
                                source.getHost()));
                        return;
                    }
                    Files.delete(growing);
                    failures.add(source.getHost() + ": its content has not the SHA-256 that it must have");
                } catch (FileSystemException e) {
                    throw e; // no mirror can help
                } catch (IOException e) {
                    failures.add(asked(client, source) + ": " + reason(e));
                }
            } while (bytes(growing) > before);
        }
        throw new DataException(set.name() + ": cannot fetch " + name + " ("
                + String.join("; ", failures) + "); try again, or give a folder that has it with data.dir=FOLDER");
    }

    /** The host that is asked, and the proxy of the environment through which. */
    private static String asked(HttpClient client, URI source) {
        return client.proxy().map(proxies -> proxies.select(source).getFirst().address())
                .filter(InetSocketAddress.class::isInstance).map(InetSocketAddress.class::cast)
                .map(proxy -> source.getHost() + " through the proxy " + proxy.getHostString() + ":" + proxy.getPort())
                .orElse(source.getHost());
    }

    /** Gets the file, or what is missing of it, and says whether what was there was kept. */
    private static boolean download(HttpClient client, URI source, Path growing)
            throws IOException, InterruptedException {
        long kept = bytes(growing);
        var request = HttpRequest.newBuilder(source);
        if (kept > 0) {
            request.header("Range", "bytes=" + kept + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            String range = response.headers().firstValue("Content-Range").orElse("");
            boolean goesOn = response.statusCode() == PARTIAL && range.startsWith("bytes " + kept + "-");
            if (response.statusCode() == RANGE_NOT_SATISFIABLE) {
                return true; // nothing was missing
            }
            if (response.statusCode() != OK && !goesOn) {
                throw new IOException("HTTP status " + response.statusCode());
            }
            try (OutputStream file = Files.newOutputStream(growing, StandardOpenOption.CREATE,
                    goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
                body.transferTo(file);
            }
            return goesOn;
        }
    }

    /** Runs a download, shows how the file grows, and gives up when nothing arrives any more. */
    private boolean watched(Callable<Boolean> download, String name, Path growing)
            throws IOException, InterruptedException {
        var task = new FutureTask<>(download);
        Thread worker = Thread.ofVirtual().start(task);
        try {
            long seen = bytes(growing);
            long seenNanos = System.nanoTime();
            show(name, seen);
            while (true) {
                try {
                    return task.get(100, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    long now = bytes(growing);
                    if (now > set.source().mostBytes()) {
                        throw new IOException("sends more than the file can have", e);
                    } else if (now != seen) {
                        seen = now;
                        seenNanos = System.nanoTime();
                        show(name, now);
                    } else if (System.nanoTime() - seenNanos > patience.toNanos()) {
                        throw new HttpTimeoutException("");
                    }
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            task.cancel(true);
            worker.join(); // so that nothing writes to the file any more
        }
    }

    private boolean isCorrect(String name, Path file) {
        try {
            if (Files.exists(file)) {
                set.source().require(name, file);
                return true;
            }
        } catch (DataException _) {
            // it is fetched again
        }
        return false;
    }

    /** Gives a whole file its name, so that even a power cut leaves either all of it or none under that name. */
    private static void settle(Path growing, Path target) throws IOException {
        try (FileChannel file = FileChannel.open(growing, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Files.move(growing, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private String reason(IOException e) {
        return switch (e) {
            case HttpTimeoutException _ -> "nothing came for " + patience.toMillis() / 1e3 + " s";
            case ConnectException _ -> "no connection";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void say(String name, String what) {
        said.accept(set.name() + " " + plain(name) + ": " + what);
    }

    private void show(String name, long bytes) {
        shown.accept(List.of(String.format(Locale.ROOT, "%s: %.1f MB", plain(name), bytes / 1e6), set.name()));
    }

    private static String plain(String name) {
        return name.replaceFirst("\\.gz$", "");
    }

    private static long bytes(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }
}
