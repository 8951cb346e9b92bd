package scanline.lab.http;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Access control. A page of another site, open in a browser, must not reach the server: neither with a form or script of its own
 * (checked by Origin and Fetch Metadata) nor under a host name that it points at this machine (DNS rebinding, checked by Host).
 * Clients on other machines must send the token.
 */
final class Gate {
    private static final int HTTP = 80; // the port that browsers omit
    static final String COOKIE = "scanline";
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final @Nullable String token;
    private final Set<String> hosts;

    /**
     * Creates the access control of a server.
     *
     * @param host the host name or address that the server listens on
     * @param port the port of the server
     * @param token the access token that clients must send; null if only this machine can connect
     */
    Gate(String host, int port, @Nullable String token) {
        this.token = token;
        hosts = Stream.concat(LOOPBACK.stream(), Stream.of(host.toLowerCase(Locale.ROOT)))
                .flatMap(name -> port == HTTP ? Stream.of(name, name + ":" + port) : Stream.of(name + ":" + port))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Refuses a request that is not allowed. */
    void check(HttpExchange exchange) {
        List<String> names = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        if (names.size() != 1) {
            throw new Refusal(400, "a request must have exactly one Host header");
        }
        String host = names.getFirst().toLowerCase(Locale.ROOT);
        if (token == null && !hosts.contains(host)) {
            throw new Refusal(421, "this server is not " + host(host));
        }
        for (String origin : exchange.getRequestHeaders().getOrDefault("Origin", List.of())) {
            boolean own = origin.equalsIgnoreCase("http://" + host)
                    || (token != null && origin.equalsIgnoreCase("https://" + host)); // behind a proxy with TLS
            if (!own) {
                throw new Refusal(403, "requests from pages of other sites are not allowed");
            }
        }
        String site = header(exchange, "Sec-Fetch-Site").orElse("none");
        if (!OWN_SITES.contains(site) && !isLink(exchange)) {
            throw new Refusal(403, "requests from pages of other sites are not allowed");
        }
        if (token != null && !isKnown(token, exchange)) {
            throw new Refusal(401,
                    "missing or incorrect token: send it as Authorization: Bearer TOKEN, or open the address that was"
                            + " printed, which includes it");
        }
    }

    private static String host(String host) {
        return host.matches("[a-z0-9.:\\[\\]-]{1,100}") ? host : "that host";
    }

    /** Whether this is a link from another site to the first page, which is allowed. */
    private static boolean isLink(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") && exchange.getRequestURI().getPath().equals("/")
                && header(exchange, "Sec-Fetch-Mode").orElse("").equals("navigate");
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private static boolean isKnown(String token, HttpExchange exchange) {
        String bearer = header(exchange, "Authorization").orElse("").replaceFirst("^Bearer ", "");
        String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        return isSame(token, bearer) || isSame("token=" + token, query)
                || exchange.getRequestHeaders().getOrDefault("Cookie", List.of()).stream()
                        .flatMap(cookies -> Arrays.stream(cookies.split(";\\s*")))
                        .anyMatch(cookie -> isSame(COOKIE + "=" + token, cookie));
    }

    /** Compares in constant time, however many characters match. */
    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** The cookie for a browser that opened the address with the token; null for any other request. */
    @Nullable
    String cookie(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return token != null && query != null && isSame("token=" + token, query)
                ? COOKIE + "=" + token + "; HttpOnly; SameSite=Strict; Path=/"
                : null;
    }
}
