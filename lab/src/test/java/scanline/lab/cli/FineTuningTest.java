package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.io.SafeTensors;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.record.RunRecordReader;
import scanline.lab.run.Parent;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

class FineTuningTest {
    @TempDir
    private Path folder;

    private Path set = Path.of("");
    private Path base = Path.of("");

    @BeforeEach
    void trainTheParent() throws IOException {
        set = SmallSets.write(folder.resolve("set"), 1, 3);
        base = train("base", set);
    }

    private Path train(String name, Path data, String... more) {
        Path run = folder.resolve(name);
        Answer trained = answer(Stream.of(List.of("train", "--run", run.toString()),
                Arrays.asList(SmallSets.recipe(data)), List.of(more)).flatMap(List::stream).toList());
        assertThat(trained.status()).as(trained.err()).isZero();
        return run;
    }

    private static String lastWeights(Path run) throws IOException {
        return Objects.requireNonNull(new Run(run).result()).lastWeights();
    }

    @Test
    void aRunThatStartsFromOtherWeightsNamesThem() throws IOException {
        Path child = train("child", set, "--from", base.toString());
        Parent parent = RunRecordReader.read(child).parent();
        assertThat(parent).isNotNull();
        assertThat(parent.path()).isEqualTo(base.toString());
        assertThat(parent.weights()).isEqualTo(Objects.requireNonNull(new Run(base).result()).bestWeights());
        assertThat(parent.seed()).isEqualTo(1);
        assertThat(parent.recipe()).isEqualTo(
                ((Map<?, ?>) Objects.requireNonNull(new Run(base).provenance().get("recipe"))).get("sha256"));
        assertThat(lastWeights(child)).isNotEqualTo(lastWeights(base));
    }

    @Test
    void theWeightsFileAndTheRunGiveTheSameOnAnyThreads() throws IOException {
        Path run = train("run", set, "--from", base.toString(), "--threads", "1");
        Path file = train("file", set, "--from", base.resolve(Run.BEST).toString(), "--threads", "2");
        assertThat(lastWeights(file)).isEqualTo(lastWeights(run));
    }

    @Test
    void aCrashBeforeTheFirstCheckpointLosesNoWeights() throws IOException {
        Path whole = train("whole", set, "--from", base.toString());
        Recipe recipe = Recipes.find("lstm-rows", Stream.of(SmallSets.recipe(set)).skip(1).toList());
        Path killed = folder.resolve("killed");
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Parent parent = Parent.load(base, experiment, false, _ -> {});
            Run.create(killed, recipe, Provenance.of(experiment, 1, List.of("scanline", "train", "lstm-rows"), parent),
                    Parent.beginning(experiment));
        }
        Files.move(base, folder.resolve("gone"));
        Answer resumed = answer("resume", killed.toString());
        assertThat(resumed.err()).contains("resumes at step 0");
        assertThat(lastWeights(killed)).isEqualTo(lastWeights(whole));
    }

    @Test
    void otherClassesNeedANewHeadWhichHasTheWeightsOfTheSeed() throws IOException {
        Path four = SmallSets.write(folder.resolve("four"), 2, 4);
        Recipe recipe = Recipes.find("lstm-rows", Stream.of(SmallSets.recipe(four)).skip(1).toList());
        try (Experiment experiment = new Experiment(recipe, 1); Experiment seeds = new Experiment(recipe, 1)) {
            Parent.load(base, experiment, true, _ -> {});
            SafeTensors of = SafeTensors.read(base.resolve(Run.BEST));
            for (int i = 0; i < experiment.weights().parameters().size(); i++) {
                var parameter = experiment.weights().parameters().get(i);
                assertThat(parameter.values()).as(parameter.name()).isEqualTo(parameter.name().startsWith("fc.")
                        ? seeds.weights().parameters().get(i).values()
                        : Objects.requireNonNull(of.tensors().get(parameter.name())).values());
            }
        }
        Path child = train("child", four, "--from", base.toString(), "--new-head");
        assertThat(Objects.requireNonNull(RunRecordReader.read(child).parent()).newHead()).isTrue();
    }

    @Test
    void aFineTunedRecordIsReproducedFromItsParent() throws IOException {
        String[] small = {"lstm-rows", "epochs=1", "data.limit=300", "data.validation=100", "model.hidden=8"};
        Path parent = folder.resolve("parent");
        Path child = folder.resolve("child");
        answer(Stream.concat(Stream.of("train", "--run", parent.toString()), Stream.of(small)).toList());
        answer(Stream.concat(Stream.of("train", "--run", child.toString(), "--from", parent.toString()),
                Stream.of(small)).toList());
        String results = folder.resolve("results").toString();
        Answer added = answer("results", results, "--add", child.toString());
        assertThat(added.status()).as(added.err()).isZero();
        assertThat(folder.resolve("results/README.md")).content().contains("--from parent");
        List<String> reproduce = List.of("reproduce", "--results", results, "--to", folder.resolve("again").toString());
        Answer agrees = answer(reproduce);
        assertThat(agrees.err()).contains("1/1 child: ./scanline train lstm-rows epochs=1", "--from parent");
        assertThat(agrees.out()).contains("1 of 1 agree");

        List<String> anew = List.of("reproduce", "--results", results, "--to", folder.resolve("anew").toString());
        Files.copy(child.resolve(Run.BEST), parent.resolve(Run.BEST), StandardCopyOption.REPLACE_EXISTING);
        assertThat(answer(anew).out()).contains("child NOT TRAINED: child started with weights of " + parent
                + ", but those of " + parent + " differ: their SHA-256 was ");
        Files.move(parent, folder.resolve("gone"));
        assertThat(answer(anew).out()).contains("child NOT TRAINED: child started with the weights of " + parent
                + ", but neither " + parent);
    }

    @Test
    void aRecordDoesNotRevealDataPaths() throws IOException {
        Path results = folder.resolve("results");
        assertThat(answer("results", results.toString(), "--add", base.toString()).status()).isZero();
        assertThat(results.resolve("records/base/recipe.yaml")).content().contains("data.dir: \"\"")
                .doesNotContain(folder.toString());
        assertThat(answer("results", results.toString(), "--add", base.toString()).status()).isZero();
        assertThat(RunRecordReader.read(results.resolve("records/base")).decisions())
                .isEqualTo(RunRecordReader.read(base).decisions());
    }
}
