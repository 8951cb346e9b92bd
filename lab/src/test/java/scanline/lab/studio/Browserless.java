package scanline.lab.studio;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import scanline.lab.base.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a server as a page does, without one. */
public record Browserless(int port, HttpClient client) implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public Browserless(int port) {
        this(port, HttpClient.newHttpClient());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public static JsonNode parsed(String json) {
        return JSON.readTree(json);
    }

    public HttpResponse<String> ask(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> send(String path, Object body) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.text(body))).build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> send(String path, String type, byte[] body) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
    }

    public JsonNode get(String path, Map<String, ?> query) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(path + "?");
        query.forEach((key, value) -> text.append(key).append('=')
                .append(URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8)).append('&'));
        return require(ask(text.toString()));
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return get(path, Map.of());
    }

    public JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return require(send(path, body));
    }

    private static JsonNode require(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return parsed(response.body());
    }

    @Override
    public void close() {
        client.close();
    }
}
