package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.report.Results;
import scanline.lab.run.Run;
import scanline.samples.Pngs;

/** Names of classes that are long, begin alike and have commas. */
class ClassNamesTest {
    private static final List<String> NAMES = List.of("handwritten, a", "handwritten, b", "x");

    @TempDir
    private static Path folder;

    private static Path run = Path.of("");

    @BeforeAll
    static void trainOnce() throws IOException {
        Pngs.writeClasses(folder.resolve("data"), NAMES, 10, 8);
        run = folder.resolve("run");
        Answer trained = answer("train", "lstm-rows", "data=folder", "data.dir=" + folder.resolve("data"),
                "data.folder.size=8", "data.validation=4", "batch=4", "epochs=1", "model.hidden=4", "--run",
                run.toString());
        assertThat(trained.status()).as(trained.err()).isZero();
    }

    @Test
    void theMatrixInTheFolderNamesRowsAndColumns() throws IOException {
        List<String> lines = Files.readAllLines(run.resolve(Run.CONFUSION));
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst()).isEqualTo("class,\"handwritten, a\",\"handwritten, b\",x");
        assertThat(lines.get(1)).matches("\"handwritten, a\",\\d+,\\d+,\\d+");
        assertThat(lines.get(3)).matches("x,\\d+,\\d+,\\d+");
        int[][] counts = new Run(run).confusion();
        assertThat(counts).hasDimensions(3, 3);
        assertThat(counts[2]).containsExactly(
                List.of(lines.get(3).split(",")).stream().skip(1).mapToInt(Integer::parseInt).toArray());
    }

    @Test
    void aRecordWithNamesIsAccepted() throws IOException {
        Path results = Files.createDirectory(folder.resolve("results"));
        Results.add(results, run, false);
        assertThat(Results.write(results)).isEqualTo(1);
    }

    @Test
    void tablesAreAsWideAsTheNames() {
        List<String> table = answer("evaluate", run.toString()).out().lines()
                .dropWhile(line -> !line.startsWith("actual"))
                .toList();
        assertThat(table).hasSize(4);
        assertThat(table.getFirst()).isEqualTo("actual\\predicted  handwritten, a  handwritten, b  x");
        assertThat(table.get(1)).matches("handwritten, a  +\\d+  +\\d+  +\\d+").hasSameSizeAs(table.getFirst());
    }

    @Test
    void theMatrixInJsonComesWithTheNames() {
        assertThat(answer("evaluate", run.toString(), "--json").out())
                .contains("\"classes\" : [ \"handwritten, a\", \"handwritten, b\", \"x\" ]");
    }
}
