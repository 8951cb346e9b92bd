package scanline.lab.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.cli.Main;
import scanline.lab.experiment.Compute;
import scanline.lab.http.Server;

/** Requests that no browser of the user's sends, byte by byte, over sockets. */
@Timeout(60)
class HostileRequestsTest {
    private static final int MILLIS = 20_000;
    private static final List<Throwable> FAULTS = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path folder;

    private static Studio studio;

    @BeforeAll
    static void open() throws IOException {
        Files.writeString(folder.resolve("secret.txt"), "a secret");
        SmallRuns.finished(folder.resolve("runs").resolve("small"), "lstm-rows", "model.hidden=6");
        studio = new Studio(folder.resolve("runs"), "127.0.0.1", 0, null, Compute.with(1), Main.class, FAULTS::add);
    }

    @AfterAll
    static void close() {
        studio.close();
    }

    @AfterEach
    void itStillAnswersAndNothingWasUnexpected() throws IOException {
        assertThat(status(ask(get("/api/runs")))).isEqualTo(200);
        List<Throwable> faults = List.copyOf(FAULTS);
        FAULTS.clear();
        assertThat(faults).isEmpty();
    }

    private static String get(String path, String... headers) {
        return request("GET", path, headers) + "\r\n";
    }

    private static String post(String path, String body, String... headers) {
        return request("POST", path, headers) + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String request(String method, String path, String... headers) {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        List<String> all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("Host:"))) {
            all.add("Host: 127.0.0.1:" + studio.port());
        }
        all.forEach(header -> text.append(header).append("\r\n"));
        return text.toString();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), studio.port());
        socket.setSoTimeout(MILLIS);
        return socket;
    }

    /** All that it answers until it closes; empty if it only closes. */
    private static String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return rest(socket);
        }
    }

    private static String rest(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw e; // it hangs
        } catch (SocketException _) {
            return ""; // it closed while it was still sent to
        }
    }

    /** The status of an answer; 0 if the connection was closed without one. */
    private static int status(String answer) {
        return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }

    private static void assertRejected(String request) throws IOException {
        String answer = ask(request);
        assertThat(status(answer)).as(answer).satisfiesAnyOf(status -> assertThat(status).isZero(),
                status -> assertThat(status).isBetween(400, 499));
        assertThat(answer).doesNotContain("a secret").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/api/run?run=../secret.txt",
            "/api/run?run=..", "/api/run?run=%2e%2e%2f", "/api/run?run=small/../../", "/api/run?run=/etc",
            "/api/run?run=small%00", "/api/run?run=", "/api/run", "/api/histograms?run=..%2f..", "/api/nothing",
            "/kernels/../../secret.txt", "/api/run?run=%", "/api/run?run=%zz", "/api/pictures?run=small&from=x",
            "/api/examples?run=small&kind=all&truth=99999999999", "/index.html/", "//etc/passwd", "/.", "*",
            "/api/run?run=small/"})
    void pathsCannotLeaveTheFolder(String path) throws IOException {
        assertRejected(get(path));
    }

    @Test
    void outOfRangeNumbersAreNotPictures() throws IOException {
        for (String number : List.of("-1", "10000", "2147483647", "1e9", "null", "\"3\"", "[1]", "3.5")) {
            assertRejected(json("/api/read", "{\"run\":\"small\",\"number\":" + number + "}"));
            assertRejected(json("/api/saliency", "{\"run\":\"small\",\"number\":" + number + "}"));
        }
        for (String step : List.of("-1", "0", "-2147483648", "1e10", "\"a\"", "[1]")) {
            assertRejected(json("/api/saliency", "{\"run\":\"small\",\"number\":1,\"step\":" + step + "}"));
        }
        assertThat(status(ask(get("/api/pictures?run=small&from=2147483647&count=-5")))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:80", "127.0.0.1", "localhost:1", "127.0.0.1:PORT.evil.example",
                    "", "[::1", "127.0.0.1:PORT, evil.example", "0.0.0.0:PORT"})
    void otherHostsAreRejected(String host) throws IOException {
        assertRejected(get("/api/runs", "Host: " + host.replace("PORT", Integer.toString(studio.port()))));
    }

    @Test
    void aRequestHasOneHost() throws IOException {
        assertRejected("GET /api/runs HTTP/1.1\r\nConnection: close\r\n\r\n");
        assertRejected(get("/api/runs", "Host: 127.0.0.1:" + studio.port(), "Host: evil.example"));
        assertRejected("GET /api/runs HTTP/1.0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "https://127.0.0.1:PORT", "http://127.0.0.1:1",
            "http://localhost:PORT", "file://"})
    void crossOriginRequestsAreRejected(String origin) throws IOException {
        String header = "Origin: " + origin.replace("PORT", Integer.toString(studio.port()));
        assertRejected(get("/api/runs", header));
        assertRejected(json("/api/runs", "{\"recipe\":\"lstm-rows\"}", header));
        assertRejected(json("/api/stop", "{\"run\":\"small\"}", header));
        assertThat(folder.resolve("runs").resolve("lstm-rows")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void crossSiteRequestsAreRejected(String site) throws IOException {
        assertRejected(get("/api/runs", "Sec-Fetch-Site: " + site));
        assertRejected(json("/api/runs", "{\"recipe\":\"lstm-rows\"}", "Sec-Fetch-Site: " + site));
        assertRejected(get("/api/runs", "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: navigate"));
        assertThat(status(ask(get("/", "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: navigate")))).isEqualTo(200);
    }

    /** What a form of another page can send without asking first. */
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""})
    void aFormCannotStartARun(String type) throws IOException {
        assertRejected(post("/api/runs", "{\"recipe\":\"lstm-rows\"}", "Content-Type: " + type));
        assertThat(folder.resolve("runs").resolve("lstm-rows")).doesNotExist();
    }

    private static String json(String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/json");
        return post(path, body, all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "7", "{\"recipe\":7}", "{\"recipe\":null}", "{\"recipe\":\"../x\"}",
            "{\"recipe\":\"/etc/passwd\"}", "{\"recipe\":\"x.yaml\"}", "{\"recipe\":\"lstm-rows\",\"name\":\"../x\"}",
            "{\"recipe\":\"lstm-rows\",\"name\":\"a/b\"}", "{\"recipe\":\"lstm-rows\",\"name\":\".hidden\"}",
            "{\"recipe\":\"lstm-rows\",\"name\":\"-x\"}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":[\"data.dir=/etc\"]}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":[\"--debug\"]}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":[\"epochs=0\"]}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":[\"nothing=1\"]}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":[null]}",
            "{\"recipe\":\"lstm-rows\",\"overrides\":\"epochs=1\"}", "{\"recipe\":\"lstm-rows\",\"name\":\"small\"}",
            "{\"recipe\":\"lstm-rows\",\"else\":1}", "{\"recipe\":\"lstm-rows\",\"recipe\":\"vit\"}"})
    void invalidRunsAreNotStarted(String body) throws IOException {
        assertRejected(json("/api/runs", body));
        try (var runs = Files.list(folder.resolve("runs"))) {
            assertThat(runs).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"run\":\"small\"}", "{\"run\":\"none\",\"number\":1}",
            "{\"run\":\"small\",\"drawing\":{}}", "{\"run\":\"small\",\"number\":1,\"drawing\":{}}",
            "{\"run\":\"small\",\"drawing\":{\"height\":5,\"width\":5,\"pixels\":\"AA==\"}}",
            "{\"run\":\"small\",\"drawing\":{\"height\":-5,\"width\":-5,\"pixels\":\"\"}}",
            "{\"run\":\"small\",\"drawing\":{\"height\":65536,\"width\":65536,\"pixels\":\"\"}}",
            "{\"run\":\"small\",\"drawing\":{\"height\":2,\"width\":2,\"pixels\":\"????\"}}",
            "{\"run\":\"small\",\"drawing\":{\"file\":\"AAAA\"}}",
            "{\"run\":\"small\",\"drawing\":{\"file\":\"iVBORw0KGgo=\"}}"})
    void invalidPicturesAreNotRead(String body) throws IOException {
        assertRejected(json("/api/read", body));
        assertRejected(json("/api/predict", body.replace("\"drawing\":", "\"images\":[").replaceFirst("}$", "]}")));
    }

    @Test
    void nonImageBytesAreNotPredicted() throws IOException {
        for (String body : List.of("", "x", "\u0089PNG\r\n", "\u00ff\u00d8\u00ff\u00ff", "GIF89a")) {
            assertRejected(post("/api/predict?run=small", body, "Content-Type: image/png"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "GET GET", "AAAA"})
    void otherMethodsAreRejected(String method) throws IOException {
        assertRejected(request(method, "/api/runs") + "\r\n");
    }

    @Test
    void aWrongMethodIsRejectedWithTheAllowedOne() throws IOException {
        assertThat(ask(get("/api/stop"))).startsWith("HTTP/1.1 405").containsIgnoringCase("Allow: POST");
    }

    @Test
    void bodySizesAreLimited() throws IOException {
        assertRejected(json("/api/runs", " ".repeat(100_000)));
        assertRejected(request("POST", "/api/runs", "Content-Type: application/json")
                + "Content-Length: 99999999999999999999\r\n\r\n{}");
        assertRejected(request("POST", "/api/runs", "Content-Type: application/json") + "Content-Length: -5\r\n\r\n{}");
        assertRejected(request("POST", "/api/runs", "Content-Type: application/json") + "Content-Length: x\r\n\r\n{}");
        assertRejected(request("POST", "/api/runs", "Content-Type: application/json", "Transfer-Encoding: chunked")
                + "\r\n" + "1000\r\n" + " ".repeat(4096) + "\r\n".repeat(1) + "FFFFFFFF\r\n" + " ".repeat(50_000));
        assertRejected(request("POST", "/api/runs", "Content-Type: application/json", "Transfer-Encoding: chunked")
                + "\r\nxyz\r\n{}\r\n0\r\n\r\n");
    }

    @Test
    void aBodyInChunksOfOneByteIsRead() throws IOException {
        StringBuilder body = new StringBuilder("\r\n");
        "{\"run\":\"small\",\"number\":1}".chars()
                .forEach(c -> body.append("1\r\n").append((char) c).append("\r\n"));
        String answer = ask(request("POST", "/api/read", "Content-Type: application/json",
                "Transfer-Encoding: chunked") + body + "0\r\n\r\n");
        assertThat(status(answer)).as(answer).isEqualTo(200);
    }

    @Test
    void headerSizesAreLimited() throws IOException {
        assertRejected(get("/api/runs", "X: " + "x".repeat(100_000)));
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            many.add("X-" + i + ": x");
        }
        assertRejected(get("/api/runs", many.toArray(String[]::new)));
        assertRejected(get("/" + "x".repeat(100_000)));
        assertRejected(get("/api/run?run=" + "x".repeat(10_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "GET http://evil.example/api/runs HTTP/1.1\r\nHost: evil.example\r\n\r\n", "\u0000\u0001\u0002\r\n\r\n",
            "GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n", "GET /\u0000 HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n"})
    void invalidRequestsAreNotAnswered(String bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            assertThat(status(rest(socket))).satisfiesAnyOf(status -> assertThat(status).isZero(),
                    status -> assertThat(status).isBetween(400, 505).isNotEqualTo(500));
        }
    }

    @Test
    void slowSendersAreCutOffAndDelayNobody() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = connect();
            socket.getOutputStream().write("GET /api/runs HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        for (int i = 0; i < 50; i++) {
            Socket socket = connect();
            socket.getOutputStream().write((request("POST", "/api/runs", "Content-Type: application/json")
                    + "Content-Length: 100\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        long start = System.nanoTime();
        assertThat(status(ask(get("/api/runs")))).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        for (Socket socket : slow) {
            assertThat(status(rest(socket))).isNotEqualTo(200);
            socket.close();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void clientsThatDoNotReadDelayNobody() throws IOException {
        List<Socket> greedy = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(1024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), studio.port()));
            for (int k = 0; k < 50; k++) {
                socket.getOutputStream().write(get("/uPlot.iife.min.js").replace("Connection: close\r\n", "")
                        .getBytes(StandardCharsets.US_ASCII));
            }
            greedy.add(socket);
        }
        assertThat(status(ask(get("/api/runs")))).isEqualTo(200);
        for (Socket socket : greedy) {
            socket.close();
        }
    }

    @Test
    void disconnectedClientsReleaseTheirConnections() throws IOException {
        for (int i = 0; i < Server.MOST_CONNECTIONS + 100; i++) {
            try (Socket socket = connect()) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(get("/uPlot.iife.min.js").getBytes(StandardCharsets.US_ASCII));
            }
        }
        assertThat(status(ask(get("/")))).isEqualTo(200);
    }

    @Test
    void tooManyLargeBodiesAreDeferred() throws Exception {
        String body = "{\"run\":\"small\",\"number\":1" + " ".repeat(3_000_000) + "}";
        String request = json("/api/read", body);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                answers.add(clients.submit(() -> ask(request)));
            }
            for (Future<String> answer : answers) {
                assertThat(status(answer.get())).isIn(200, 503);
            }
        }
    }

    @Test
    void responsesForbidCrossOriginUse() throws IOException {
        assertThat(ask(get("/"))).contains("frame-ancestors 'none'").contains("nosniff").contains("same-origin")
                .doesNotContain("Access-Control-Allow");
    }
}
