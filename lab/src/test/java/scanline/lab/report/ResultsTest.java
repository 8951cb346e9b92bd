package scanline.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.io.FormatException;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.docs.Repository;
import scanline.lab.record.Records;
import scanline.lab.record.TrainingCommand;
import scanline.lab.run.Migration;

class ResultsTest {
    static final String HASH = "0123456789abcdef".repeat(4);
    private static final String HEADER = """
            epoch,step,seconds,examplesPerSecond,rate,trainLoss,trainAccuracy,validationLoss,validationAccuracy
            """;

    @TempDir
    private Path root;

    private Path results = Path.of("");
    private Path records = Path.of("");

    @BeforeEach
    void aFolderForRecords() throws IOException {
        results = root.resolve("results");
        records = Files.createDirectories(results.resolve("records"));
    }

    /** A run with this many of 10,000 right, over two epochs; recipe.yaml has the keys that are given besides. */
    static Path run(Path parent, String name, String words, int correct, String... keys) throws IOException {
        Path folder = Files.createDirectories(parent.resolve(name));
        String seed = words.replaceFirst(".*seed=(\\d+).*", "$1");
        Files.writeString(folder.resolve("recipe.yaml"), "about: It reads\nsource: \"Someone: a paper\"\nseed: " + seed
                + "\nepochs: 2\ndata: mnist\n"
                + (words.contains("lstm-rows") ? "published.accuracy: 0.9886\n" : "")
                + String.join("", List.of(keys).stream().map(k -> k + "\n").toList()));
        Files.writeString(folder.resolve("provenance.json"), """
                {"commit": "50bf0ae5197a677b22aa52c2368ff12a098077af", "jdk": "25.0.3+9-LTS (Someone)", "cpu": "A|B",
                 "vectorBits": 512, "threads": 2, "command": ["scanline", "train", %s], "seed": %s, "parameters": 68362,
                 "data": {"name": "mnist", "testImages": "aa"}}
                """.formatted(
                Stream.of(words.split(" ")).map(word -> '"' + word + '"').collect(Collectors.joining(", ")),
                seed));
        Files.writeString(folder.resolve("metrics.csv"), HEADER + """
                1,550,100.000,1000.0,0.001,0.5,0.85,0.2,0.95
                2,1100,90.000,2000.0,0.001,0.1,0.97,0.09,0.976
                """);
        Files.writeString(folder.resolve("result.json"),
                """
                        {"testAccuracy": %s, "testCorrect": %d, "testExamples": 10000, "testLoss": 0.05, "bestEpoch": 2, "validationAccuracy": 0.976,
                         "validationLoss": 0.09, "epochs": 2, "steps": 1100, "seconds": 190.0, "bestWeights": "%s",
                         "lastWeights": "%s"}
                        """
                        .formatted(correct / 10_000.0, correct, HASH, HASH));
        Files.writeString(folder.resolve("confusion.csv"), correct + "," + (10_000 - correct) + "\n0,0\n");
        Files.writeString(folder.resolve("best.safetensors"), "weights");
        return folder;
    }

    /** Leaves no row of the metrics. */
    static void withoutEpochs(Path run) throws IOException {
        Files.writeString(run.resolve("metrics.csv"), HEADER);
    }

    private Path run(String name, String words, int correct, String... keys) throws IOException {
        return run(records, name, words, correct, keys);
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(results.resolve(name));
    }

    private String page() throws IOException {
        Results.write(results);
        return Files.readString(results.resolve("README.md"));
    }

    @Test
    void anotherCanvasIsNotThePublishedTask() {
        assertThat(command("mnist", "lstm-rows", "seed=2").isAsPublished()).isTrue();
        assertThat(command("mnist", "lstm-rows", "data.canvas=scatter").isAsPublished()).isFalse();
        assertThat(command("mnist", "lstm-rows", "data.shrink=2").isAsPublished()).isFalse();
    }

    private static TrainingCommand command(String data, String... words) {
        return TrainingCommand.parse(Stream.concat(Stream.of("scanline", "train"), Stream.of(words)).toList(), data);
    }

    @Test
    void aWordWithASpaceIsQuotedForTheShell() {
        TrainingCommand own = command("folder", "--run", "runs/my run", "my recipes/a b.yaml", "about=It's mine",
                "data=folder", "data.dir=/tmp/my photos", "seed=2");
        assertThat(own.text()).isEqualTo(
                "./scanline train 'a b.yaml' 'about=It'\\''s mine' data=folder data.dir=FOLDER seed=2");
        assertThat(own.changes()).containsExactly("about=It's mine");
        assertThat(command("idx", "a", "data.dir=x").text()).isEqualTo("./scanline train a data.dir=FOLDER");
        assertThat(command("mnist", "a", "data.dir=x y").text()).isEqualTo("./scanline train a");
    }

    @Test
    void theWordsOfACommandAreQuoted() throws IOException {
        Path record = run("a", "lstm-rows seed=1", 9880).resolve("provenance.json");
        assertThat(page()).contains("`./scanline train lstm-rows seed=1`");
        Files.writeString(record, Files.readString(record).replace("\"seed=1\"",
                "\"seed=1\", \"about=a\\nb | c\", \"--run\", \"/my runs/a\""));
        assertThat(page()).contains("`./scanline train lstm-rows seed=1 'about=a\\nb \\| c'`").doesNotContain("/my");
    }

    @Test
    void runsThatDifferOnlyInTheSeedAreOneRowWithMeanAndSpread() throws IOException {
        run("a", "lstm-rows seed=1 --run runs/a --threads 2", 9880, "data.dir: \"\"");
        run("b", "--json lstm-rows data.dir=/somewhere seed=2", 9890, "data.dir: /somewhere");
        run("c", "lstm-rows seed=3 --save-seconds=5", 9900, "data.dir: \"\"");
        run("d", "lstm-rows seed=1 clip=norm", 9700, "data.dir: \"\"", "clip: norm");
        assertThat(page()).contains(
                "| `lstm-rows` | 68,362 | 98.86 % | **98.90 %** | 98.80 to 99.00 % | 0.10 | 1, 2, 3 | 0.0500 | 2 "
                        + "| 3 min 10 s | 1,500 |\n",
                "| `lstm-rows` `clip=norm` | 68,362 | 98.86 % | **97.00 %** | - | - | 1 | 0.0500 | 2 |",
                "| [b](records/b) | `./scanline train lstm-rows seed=2` | 98.90 % | 97.60 % | 2 | 0123456789abcdef... | 50bf0ae | "
                        + "<a href=\"records/b/curves.svg\">",
                "- 4 runs on: A|B, 2 threads, 512 bits, JDK 25.0.3+9-LTS\n").doesNotContain("/somewhere");
    }

    @Test
    void aDivisorIsExplainedAndAppliedToOurFigureToo() throws IOException {
        run("pixels", "lstm-pixels seed=1", 9871, "published: 96.07 % as printed", "published.accuracy: 0.9607",
                "published.divisor: 10240");
        assertThat(page()).contains("| 96.07 % printed, 98.38 % true | **98.71 %**, would print as 96.40 % |",
                "The source's code divides the correct answers by 10,240, although there are 10,000 test images: the 96.07 % that "
                        + "it printed are 9,838 correct answers, which is actually 98.38 %.",
                "seed 1, for example, has 9,871 correct answers, so 98.71 %, and it would have printed 96.40 %.",
                "commit 605387f): LSTM(1, 128), Linear(128, 10), RMSProp 0.001, gradients clipped by value 1.0, batch 100, 100 epochs."
                        + " Published: 96.07 % as printed.");
    }

    @Test
    void aDivisorEqualToTheTestImageCountIsCorrect() throws IOException {
        run("pixels", "lstm-pixels seed=1", 9871, "published: in words", "published.accuracy: 0.9607",
                "published.divisor: 10000");
        assertThat(page()).contains("| 96.07 % | **98.71 %** |").doesNotContain("would print", "divides");
    }

    @Test
    void aRecordOfAnOlderVersionMustBeMigrated() throws IOException {
        Path record = run("old", "lstm-rows seed=1", 9871);
        Path result = record.resolve("result.json");
        Files.writeString(result, Files.readString(result).replace("testCorrect", "testRight"));
        assertThatThrownBy(this::page).hasMessage(result + ": was written by an older version: `scanline migrate "
                + record + "` updates it");
        Migration.migrate(record);
        assertThat(page()).contains("**98.71 %**");
        Path made = record.resolve("provenance.json");
        Files.writeString(made, Files.readString(made).replaceFirst("\"command\" : \\[[^]]*]",
                "\"command\": \"scanline train lstm-rows seed=1\""));
        assertThatThrownBy(this::page).hasMessageStartingWith(made + ": was written by an older version");
        Migration.migrate(record);
        assertThat(page()).contains("`./scanline train lstm-rows seed=1`");
    }

    @Test
    void aPublishedFigureIsNotUsedForAnotherTaskOrModel() throws IOException {
        run("small", "lstm-rows seed=1 model.hidden=8", 9000, "model.hidden: 8");
        assertThat(page()).contains("| `lstm-rows` `model.hidden=8` | 68,362 | - | **90.00 %** |")
                .doesNotContain("Published:");
    }

    @Test
    void otherDataHasItsOwnSectionAfterMnist() throws IOException {
        Path fashion = run("a", "lstm-rows seed=1 data=fashion-mnist", 8800);
        Path recipe = fashion.resolve("recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replace("data: mnist", "data: fashion-mnist"));
        run("b", "lstm-rows seed=1", 9880);
        assertThat(page()).containsSubsequence("## MNIST", "**98.80 %**", "## Fashion-MNIST",
                "| `lstm-rows` | 68,362 | - | **88.00 %** |",
                "`./scanline train lstm-rows seed=1 data=fashion-mnist`");
    }

    @Test
    void anUnfinishedRunHasItsEpochsAndNoTestFigure() throws IOException {
        Path run = run("a", "lstm-rows seed=1", 9880);
        Files.delete(run.resolve("result.json"));
        Files.delete(run.resolve("confusion.csv"));
        Path metrics = run.resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics).replaceFirst("(?m)^2,.*\n", ""));
        assertThat(page()).contains(
                "| unfinished: 1 of 2 epochs, best validation accuracy 95.00 % | - | - | 1 | - | 1 | 1 min 40 s | 1,000 |",
                "| [a](records/a) | `./scanline train lstm-rows seed=1` | - | 95.00 % | 1 | - | 50bf0ae |")
                .doesNotContain("98.80 %");
        assertThat(run.resolve("curves.svg")).content().contains("a, unfinished", "h.01");
    }

    @Test
    void withoutAValidationSetADrawingHasOneLine() throws IOException {
        Path metrics = run("a", "lstm-rows seed=1", 9880).resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics).replaceAll("(?m)^(\\d.*),[^,]*,[^,]*$", "$1,NaN,NaN"));
        assertThat(page()).contains("| none held out | 2 |");
        assertThat(records.resolve("a/curves.svg")).content().contains("l t").doesNotContain("validation", "NaN",
                "circle");
    }

    @Test
    void aThousandEpochsGiveASmallDrawingAndPerfectAccuracyIsDrawn() throws IOException {
        Path run = run("a", "lstm-rows seed=1", 9880);
        StringBuilder rows = new StringBuilder(HEADER);
        for (int i = 1; i <= 1000; i++) {
            rows.append(i).append(",1,1,1,1,").append(1.0 / i).append(",1.0,").append(2.0 / i).append(",0.9\n");
        }
        Files.writeString(run.resolve("metrics.csv"), rows);
        Files.delete(run.resolve("result.json"));
        Results.write(results);
        assertThat(run.resolve("curves.svg")).content().hasSizeLessThan(12_000).doesNotContain("NaN", "Infinity");
    }

    @Test
    void theSameRecordsGiveTheSameBytes() throws IOException {
        run("b", "lstm-rows seed=2", 9890);
        run("a", "lstm-rows seed=1", 9880);
        Path others = results.resolveSibling("others"); // the same, made in the other order
        run(others.resolve("records"), "a", "lstm-rows seed=1", 9880);
        run(others.resolve("records"), "b", "lstm-rows seed=2", 9890);
        Results.write(others);
        assertThat(page()).isEqualTo(Files.readString(others.resolve("README.md"))).isEqualTo(page());
    }

    @Test
    void checkingNamesTheFirstFileThatDiffers() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        assertThat(Results.firstStale(results)).isEqualTo(results.resolve("README.md"));
        assertThat(results.resolve("README.md")).doesNotExist();
        Results.write(results);
        assertThat(Results.firstStale(results)).isNull();
        Files.writeString(records.resolve("a/curves.svg"), "something else");
        assertThat(Results.firstStale(results)).isEqualTo(records.resolve("a/curves.svg"));
    }

    @Test
    void addingCopiesTheRecordWithoutTheWeights() throws IOException {
        Path run = run(root, "runs/a", "lstm-rows seed=1", 9880);
        Results.add(results, run, false);
        try (var files = Files.list(records.resolve("a"))) {
            assertThat(files.map(Path::getFileName)).extracting(Path::toString).containsExactlyInAnyOrder("recipe.yaml",
                    "provenance.json", "metrics.csv", "result.json", "confusion.csv");
        }
        Results.add(results, run, false); // the same again is fine
        assertThat(page()).contains("98.80 %");
    }

    @Test
    void anUnfinishedRunIsAddedWithItsCheckpointUntilItIsFinished() throws IOException {
        Path run = run(root, "runs/a", "lstm-rows seed=1", 9880);
        Files.writeString(run.resolve("last.safetensors"), "the state");
        Path result = Files.move(run.resolve("result.json"), root.resolve("result.json"));
        Results.add(results, run, false);
        assertThat(records.resolve("a/last.safetensors")).hasContent("the state");
        assertThat(records.resolve("a/best.safetensors")).hasContent("weights");
        assertThat(page()).contains("unfinished");
        Files.move(result, run.resolve("result.json"));
        Results.add(results, run, true);
        assertThat(records.resolve("a/last.safetensors")).doesNotExist();
        assertThat(records.resolve("a/best.safetensors")).doesNotExist();
    }

    @Test
    void addingReplacesOtherContentOnlyOnRequest() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        Path run = run(root, "runs/a", "lstm-rows seed=1", 9890);
        Files.delete(run.resolve("result.json"));
        assertThatThrownBy(() -> Results.add(results, run, false)).isInstanceOf(RunException.class)
                .hasMessageContaining(records.resolve("a") + " exists with other content");
        Results.add(results, run, true);
        assertThat(page()).contains("unfinished").doesNotContain("98.80 %");
    }

    @Test
    void aRunInsideTheResultsFolderIsNotAddedToKeepItsWeights() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        assertThatThrownBy(() -> Results.add(results, records.resolve("a"), true)).isInstanceOf(RunException.class)
                .hasMessage(records.resolve("a") + " is already in " + results);
        assertThat(records.resolve("a/best.safetensors")).exists();
    }

    @Test
    void aHalfReplacedRecordIsRejected() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        Path run = run(root, "runs/a", "lstm-rows seed=1", 9890);
        Path inTheWay = records.resolve("a/metrics.csv");
        Files.delete(inTheWay);
        Files.createDirectories(inTheWay.resolve("something"));
        assertThatThrownBy(() -> Results.add(results, run, true)).isInstanceOf(IOException.class);
        assertThat(records.resolve("a/result.json")).content().contains("0.989");
        Files.delete(inTheWay.resolve("something"));
        Files.delete(inTheWay);
        Files.copy(run.resolve("metrics.csv"), inTheWay);
        assertThatThrownBy(() -> Records.require(records.resolve("a"), "read"))
                .hasMessage(records.resolve("a") + " has no recipe.yaml: there is nothing to read");
    }

    @Test
    void allCommitsOfARunAreNamed() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        Path provenance = records.resolve("a/provenance.json");
        Files.writeString(provenance, Files.readString(provenance).replace("\"seed\"",
                "\"resumed\": [{\"commit\": \"a2f1303e5763\"}, {\"commit\": \"a2f1303e5763\"}], \"seed\""));
        assertThat(page()).contains("| 50bf0ae, a2f1303 |");
        Files.writeString(provenance, Files.readString(provenance).replace("{\"commit\": \"a2f1303e5763\"}", "7"));
        assertThatThrownBy(this::page).isInstanceOf(FormatException.class)
                .hasMessageContaining("provenance.json: resumed cannot be 7");
    }

    @Test
    void addingRejectsNonRunFolders() {
        assertThatThrownBy(() -> Results.add(results, root, false)).isInstanceOf(RunException.class)
                .hasMessage(root + " has no recipe.yaml: there is nothing to record");
    }

    @Test
    void aFolderWithoutARecordIsRejected() {
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(RunException.class)
                .hasMessageContaining(records + " contains no record of a run");
    }

    @Test
    void duplicateSeedsAreRejected() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        run("b", "lstm-rows seed=1", 9880);
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(RunException.class)
                .hasMessage("a and b are the same recipe with the same seed: keep one of these records");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    recipe.yaml     | seed: 1           | seed: [1]         | seed must have a single value
                    recipe.yaml     | data: mnist       | date: mnist       | lacks data
                    recipe.yaml     | 0.9886            | no                | keys below published are invalid
                    provenance.json | "commit"          | "other"           | lacks commit
                    provenance.json | 68362             | "many"            | parameters cannot be many
                    provenance.json | "train"           | "evaluate"        | the command trains nothing
                    provenance.json | }                 |                   | is not a JSON object
                    metrics.csv     | 2,1100            | 2,much            | has a broken row: "2,much
                    metrics.csv     | 2,1100            | 3,1100            | row 2 is not valid for epoch 2
                    metrics.csv     | 0.85              | Infinity          | row 1 is not valid for epoch 1
                    metrics.csv     | epoch,step        | step,epoch        | does not start with the names of its columns
                    result.json     | 0.988,            | 1.5,              | testAccuracy cannot be 1.5
                    result.json     | 0.988,            | 0.989,            | testAccuracy does not match testCorrect: 9880 of 10000
                    result.json     | "epochs": 2       | "epochs": 3       | has 3 epochs, but metrics.csv has 2
                    result.json     | "bestEpoch": 2    | "bestEpoch": 0    | bestEpoch cannot be 0
                    result.json     | 0123456789abcdef" | "                 | bestWeights is not a SHA-256 hash
                    confusion.csv   | 9880              | many              | has a broken row: "many,120"
                    confusion.csv   | 9880,120          | 9880              | is not a square table
                    confusion.csv   | 9880,120          | class,9880,120    | counts no examples
                    """)
    void damagedRecordsAreRejectedWithFileAndFault(String file, String old, String now, String fault)
            throws IOException {
        Path damaged = run("a", "lstm-rows seed=1", 9880).resolve(file);
        String text = Files.readString(damaged);
        assertThat(text).contains(old);
        Files.writeString(damaged, text.replace(old, now == null ? "" : now));
        assertThatThrownBy(() -> Results.write(results)).message().contains(damaged.toString(), fault)
                .hasLineCount(1);
    }

    @Test
    void nonTextRecordsAreRejectedWithTheirFile() throws IOException {
        Path damaged = run("a", "lstm-rows seed=1", 9880);
        Files.write(damaged.resolve("confusion.csv"), new byte[] {(byte) 0xff, 0});
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(FormatException.class)
                .hasMessage(damaged.resolve("confusion.csv") + ": is not UTF-8 text");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    provenance.json | "threads": 2          | "threads": 2.5             | threads cannot be 2.5
                    provenance.json | "threads": 2          | "threads": 99999999999999999999 | threads cannot be 99999999999999999999
                    provenance.json | "threads": 2          | "threads": 2, "threads": 2 | is not a JSON object
                    provenance.json | "lstm-rows", "seed=1" | 1                          | command cannot be [scanline, train, 1]
                    provenance.json | "train"               | "\\u001b\\u2028"           | trains nothing: "scanline \\u001b\\u2028
                    result.json     | "epochs": 2           | "epochs": ["java.net.URL"] | epochs cannot be [java.net.URL]
                    metrics.csv     | 2,1100,90.000         | 2,1100,90.000,7            | has a broken row: "2,1100,90.000,7
                    metrics.csv     | 2,1100                | \u202e                     | has a broken row: "\\u202e
                    """)
    void hostileRecordsAreRejectedInOneLine(String file, String old, String now, String fault) throws IOException {
        Path damaged = run("a", "lstm-rows seed=1", 9880).resolve(file);
        Files.writeString(damaged, Files.readString(damaged).replace(old, now));
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(FormatException.class).message()
                .contains(damaged.toString(), fault).doesNotContainPattern("\\p{Cntrl}|[\u2028\u202e]");
    }

    @Test
    @Timeout(20)
    void longCommandsAreFast() {
        String recipe = "x".repeat(1_000_000);
        assertThat(command("mnist", "a/" + recipe, "seed=1").recipe()).isEqualTo(recipe);
    }

    /** Jackson can make objects of classes that a text names; here it makes maps, lists, texts and numbers alone. */
    @Test
    void noClassIsLoadedFromJson() throws IOException {
        Path file = Files.writeString(root.resolve("a.json"),
                "{\"@class\": \"java.util.TreeMap\", \"a\": [\"java.net.URL\", \"http://127.0.0.1/\"], \"b\": {\"@type\": \"x\"}}");
        assertThat(Json.read(file)).isEqualTo(Map.of("@class", "java.util.TreeMap", "a",
                List.of("java.net.URL", "http://127.0.0.1/"), "b", Map.of("@type", "x")));
        assertThatThrownBy(() -> Json.read(Files.writeString(file, "{\"a\":" + "[".repeat(100_000))))
                .isInstanceOf(FormatException.class).hasMessage(file + ": is not a JSON object");
        assertThatThrownBy(() -> Json.read(Files.writeString(file, " ".repeat(1 << 21))))
                .isInstanceOf(FormatException.class).hasMessage(file + ": is longer than 1048576 bytes");
    }

    @Test
    void tablesInPagesAreFilledInAndThePagesListed() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        run("b", "lstm-rows seed=2", 9890);
        run("c", "rnn-rows seed=1", 9700, "model.cell: rnn_tanh");
        Path system = folder("systems").resolve("h.md");
        String table = "<!-- results rnn-rows lstm-rows -->\nsomething old\n<!-- end -->";
        Files.writeString(system, "# H: rows\nbefore\n" + table + "\nafter\n");
        Path speeds = Files.writeString(folder("measured").resolve("speeds.md"), "# How fast\n");
        assertThat(Results.firstStale(results)).isNotNull();
        Results.write(results);
        assertThat(Results.firstStale(results)).isNull();
        assertThat(system).content().isEqualTo(
                """
                        # H: rows
                        before
                        <!-- results rnn-rows lstm-rows -->
                        | recipe | data | published | test accuracy | least to most | test loss | epochs | seeds, each with its record |
                        |---|---|---|---|---|--:|--:|---|
                        | `rnn-rows` | MNIST | - | **97.00 %** | - | 0.0500 | 2 | [1](../records/c) |
                        | `lstm-rows` | MNIST | 98.86 % | **98.85 %** | 98.80 to 98.90 % | 0.0500 | 2 | [1](../records/a), [2](../records/b) |
                        <!-- end -->
                        after
                        """);
        assertThat(speeds).content().isEqualTo("# How fast\n");
        assertThat(results.resolve("README.md")).content().containsSubsequence("A page for each system",
                "- [H: rows](systems/h.md)", "## MNIST", "Other measurements:",
                "- [How fast](measured/speeds.md)");
    }

    @Test
    void runsByPixelsHaveATableWithTheirOrder() throws IOException {
        run("a", "lstm-pixels seed=1", 9800, "data.scan: pixels", "data.validation: 5000",
                "published: a figure of old");
        Path permuted = run("b", "lstm-pixels seed=1 data.scan=permuted", 9500, "data.scan: permuted",
                "data.scan.size: 1",
                "data.scan.order: lem_5544", "data.validation: 5000", "model.readout: mean").resolve("provenance.json");
        Files.writeString(permuted, Files.readString(permuted).replace("\"testImages\": \"aa\"",
                "\"testImages\": \"aa\", \"permutation\": \"44b845ec682ec4d0ffff\""));
        run("c", "lstm-rows seed=1", 9700, "data.scan: rows", "data.validation: 5000");
        run("d", "lstm-pixels seed=1 data.scan=permuted data.scan.size=4", 9300, "data.scan: permuted",
                "data.scan.size: 4", "data.validation: 5000");
        Path sequential = Files.writeString(results.resolve("sequential.md"),
                "# By pixels\n<!-- sequential mnist -->\n<!-- end -->\n");
        assertThat(page()).contains("- [By pixels](sequential.md)");
        assertThat(sequential).content().isEqualTo(
                """
                        # By pixels
                        <!-- sequential mnist -->
                        | recipe | order of the pixels | read-out | parameters | epochs | epoch chosen by | test accuracy | least to most | seeds | published | training time | command of the first seed |
                        |---|---|---|--:|--:|---|---|---|---|---|--:|---|
                        | `lstm-pixels` | row by row | last step | 68,362 | 2 | validation, 5000 images | **98.00 %** | - | [1](records/a) | - | 3 min 10 s | `./scanline train lstm-pixels seed=1` |
                        | `lstm-pixels` `data.scan=permuted` | lem_5544 (44b845ec682ec4d0) | mean of all steps | 68,362 | 2 | validation, 5000 images | **95.00 %** | - | [1](records/b) | - | 3 min 10 s | `./scanline train lstm-pixels seed=1 data.scan=permuted` |

                        - `lstm-pixels`. Published: 96.07 % test accuracy as printed, which divides by 10,240 instead of 10,000; the correct value is 98.38 %; test loss 0.05891.
                        <!-- end -->
                        """);
    }

    @Test
    void aTableOfPixelsWithoutARecordIsRejected() throws IOException {
        run("a", "lstm-rows seed=1", 9880, "data.scan: rows");
        Path page = Files.writeString(results.resolve("sequential.md"), "<!-- sequential mnist -->\n<!-- end -->\n");
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(FormatException.class)
                .hasMessage(page + ": asks for the runs by pixels of mnist, but no record of one exists");
    }

    @Test
    void overridesEqualToTheRecipeAreNotChanges() throws IOException {
        run("a", "lstm-rows seed=1 batch=100 clip=norm", 9880, "batch: 100", "clip: norm");
        assertThat(page()).contains("| `lstm-rows` `clip=norm` | 68,362 |",
                "`./scanline train lstm-rows seed=1 batch=100 clip=norm`");
    }

    @Test
    void aTableOfARecipeWithoutARecordIsRejected() throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        Path page = Files.writeString(folder("systems").resolve("p.md"), "<!-- results cnn -->\n<!-- end -->\n");
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(FormatException.class)
                .hasMessage(page + ": asks for results of cnn, but no record of it exists");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<!-- results lstm-rows -->\nmine\n<!-- results lstm-rows -->\n<!-- end -->\n",
            "<!-- results lstm-rows -->\n<!-- end -->\n<!-- results lstm-rows -->\nmine\n"})
    void aTableWithoutAnEndDoesNotOverwriteTheTextAfterIt(String text) throws IOException {
        run("a", "lstm-rows seed=1", 9880);
        Path page = Files.writeString(folder("systems").resolve("p.md"), text);
        assertThatThrownBy(() -> Results.write(results)).isInstanceOf(FormatException.class)
                .hasMessageContaining(page + ": has no <!-- end --> after");
        assertThat(page).content().isEqualTo(text);
    }

    @Test
    void theRepositorysResultsMatchTheCommand() throws IOException {
        assertThat(Results.firstStale(Repository.folder().resolve("results")))
                .as("this page is out of date: run ./scanline results").isNull();
    }
}
