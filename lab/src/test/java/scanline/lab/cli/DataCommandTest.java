package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import scanline.data.dataset.Datasets;

class DataCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path cache;

    @Test
    void theListShowsWhereEachSetIs() {
        assertThat(run("list")).isZero();
        assertThat(out.toString()).contains("mnist ", "in the jar, 11.6 MB", "CC BY-SA 3.0", "fashion-mnist ",
                "not downloaded: run ./scanline data fetch fashion-mnist", "kmnist ",
                "emnist-letters   handwritten letters, 124,800 + 20,800 images of 28 x 28, 26 classes", "idx ",
                "folder ",
                "data=folder data.dir=FOLDER");
    }

    @Test
    void verifyingWithoutANameChecksWhatIsPresent() {
        assertThat(run("verify")).isZero();
        assertThat(out.toString().lines()).hasSize(4)
                .allMatch(line -> line.startsWith("mnist ") && line.endsWith("OK"));
    }

    @Test
    void verifyingFilesThatAreNotTheSetsFails() {
        assertThat(run("verify", "mnist", "--dir", cache.toString())).isEqualTo(1);
        assertThat(out.toString().lines()).hasSize(4).allMatch(line -> line.contains("FAILED " + cache));
    }

    @Test
    void wrongUsageIsStatus2() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fetch")).isEqualTo(2);
        assertThat(run("verify", "--dir", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--dir needs the NAME");
    }

    @Test
    void anUnknownSetFailsWithTheNearestName() {
        assertThat(run("fetch", "mnst")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("no data set is called mnst: choose from mnist, emnist-balanced, ")
                .endsWith(", fashion-mnist, kmnist; did you mean mnist?");
    }

    @Test
    void everySubcommandHasHelp() {
        for (String name : new String[] {"list", "fetch", "verify"}) {
            assertThat(run(name, "--help")).isZero();
            assertThat(out.toString()).contains("Usage: data " + name);
        }
    }

    private int run(String... arguments) {
        return new CommandLine(new DataCommand(new Datasets(cache)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, line, _) -> {
                    line.getErr().print(e.getMessage());
                    line.getErr().flush();
                    return 1;
                })
                .execute(arguments);
    }
}
