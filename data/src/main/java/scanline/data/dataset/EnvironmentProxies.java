package scanline.data.dataset;

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
import scanline.data.base.DataException;

/**
 * Selects the proxies that environment variables name, as for curl: {@code https_proxy}, {@code http_proxy} and
 * {@code all_proxy}, with values such as {@code http://user:password@proxy.example:3128}, and {@code no_proxy}, a list
 * of hosts, domains and addresses that are reached without a proxy. The names of the variables may be in upper case.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Map<String, Server> servers = new LinkedHashMap<>(); // by the scheme of the requested URI
    private final List<String> exceptions;

    /** A proxy, and the account for it if it requires authentication. */
    private record Server(InetSocketAddress address, @Nullable PasswordAuthentication account) {}

    /**
     * Returns the proxies; empty if no variable names one.
     *
     * @throws DataException if the value of a variable is not a usable proxy
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
        int at = rest.lastIndexOf('@'); // a password may contain one too
        try {
            URI uri = URI.create("http://" + rest.substring(at + 1));
            if (!rest.contains("://") && uri.getHost() != null && uri.getRawPath().isEmpty()
                    && uri.getPort() < 1 << 16) {
                return new Server(
                        InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? HTTP : uri.getPort()),
                        at < 0 ? null : account(rest.substring(0, at)));
            }
        } catch (IllegalArgumentException _) {
            // reported below, without the password
        }
        throw new DataException("the environment variable " + variable + " does not name a usable proxy: it must look"
                + " like http://proxy.example:3128 or http://user:password@proxy.example:3128");
    }

    private static PasswordAuthentication account(String text) {
        String[] words = text.split(":", 2);
        return new PasswordAuthentication(decoded(words[0]), decoded(words.length < 2 ? "" : words[1]).toCharArray());
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8); // + means a space in queries only
    }

    /** Makes a client use these proxies. */
    void addTo(HttpClient.Builder client) {
        client.proxy(this);
        if (servers.values().stream().anyMatch(server -> server.account != null)) {
            // By default the JDK does not send Basic credentials to a proxy for https requests. It reads this property
            // only once, when the first client is created.
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
            client.authenticator(new Accounts());
        }
    }

    /**
     * Provides the accounts to proxies that ask for one; returns null for others, so the JDK's client fails with its
     * own message.
     */
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
        // the caller of the client gets the exception
    }
}
