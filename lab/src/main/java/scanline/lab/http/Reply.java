package scanline.lab.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import scanline.lab.base.Json;

/**
 * A complete answer.
 *
 * @param status the HTTP status
 * @param type the content type of the body
 * @param body the body
 * @param headers headers in addition to those of every answer
 */
public record Reply(int status, String type, byte[] body, Map<String, String> headers) implements Answered {
    private static final String JSON = "application/json";

    /** An answer with a value as JSON. */
    public static Reply json(Object value) {
        return json(200, value, Map.of());
    }

    private static Reply json(int status, Object value, Map<String, String> headers) {
        return new Reply(status, JSON, Json.line(value).getBytes(StandardCharsets.UTF_8), headers);
    }

    static Reply of(Refusal refusal) {
        return json(refusal.status(), Map.of("error", String.valueOf(refusal.getMessage())), refusal.headers());
    }
}
