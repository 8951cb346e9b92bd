package scanline.lab.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.base.CommandProcess;
import scanline.lab.run.Run;
import scanline.lab.studio.SmallRuns;

/** The command as a process: its address, its log and its end. (ServeTest asks for everything else.) */
@Timeout(120)
class ServeCommandTest {
    @TempDir
    private Path folder;

    @Test
    void itPrintsItsAddressAndEndsWithStatusZeroWhenItIsAskedTo() throws Exception {
        Run run = SmallRuns.finished(folder.resolve("small"), "lstm-rows", "model.hidden=4");
        Path log = folder.resolve("requests.jsonl");
        Process serve = CommandProcess
                .of(Main.class, List.of("serve", "digits=" + run.folder(), run.folder().toString(),
                        "--port", "0", "--threads", "1", "--access-log", log.toString()))
                .redirectError(folder.resolve("errors.txt").toFile()).start();
        try (BufferedReader lines = serve.inputReader(UTF_8); HttpClient client = HttpClient.newHttpClient()) {
            String address = lines.readLine().replaceFirst("serve +", "");
            assertThat(lines.readLine()).startsWith("models  digits, small; Ctrl-C");
            HttpResponse<String> health = client.send(HttpRequest.newBuilder(URI.create(address + "health")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).contains("\"digits\":\"ready\"", "\"small\":\"ready\"");
            serve.destroy();
            assertThat(serve.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(serve.exitValue()).isZero();
            assertThat(log).content().contains("\"path\":\"/health\",\"status\":200");
        } finally {
            serve.destroyForcibly().waitFor();
        }
        assertThat(folder.resolve("errors.txt")).content().doesNotContain("Exception");
    }
}
