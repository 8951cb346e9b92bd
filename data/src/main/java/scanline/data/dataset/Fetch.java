package scanline.data.dataset;

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
import scanline.data.base.DataException;

/**
 * Downloads a known set into a folder. A file is downloaded under a name that ends in .part. After a broken connection
 * the download resumes, from the next mirror if necessary. The file gets its final name only if its content has the
 * expected SHA-256.
 */
public final class Fetch {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final KnownSet set;
    private final List<URI> mirrors;
    private final Duration patience;
    private final Map<String, String> environment;
    private final Consumer<String> messages;
    private final Consumer<List<String>> progress;

    /**
     * Creates a download from the set's mirrors.
     *
     * @param environment the environment variables, which may name proxies (see {@link EnvironmentProxies})
     * @param messages receives a line for each file
     * @param progress receives, up to ten times a second, a text that states how much of a file was downloaded, and the
     *     name of the set
     */
    public Fetch(KnownSet set, Map<String, String> environment, Consumer<String> messages,
            Consumer<List<String>> progress) {
        this(set, set.mirrors(), Duration.ofSeconds(30), environment, messages, progress);
    }

    /**
     * Creates a download from other mirrors; a mirror is given up when nothing arrives for the time of
     * {@code patience}.
     */
    Fetch(KnownSet set, List<URI> mirrors, Duration patience, Map<String, String> environment,
            Consumer<String> messages, Consumer<List<String>> progress) {
        this.set = set;
        this.mirrors = mirrors;
        this.patience = patience;
        this.environment = environment;
        this.messages = messages;
        this.progress = progress;
    }

    /**
     * Downloads the files that are missing from a folder or damaged.
     *
     * @throws DataException if no mirror has the expected content, the folder cannot be written, or the environment
     *     names an unusable proxy
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
                    say(name, "already downloaded");
                } else {
                    fetch(client, name, path.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new DataException(
                    "cannot write " + path + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException(set.name() + ": interrupted; run the same command again to resume", e);
        }
    }

    private void fetch(HttpClient client, String name, Path target) throws IOException, InterruptedException {
        Path growing = target.resolveSibling(name + ".part");
        List<String> failures = new ArrayList<>();
        for (URI mirror : mirrors) {
            URI source = mirror.resolve(name);
            long before;
            do { // as long as this mirror sends more bytes
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
                    failures.add(source.getHost() + ": its content does not have the expected SHA-256");
                } catch (FileSystemException e) {
                    throw e; // no mirror can help
                } catch (IOException e) {
                    failures.add(host(client, source) + ": " + reason(e));
                }
            } while (bytes(growing) > before);
        }
        throw new DataException(set.name() + ": cannot fetch " + name + " ("
                + String.join("; ", failures) + "); try again; if you have the files,"
                + " give their folder to `train`: data=" + set.name() + " data.dir=FOLDER");
    }

    /** Returns the host of a request, and the proxy if one is used. */
    private static String host(HttpClient client, URI source) {
        return client.proxy().map(proxies -> proxies.select(source).getFirst().address())
                .filter(InetSocketAddress.class::isInstance).map(InetSocketAddress.class::cast)
                .map(proxy -> source.getHost() + " through the proxy " + proxy.getHostString() + ":" + proxy.getPort())
                .orElse(source.getHost());
    }

    /** Downloads a file or the missing rest of it; returns whether the bytes that were there before were kept. */
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
            boolean resumes = response.statusCode() == PARTIAL && range.startsWith("bytes " + kept + "-");
            if (response.statusCode() == RANGE_NOT_SATISFIABLE) {
                return true; // the file was complete
            }
            if (response.statusCode() != OK && !resumes) {
                throw new IOException("HTTP status " + response.statusCode());
            }
            try (OutputStream file = Files.newOutputStream(growing, StandardOpenOption.CREATE,
                    resumes ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
                body.transferTo(file);
            }
            return resumes;
        }
    }

    /** Runs a download, reports its progress, and aborts it when no more bytes arrive. */
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
                        throw new IOException("it sends more bytes than the file can have", e);
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
            worker.join(); // so that nothing writes to the file afterwards
        }
    }

    private boolean isCorrect(String name, Path file) {
        try {
            if (Files.exists(file)) {
                set.source().require(name, file);
                return true;
            }
        } catch (DataException _) {
            // the file is downloaded again
        }
        return false;
    }

    /**
     * Renames a complete file; even after a power failure, there is either the whole file or none under its final name.
     */
    private static void settle(Path growing, Path target) throws IOException {
        try (FileChannel file = FileChannel.open(growing, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Files.move(growing, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private String reason(IOException e) {
        return switch (e) {
            case HttpTimeoutException _ -> "nothing arrived for " + patience.toMillis() / 1e3 + " s";
            case ConnectException _ -> "no connection";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void say(String name, String what) {
        messages.accept(set.name() + " " + plain(name) + ": " + what);
    }

    private void show(String name, long bytes) {
        progress.accept(List.of(String.format(Locale.ROOT, "%s: %.1f MB", plain(name), bytes / 1e6), set.name()));
    }

    private static String plain(String name) {
        return name.replaceFirst("\\.gz$", "");
    }

    private static long bytes(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }
}
