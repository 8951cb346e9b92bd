package scanline.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.base.DataException;
import scanline.samples.StrictProxy;

@Timeout(60)
class EnvironmentProxiesTest {
    private static Optional<EnvironmentProxies> proxies(String... environment) {
        return EnvironmentProxies.of(environment.length == 2
                ? Map.of(environment[0], environment[1])
                : Map.of(environment[0], environment[1], environment[2], environment[3]));
    }

    private static Proxy selected(EnvironmentProxies proxies, String uri) {
        return proxies.select(URI.create(uri)).getFirst();
    }

    @Test
    void theAccountInTheEnvironmentIsSentToTheProxy() throws Exception {
        try (StrictProxy proxy = new StrictProxy()) {
            HttpClient.Builder builder = HttpClient.newBuilder();
            proxies("http_proxy", "http://" + proxy.address() + "/").orElseThrow().addTo(builder);
            try (HttpClient client = builder.build()) {
                var answer = client.send(HttpRequest.newBuilder(URI.create("http://data.example/a")).build(),
                        BodyHandlers.ofString());
                assertThat(answer.body()).isEqualTo("hi");
            }
            assertThat(proxy.passed()).containsExactly("GET http://data.example/a HTTP/1.1");
        }
    }

    @Test
    void withoutAVariableThereIsNone() {
        assertThat(EnvironmentProxies.of(Map.of("https_proxy", " ", "no_proxy", "*"))).isEmpty();
    }

    @Test
    void eachSchemeHasItsOwnVariableAndLowercaseWins() {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", "one:1", "https_proxy", "two:2",
                "ALL_PROXY", "http://[::1]")).orElseThrow();
        assertThat(selected(proxies, "https://a/").address()).isEqualTo(InetSocketAddress.createUnresolved("two", 2));
        assertThat(selected(proxies, "http://a/").address()).isEqualTo(InetSocketAddress.createUnresolved("[::1]", 80));
    }

    @ParameterizedTest
    @CsvSource({"example.org,true", "other.org example.org,true", "'a,.example.org',true", "*.EXAMPLE.org,true",
            "org,true", "*,true", "data.example.org:443,true", "ample.org,false", "a.data.example.org,false",
            "data.example.org:80,false", "127.0.0.1,false"})
    void hostsInNoProxyAreContactedDirectly(String none, boolean itself) {
        EnvironmentProxies proxies = proxies("https_proxy", "http://proxy:1", "no_proxy", none).orElseThrow();
        assertThat(selected(proxies, "https://data.example.org/x").equals(Proxy.NO_PROXY)).isEqualTo(itself);
    }

    @Test
    void numericAddressesCanBeListedInNoProxy() {
        EnvironmentProxies proxies = proxies("http_proxy", "proxy:1", "NO_PROXY", "127.0.0.1,::1").orElseThrow();
        assertThat(selected(proxies, "http://127.0.0.1:8080/")).isEqualTo(Proxy.NO_PROXY);
        assertThat(selected(proxies, "http://[::1]/")).isEqualTo(Proxy.NO_PROXY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://proxy:1080", "https://proxy:443", "http://", "http://me:secret@", "proxy:port",
            "proxy:70000", "a b:1", "http://proxy/path", "me:%zz@secret:1"})
    void anInvalidProxyIsReportedByItsVariableOnly(String value) {
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> proxies("https_proxy", value))
                .withMessage("the environment variable https_proxy does not name a usable proxy: it must look"
                        + " like http://proxy.example:3128 or http://user:password@proxy.example:3128");
    }
}
