package scanline.lab.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import scanline.lab.base.Json;
import tools.jackson.core.JacksonException;

/** A request. */
public final class Request implements AutoCloseable {
    private static final int LONGEST_QUERY = 4096;
    private static final int DRAINED_AT_ONCE = 8192;

    private final HttpExchange exchange;
    private final Map<String, String> query;
    private final Room room;
    private final Map<String, Object> notes;
    private int reserved;

    Request(HttpExchange exchange, Room room, Map<String, Object> notes) {
        this.exchange = exchange;
        this.room = room;
        this.notes = notes;
        query = parsed(exchange.getRequestURI().getRawQuery());
    }

    private static Map<String, String> parsed(@Nullable String raw) {
        Map<String, String> values = new LinkedHashMap<>();
        if (raw == null || raw.isEmpty()) {
            return values;
        }
        if (raw.length() > LONGEST_QUERY) {
            throw new Refusal(414, "the query is longer than " + LONGEST_QUERY + " characters");
        }
        try {
            for (String pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                values.put(URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8),
                        equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "the query is malformed: " + e.getMessage());
        }
        return values;
    }

    /** The path, not decoded. */
    public String path() {
        return exchange.getRequestURI().getRawPath();
    }

    /** The address of the client. */
    public String client() {
        return Server.client(exchange);
    }

    /** Notes a fact about this request for the {@link Observer}. */
    public void note(String name, Object value) {
        notes.put(name, value);
    }

    /** The value of a query parameter. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /**
     * The value of a query parameter that is required.
     *
     * @throws Refusal if it is missing
     */
    public String required(String name) {
        return query(name).orElseThrow(() -> new Refusal(400, "the query must have " + name));
    }

    /**
     * A query parameter that is a whole number.
     *
     * @param name the name of the parameter
     * @param other the value to use if it is missing
     * @throws Refusal if it is not a whole number
     */
    public int number(String name, int other) {
        return query(name).map(text -> {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException _) {
                throw new Refusal(400, name + " must be a whole number");
            }
        }).orElse(other);
    }

    /** The first header with a name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    /** The content type of the body in lower case and without parameters, such as image/png. */
    public String type() {
        return header("Content-Type").orElse("").replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The body.
     *
     * @param most the largest number of bytes to accept
     * @throws Refusal if the body is longer, or too many bodies are in memory
     */
    public byte[] body(int most) throws IOException {
        Optional<String> length = header("Content-Length");
        if (length.isPresent() && (!length.get().matches("\\d{1,9}") || Integer.parseInt(length.get()) > most)) {
            throw tooLong(most);
        }
        InputStream in = exchange.getRequestBody();
        try {
            reserved += room.take(length.map(Integer::parseInt).orElse(most));
        } catch (Refusal e) {
            drain(in, most); // otherwise a client that is still sending would not receive the reason
            throw e;
        }
        try {
            byte[] body = in.readNBytes(most);
            if (in.read() >= 0) {
                throw tooLong(most);
            }
            return body;
        } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
            // How the JDK's reader of chunks reacts to some invalid sizes.
            throw new Refusal(400, "the body has malformed chunks");
        }
    }

    private static void drain(InputStream in, int most) throws IOException {
        byte[] some = new byte[DRAINED_AT_ONCE];
        for (int left = most, n; left > 0 && (n = in.read(some)) >= 0;) {
            left -= n;
        }
    }

    private static Refusal tooLong(int most) {
        return new Refusal(413, "the body is longer than " + most + " bytes");
    }

    /**
     * The body, parsed as a JSON object.
     *
     * @param most the largest number of bytes to accept
     * @param type a record whose components are the names in the object
     * @throws Refusal if the body is too long or is not such an object
     */
    public <T> T json(int most, Class<T> type) throws IOException {
        if (!type().equals("application/json")) {
            throw new Refusal(415, "the body must be application/json");
        }
        try {
            T value = Json.parse(new String(body(most), StandardCharsets.UTF_8), type);
            if (value != null) {
                return value;
            }
        } catch (JacksonException _) {
            // reported below: Jackson's messages name classes
        }
        throw new Refusal(400, "the body is not a JSON object that this path accepts");
    }

    /** Releases the room that its body took. */
    @Override
    public void close() {
        room.leave(reserved);
        reserved = 0;
    }
}
