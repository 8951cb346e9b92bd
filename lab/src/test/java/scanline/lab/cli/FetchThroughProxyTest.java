package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.base.CommandProcess;
import scanline.samples.StrictProxy;

@Timeout(60)
class FetchThroughProxyTest {
    @TempDir
    private Path folder;

    @Test
    void dataFetchUsesTheProxyOfTheEnvironment() throws Exception {
        try (StrictProxy proxy = new StrictProxy()) {
            assertThat(fetched(proxy.address())).endsWith(": Tunnel failed, got: 502");
            assertThat(proxy.passed()).isNotEmpty().allMatch(asked -> asked.matches("CONNECT [^ /]+:443 HTTP/1.1"));
            assertThat(fetched(proxy.address().replaceFirst(".*@", ""))).endsWith(": HTTP status 407");
        }
    }

    /** Why a file could not be fetched through a proxy, from the message. */
    private String fetched(String proxy) throws Exception {
        ProcessBuilder command = CommandProcess
                .of(Main.class, List.of("data", "fetch", "fashion-mnist", "--dir", folder.toString()));
        command.environment().remove("no_proxy");
        command.environment().remove("NO_PROXY");
        command.environment().put("https_proxy", proxy);
        Process process = command.start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(err).contains("scanline: fashion-mnist: cannot fetch ", " through the proxy 127.0.0.1:");
        return err.replaceFirst("(?s).* through the proxy 127.0.0.1:\\d+(: [^;)]*).*", "$1");
    }
}
