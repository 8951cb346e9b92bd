package scanline.bench.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import scanline.bench.peer.BenchException;

/** A server in a process of its own, which prints its address first. */
record ServerProcess(Process process, int port, HttpClient client) implements AutoCloseable {
    static ServerProcess start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String line = lines.readLine();
        if (line == null) {
            throw new BenchException("the server did not start");
        }
        return new ServerProcess(process, Integer.parseInt(line.replaceAll(".*:(\\d+)/.*", "$1")),
                HttpClient.newHttpClient());
    }

    /** The memory that the system has given the process, in bytes. */
    long residentBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findAny().orElseThrow();
        }
    }

    /** The value of a series of the server that has no labels. */
    long metric(String name) throws IOException, InterruptedException {
        String text = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
                BodyHandlers.ofString()).body();
        return text.lines().filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1))).findAny().orElseThrow();
    }

    /** The processor time that the process has used, in nanoseconds. */
    long processorNanos() {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    /** Asks the process to end, and returns its exit status. */
    int stop() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        client.close();
    }
}
