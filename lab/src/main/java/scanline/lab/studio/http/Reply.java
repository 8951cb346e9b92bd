package scanline.lab.studio.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import scanline.lab.base.Json;

/**
 * An answer that is whole.
 *
 * @param type of the body
 * @param headers besides those that every answer has
 */
public record Reply(int status, String type, byte[] body, Map<String, String> headers) implements Answered {
    private static final String JSON = "application/json";

    /** Values as JSON. */
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
