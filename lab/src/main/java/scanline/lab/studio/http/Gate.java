package scanline.lab.studio.http;

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
 * Who may ask. A page from elsewhere that a browser shows must not reach the studio, neither by a form or a script of its own
 * (Origin and Fetch Metadata) nor under a name that it lets point here (Host: DNS rebinding). Who asks from another machine must
 * know the token.
 */
final class Gate {
    private static final int HTTP = 80; // browsers leave it out
    static final String COOKIE = "scanline";
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final @Nullable String token;
    private final Set<String> hosts;

    /**
     * A gate.
     *
     * @param host what the server was told to listen on
     * @param port of the server
     * @param token what everybody must know; null if nobody can ask but this machine
     */
    Gate(String host, int port, @Nullable String token) {
        this.token = token;
        hosts = Stream.concat(LOOPBACK.stream(), Stream.of(host.toLowerCase(Locale.ROOT)))
                .flatMap(name -> port == HTTP ? Stream.of(name, name + ":" + port) : Stream.of(name + ":" + port))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Refuses whoever may not ask. */
    void check(HttpExchange exchange) {
        List<String> names = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        if (names.size() != 1) {
            throw new Refusal(400, "a request has one Host header");
        }
        String host = names.getFirst().toLowerCase(Locale.ROOT);
        if (token == null && !hosts.contains(host)) {
            throw new Refusal(421, "this is not " + host(host));
        }
        for (String origin : exchange.getRequestHeaders().getOrDefault("Origin", List.of())) {
            boolean own = origin.equalsIgnoreCase("http://" + host)
                    || (token != null && origin.equalsIgnoreCase("https://" + host)); // behind a proxy with TLS
            if (!own) {
                throw new Refusal(403, "a page from elsewhere may not ask");
            }
        }
        String site = header(exchange, "Sec-Fetch-Site").orElse("none");
        if (!OWN_SITES.contains(site) && !isLink(exchange)) {
            throw new Refusal(403, "a page from elsewhere may not ask");
        }
        if (token != null && !isKnown(token, exchange)) {
            throw new Refusal(401, "open the address that the studio printed: it has a token");
        }
    }

    private static String host(String host) {
        return host.matches("[a-z0-9.:\\[\\]-]{1,100}") ? host : "that host";
    }

    /** A link from elsewhere may lead to the first page. */
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

    /** Takes the same time however much of it is right. */
    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** The cookie that a browser keeps which opened the address with the token; null where there is none. */
    @Nullable
    String cookie(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return token != null && query != null && isSame("token=" + token, query)
                ? COOKIE + "=" + token + "; HttpOnly; SameSite=Strict; Path=/"
                : null;
    }
}
