package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.lab.docs.Repository;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.FirstSteps;
import scanline.lab.record.Reproduction;
import scanline.lab.report.Results;
import scanline.lab.run.Progress;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;

class ReproduceCommandTest {
    private static final List<String> SMALL = List.of("epochs=2", "data.limit=200", "data.validation=100",
            "model.hidden=8", "batch=20");

    @TempDir
    private static Path once;

    @TempDir
    private Path root;

    private Path results = Path.of("");
    private Path records = Path.of("");
    private Path runs = Path.of("");

    @BeforeAll
    static void trainOnce() throws IOException {
        Path words = Files.writeString(once.resolve("words"), "lstm-rows " + String.join(" ", SMALL));
        Answer trained = answer("train", "@" + words, "--run", once.resolve("small").toString());
        assertThat(trained.status()).as(trained.err()).isZero();
    }

    @BeforeEach
    void recordIt() throws IOException {
        results = root.resolve("results");
        records = results.resolve("records");
        runs = root.resolve("runs");
        Results.add(results, once.resolve("small"), false);
    }

    private Answer reproduce(String... more) {
        return answer(Stream.concat(Stream.of("reproduce", "--results", results.toString(), "--to", runs.toString()),
                Stream.of(more)).toArray(String[]::new));
    }

    private void change(String file, String old, String now) throws IOException {
        Path path = records.resolve("small").resolve(file);
        String before = Files.readString(path);
        assertThat(before).containsPattern(old);
        Files.writeString(path, before.replaceFirst(old, now));
    }

    /** Makes a run one of an older version, which did not record its recipe apart. */
    private static void forgetRecipe(Path run) throws IOException {
        Path file = run.resolve("provenance.json");
        String before = Files.readString(file);
        String after = before.replaceFirst("(?s)\"recipe\" : \\{.*?\\}\\s*\\},\\s*", "");
        assertThat(after).isNotEqualTo(before);
        Files.writeString(file, after);
    }

    @Test
    void aRecordIsRetrainedOnceAndAgrees() throws IOException {
        Answer first = reproduce("lstm-rows", "--threads", "1");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("small agrees: test accuracy ", "1 of 1 agree");
        assertThat(first.err()).contains("1/1 small: ./scanline train lstm-rows epochs=2 data.limit=200",
                "epoch   train loss");
        assertThat(runs.resolve("small/best.safetensors"))
                .hasSameBinaryContentAs(once.resolve("small/best.safetensors"));
        Answer again = reproduce("small");
        assertThat(again.out()).contains("(trained before, at commit ", "1 of 1 agree");
        assertThat(again.err()).doesNotContain("epoch   train loss");
        // What it trained is a run like any other, with the command to train it.
        Results.add(root.resolve("other"), runs.resolve("small"), false);
        assertThat(root.resolve("other/records/small/result.json")).exists();
    }

    @Test
    void aStoppedReproductionResumesAndAgrees() throws IOException {
        Reproduction one = Reproduction.of(records, List.of()).getFirst();
        try (Experiment experiment = new Experiment(one.recipe(), 2)) {
            Run run = Run.create(runs.resolve("small"), one.recipe(),
                    Provenance.of(experiment, 2, List.of("scanline", "train", "lstm-rows"), null));
            AtomicInteger steps = new AtomicInteger();
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, 60);
            trainer.train(() -> steps.getAndIncrement() == 13);
            assertThat(trainer.isDone()).isFalse();
        }
        Answer answer = reproduce();
        assertThat(answer.err()).contains("resumes at step 13");
        assertThat(answer.out()).contains("1 of 1 agree");
        assertThat(answer.status()).isZero();
    }

    @Test
    void theFirstDifferenceIsReported() throws IOException {
        change("result.json", "(?<=\"bestWeights\" : \")[0-9a-f]{4}", "ffff");
        Answer weights = reproduce();
        assertThat(weights.status()).isEqualTo(1);
        assertThat(weights.out()).contains("small DIFFERS: the hash of the weights is ffff", "0 of 1 agree");
        change("metrics.csv", "(?m)^2,(\\d+),([^,]*),([^,]*),([^,]*),[^,]*", "2,$1,$2,$3,$4,0.25");
        assertThat(reproduce().out())
                .contains("small DIFFERS: the training loss of epoch 2 is 0.25 in the record, but is now ");
        change("provenance.json", "(?<=\"trainLabels\" : \")[0-9a-f]{4}", "ffff");
        assertThat(reproduce("--json").out()).startsWith("{")
                .contains("\"agrees\" : false", "DIFFERS: the data is different: trainLabels");
    }

    @Test
    void aChangedRecipeIsNotTrained() throws IOException {
        change("recipe.yaml", "optimizer.beta1: 0.9", "optimizer.beta1: 0.8");
        assertThat(reproduce().err()).contains(
                "small/recipe.yaml has changed since the run began: optimizer.beta1 was 0.9 and is 0.8");
        forgetRecipe(records.resolve("small"));
        Answer answer = reproduce();
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.out())
                .contains("small NOT TRAINED: small was made with another version of the recipe lstm-rows: "
                        + "optimizer.beta1 was 0.8 and is 0.9");
        assertThat(runs.resolve("small")).doesNotExist();
        change("recipe.yaml", "optimizer.beta1: 0.8", "optimizer.beta1: 0.9");
        change("provenance.json", "\"seed\" : 1", "\"seed\" : 2");
        assertThat(reproduce().out()).contains(
                "small NOT TRAINED: small was made with seed 2, but the recipe lstm-rows now has seed 1");
    }

    @Test
    void otherFoldersAreNotComparedWithTheRecord() throws IOException {
        assertThat(answer("reproduce", "--results", results.toString(), "--to", records.toString()).err())
                .contains("which would be compared with themselves");
        Results.add(root, once.resolve("small"), false);
        Files.move(root.resolve("records"), runs);
        assertThat(reproduce().out()).contains("NOT TRAINED: " + runs.resolve("small") + " has no weights");
        Path recipe = runs.resolve("small/recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replace("seed: 1", "seed: 2"));
        assertThat(reproduce().out()).contains("NOT TRAINED: " + recipe + " has changed since the run began");
        forgetRecipe(runs.resolve("small"));
        assertThat(reproduce().out())
                .contains("NOT TRAINED: " + runs.resolve("small") + " is a run of a recipe other than small");
        Files.writeString(recipe, Files.readString(recipe).replace("seed: 2", "seed: 1"));
        Files.copy(once.resolve("small/best.safetensors"), runs.resolve("small/best.safetensors"));
        Files.writeString(runs.resolve("small/metrics.csv"), "nothing");
        assertThat(reproduce().out()).contains("NOT TRAINED: " + runs.resolve("small/metrics.csv"), "0 of 1 agree");
    }

    @Test
    void theRecordedRunIsNotComparedWithItself() {
        Answer answer = answer("reproduce", "--results", results.toString(), "--to", once.toString());
        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.out())
                .contains("NOT TRAINED: " + once.resolve("small") + " is the run that was recorded");
    }

    @Test
    void aRunWhoseRecipeDescriptionChangedStaysValid() throws IOException {
        assertThat(reproduce().status()).isZero();
        Path recipe = runs.resolve("small/recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("about: .*", "about: Something else"));
        assertThat(reproduce().out()).contains("(trained before", "1 of 1 agree");
        Files.delete(runs.resolve("small/provenance.json"));
        assertThat(reproduce().out()).contains("NOT TRAINED: cannot read " + runs.resolve("small/provenance.json"),
                "0 of 1 agree");
    }

    @Test
    void concurrentReproductionsAreRejected() throws IOException {
        Files.createDirectories(runs);
        try (var channel = FileChannel.open(runs.resolve("reproduce.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); var lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(reproduce().err()).contains("another `scanline reproduce` is running in " + runs);
        }
    }

    @Test
    void wrongNamesAndOptionsAreReportedInOneLine() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        assertThat(answer("reproduce", "--results", results.toString(), "--to", file.toString()).err())
                .isEqualToIgnoringNewLines(
                        "scanline: cannot create the folder " + file
                                + ": a file or folder of that name already exists");
        assertThat(reproduce("lstm-row").status()).isEqualTo(2);
        assertThat(reproduce("lstm-row").err()).isEqualToIgnoringNewLines("scanline: no finished record in " + records
                + " has the name or the recipe lstm-row; did you mean lstm-rows?");
        assertThat(reproduce("--quick", "lstm-row").err())
                .isEqualToIgnoringNewLines(
                        "scanline: no such built-in recipe: lstm-row; did you mean lstm-rows?");
        assertThat(reproduce("--record").status()).isEqualTo(2);
        assertThat(reproduce("--quick", "--background").status()).isEqualTo(2);
        assertThat(reproduce("--quick", "rnn-rows").err())
                .isEqualToIgnoringNewLines(
                        "scanline: cannot read " + records.resolve(FirstSteps.FILE) + ": no such file or folder");
    }

    @Test
    void theFirstStepsOfARecipeAreRecordedAndCompared() throws IOException {
        Answer recorded = reproduce("--quick", "--record", "rnn-rows");
        assertThat(recorded.out().strip())
                .isEqualTo(records.resolve(FirstSteps.FILE) + ": first steps of 1 recipe");
        assertThat(reproduce("--quick", "rnn-rows", "--threads", "3").out())
                .matches("rnn-rows agrees: 3 steps, weights [0-9a-f]{16}\n1 of 1 agree\n");
        Path file = records.resolve(FirstSteps.FILE);
        Files.writeString(file, Files.readString(file).replaceFirst(",[0-9a-f]{64}", "," + "0".repeat(64)));
        Answer other = reproduce("--quick", "rnn-rows");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.out()).contains("rnn-rows DIFFERS: after 3 steps the loss is ", "the weights are 0000");
        assertThat(reproduce("--quick", "rnn-rows-relu").out()).contains("DIFFERS: it is not recorded");
        Files.writeString(file, Files.readString(file) + "rnn-rows,2," + "0".repeat(64) + "\n");
        assertThat(reproduce("--quick", "rnn-rows").err()).contains("has two rows for rnn-rows");
        Files.writeString(file, "recipe,loss,weights\nrnn-rows,2\n");
        assertThat(reproduce("--quick", "rnn-rows").err()).contains("has a broken row: \"rnn-rows,2\"");
    }

    @Test
    void inTheBackgroundItOutlivesItsCommand() throws Exception {
        Answer answer = reproduce("--background");
        assertThat(answer.status()).as(answer.err()).isZero();
        long number = Long.parseLong(answer.out().replaceFirst("(?s)process (\\d+) .*", "$1"));
        ProcessHandle process = ProcessHandle.of(number).orElseThrow();
        try {
            new ProcessBuilder("kill", "-HUP", Long.toString(number)).start().waitFor(); // as a terminal that is closed
            process.onExit().get(2, TimeUnit.MINUTES);
        } finally {
            process.destroyForcibly();
        }
        assertThat(runs.resolve("log.txt")).content().contains("small agrees", "1 of 1 agree");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theFirstStepsOfEveryRecipeMatchTheRepository(int threads) {
        Path repository = Repository.folder().resolve("results");
        Answer answer = answer("reproduce", "--quick", "--results", repository.toString(), "--threads",
                Integer.toString(threads));
        assertThat(answer.status()).as(answer.out() + answer.err()).isZero();
        assertThat(answer.out()).contains(Recipes.names().size() + " of " + Recipes.names().size() + " agree");
    }

    @Test
    void everyRecordOfTheRepositoryHasACurrentRecipe() throws IOException {
        Path repository = Repository.folder().resolve("results/records");
        for (Reproduction one : Reproduction.of(repository, List.of())) {
            assertThat(one.recipe().seed()).as(one.record().name()).isEqualTo(one.record().seed());
        }
    }
}
