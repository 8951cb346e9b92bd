package scanline.lab.data;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import scanline.lab.base.DataException;

/**
 * The proxies that the environment names as it does for curl: {@code https_proxy}, {@code http_proxy} and {@code all_proxy}, such
 * as {@code http://user:password@proxy.example:3128}, and in {@code no_proxy} the hosts, domains and addresses that need none.
 * The names may be in capitals.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Map<String, Server> servers = new LinkedHashMap<>(); // by the scheme of what is asked for
    private final List<String> exceptions;

    /** A proxy and, where it asks who wants to pass, the answer. */
    private record Server(InetSocketAddress address, @Nullable PasswordAuthentication account) {}

    /**
     * The proxies; none where no variable names one.
     *
     * @throws DataException if a variable names none that can be used
     */
    static Optional<EnvironmentProxies> of(Map<String, String> environment) {
        EnvironmentProxies proxies = new EnvironmentProxies(environment);
        return proxies.servers.isEmpty() ? Optional.empty() : Optional.of(proxies);
    }

    private EnvironmentProxies(Map<String, String> environment) {
        for (String scheme : List.of("https", "http")) {
            Stream.of(scheme + "_proxy", "all_proxy").flatMap(name -> Stream.of(name, name.toUpperCase(Locale.ROOT)))
                    .filter(name -> !environment.getOrDefault(name, "").isBlank()).findFirst()
                    .ifPresent(name -> servers.put(scheme, server(name, environment.getOrDefault(name, "").strip())));
        }
        String none = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        exceptions = Stream.of(none.toLowerCase(Locale.ROOT).split("[,\\s]+")).filter(word -> !word.isEmpty())
                .map(word -> word.replaceFirst("^\\*?\\.", "")).toList();
    }

    private static Server server(String variable, String value) {
        String rest = value.replaceFirst("(?i)^http://", "").replaceFirst("/$", "");
        int at = rest.lastIndexOf('@'); // a password may have one too
        try {
            URI uri = URI.create("http://" + rest.substring(at + 1));
            if (!rest.contains("://") && uri.getHost() != null && uri.getRawPath().isEmpty()
                    && uri.getPort() < 1 << 16) {
                return new Server(
                        InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? HTTP : uri.getPort()),
                        at < 0 ? null : account(rest.substring(0, at)));
            }
        } catch (IllegalArgumentException _) {
            // said below, without the password
        }
        throw new DataException("the variable " + variable + " names no proxy that can be used: it must be like"
                + " http://proxy.example:3128 or http://user:password@proxy.example:3128");
    }

    private static PasswordAuthentication account(String text) {
        String[] words = text.split(":", 2);
        return new PasswordAuthentication(decoded(words[0]), decoded(words.length < 2 ? "" : words[1]).toCharArray());
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8); // only in queries + is a space
    }

    /** Lets a client ask through them. */
    void addTo(HttpClient.Builder client) {
        client.proxy(this);
        if (servers.values().stream().anyMatch(server -> server.account != null)) {
            // The JDK would not send passwords in a proxy's own (Basic) way where it asks for an https address through it. It
            // reads this once, when the first client is made.
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
            client.authenticator(new Accounts());
        }
    }

    /** Who wants to pass, for the proxies that ask. With one that knew none the JDK's client would fail for its own reasons. */
    private final class Accounts extends Authenticator {
        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return servers.values().stream().filter(this::isAsking).map(Server::account).findFirst().orElse(null);
        }

        private boolean isAsking(Server server) {
            return getRequestorType() == RequestorType.PROXY && server.account != null
                    && server.address.getHostString().equals(getRequestingHost())
                    && server.address.getPort() == getRequestingPort();
        }
    }

    @Override
    public List<Proxy> select(URI uri) {
        Server server = servers.get(uri.getScheme());
        return List
                .of(server == null || isException(uri) ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, server.address));
    }

    private boolean isException(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? HTTPS : HTTP;
        return exceptions.stream().anyMatch(name -> name.equals("*")
                || Stream.of(host, host.replaceAll("[\\[\\]]", ""), host + ":" + port)
                        .anyMatch(asked -> asked.equals(name) || asked.endsWith("." + name)));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException e) {
        // whoever asked is told
    }
}
