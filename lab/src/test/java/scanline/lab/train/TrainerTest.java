package scanline.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.io.FormatException;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Parameter;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Learner;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Parent;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.samples.FirstImages;

class TrainerTest {
    private static final double NEVER = 1e9;
    private static final int TRAIN = 2200;
    private static final int TEST = 200;

    @TempDir
    private static Path images;

    private static List<String> data = List.of();

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeImages() throws IOException {
        data = FirstImages.write(images, TRAIN, TEST);
    }

    private static Recipe recipe(String name, List<String> keys, String... more) {
        return Recipes.find(name, Stream.of(data, keys, List.of(more)).flatMap(List::stream).toList());
    }

    /** 300 examples to train on in batches of 32: nine whole ones and a partial one an epoch. */
    private static Recipe small(String... more) {
        return recipe("lstm-rows", List.of("data.limit=300", "data.validation=100", "batch=32", "epochs=2",
                "model.hidden=12", "model.dropout=0.2", "clip=norm", "schedule=cosine", "loss.labelSmoothing=0.1"),
                more);
    }

    private static String lastWeights(Recipe recipe, Run run, int threads, boolean resumed, BooleanSupplier stop)
            throws IOException {
        try (Experiment experiment = new Experiment(recipe, threads)) {
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, NEVER);
            if (resumed) {
                trainer.restore();
            }
            trainer.train(stop);
            return trainer.isDone() ? trainer.conclude(Evaluation.Listener.NONE).lastWeights() : "";
        }
    }

    private Path file(Recipe recipe) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), recipe.text());
    }

    private Run create(String name, Recipe recipe) throws IOException {
        return Run.create(folder.resolve(name), recipe, Map.of());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 10, 11, 17})
    void aRunStoppedAnywhereAndResumedEndsWithTheSameBits(int steps) throws IOException {
        Recipe recipe = small();
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 1, false, () -> false);
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(steps);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
        assertThat(run.epochs()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"recurrence, batch, half, warmup", "s5, batch, half, onecycle", "lru, batch, full, warmup",
            "s4d, layer, joint, onecycle", "mingru, batch, half, constant", "minlstm, layer, full, cosine"})
    void aStoppedRunOfASequenceModelEndsWithTheSameBits(String layer, String norm, String gate, String schedule)
            throws IOException {
        Recipe recipe = recipe("lstm-rows", List.of("data.limit=96", "data.validation=20", "batch=32", "epochs=2",
                "model=sequence", "model.layer=" + layer, "model.channels=6", "model.layers=2", "model.norm=" + norm,
                "model.gate=" + gate,
                "schedule=" + schedule, "data.scan=permuted", "data.scan.order=bit_reversal", "data.scan.size=28"));
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 1, false, () -> false);
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(4);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    @ParameterizedTest
    @CsvSource({"rnn_tanh, false", "rnn_relu, true", "gru, false", "gru, true", "lstm, true",
            "lem, true", "ur_lstm, false"})
    void aStoppedRunOfEveryKindEndsWithTheSameBits(String cell, String option) throws IOException {
        Recipe recipe = small("epochs=1", "model.cell=" + cell, "model.bidirectional=" + option,
                "model.learnInitialState=" + option, "model.relu=" + option, "head.softmax=" + option,
                "data.scan=pixels", "data.limit=64", "model.hidden=6", "model.init.recurrent=orthogonal");
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 1, false, () -> false);
        Recipe recomputing = Recipes.read(file(recipe), List.of("model.recompute=true"));
        Run run = create("stopped", recomputing);
        AtomicInteger left = new AtomicInteger(1);
        assertThat(lastWeights(recomputing, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void aStoppedCnnEndsWithTheSameBits(int steps) throws IOException {
        Recipe recipe = recipe("cnn", List.of("data.limit=100", "data.validation=64", "data.shrink=2", "batch=32",
                "epochs=2", "model.channels=5", "model.hidden=12"));
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 1, false, () -> false);
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(steps);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    @ParameterizedTest
    @CsvSource({"vit, model.mlp=12, model.headWidth=5", "digit-classifier, model.feedForward=12, model.pooling=first",
            "row-transformer, model.feedForward=12, model.pooling=mean"})
    void aStoppedRunOfATransformerEndsWithTheSameBits(String name, String first, String second) throws IOException {
        Recipe recipe = recipe(name, List.of("data.limit=64", "data.validation=100", "batch=32", "epochs=2",
                "model.width=8", "model.depth=1", "model.heads=2", "model.dropout=0.1", first, second));
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 1, false, () -> false);
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(3);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    /** 12 examples to train on in batches of 5: two whole ones and a partial one an epoch. */
    @ParameterizedTest
    @ValueSource(strings = {
            "digit-sequence-blanks data.shrink=4 data.scan.size=7 model.width=8 model.heads=2 model.feedForward=12"
                    + " model.encoderDepth=1 model.decoderDepth=2 model.positions=5 model.beamWidth=2",
            "cnn-rnn data.canvas.size=16 data.canvas.minSize=5 data.canvas.maxSize=8 model.cnn.channels=3"
                    + " model.cnn.hidden=6 model.embedding=6 model.hidden=5 model.cnn.dropout=0.1",
            "cnn-rnn data.canvas.size=16 data.canvas.minSize=5 data.canvas.maxSize=8 model.cnn.channels=3"
                    + " model.cnn.hidden=6 model.embedding=6 model.hidden=5 data.canvas.order=random",
            "cnn-sigmoid data.canvas.size=16 data.canvas.minSize=5 data.canvas.maxSize=8 model.channels=3"
                    + " model.hidden=6 data.shuffle=true"})
    void aStoppedRunOnDrawnPicturesEndsWithTheSameBits(String nameAndKeys) throws IOException {
        List<String> keys = new ArrayList<>(List.of(nameAndKeys.split(" ")));
        String name = keys.removeFirst();
        keys.addAll(List.of("data.limit=200", "data.validation=100", "data.canvas.train=12",
                "data.canvas.validation=10", "data.canvas.test=10", "batch=5", "epochs=3"));
        Recipe recipe = recipe(name, keys);
        Run whole = create("whole", recipe);
        String uninterrupted = lastWeights(recipe, whole, 1, false, () -> false);
        for (int steps : new int[] {2, 6}) {
            Run run = create("stopped" + steps, recipe);
            AtomicInteger left = new AtomicInteger(steps);
            assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
            assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
            assertThat(run.epochs()).extracting(Run.Epoch::trainLoss, Run.Epoch::trainAccuracy,
                    Run.Epoch::validationLoss, Run.Epoch::validationAccuracy)
                    .isEqualTo(whole.epochs().stream().map(row -> tuple(row.trainLoss(), row.trainAccuracy(),
                            row.validationLoss(), row.validationAccuracy())).toList());
        }
    }

    @Test
    void theBestWeightsOfACnnHaveItsRunningStatistics() throws IOException {
        Recipe recipe = recipe("cnn", List.of("data.limit=100", "data.validation=64", "data.shrink=4", "batch=32",
                "epochs=1", "model.channels=3", "model.hidden=12"));
        Run run = create("run", recipe);
        lastWeights(recipe, run, 1, false, () -> false);
        try (Experiment experiment = new Experiment(recipe, 1)) {
            String first = WeightsFile.hash(experiment.weights());
            WeightsFile.load(run.best(), experiment.weights());
            assertThat(WeightsFile.hash(experiment.weights())).isNotEqualTo(first);
            assertThat(experiment.weights().statistics()).hasSize(4)
                    .allSatisfy(statistic -> assertThat(statistic.values()).doesNotContain(0f, 1f));
            experiment.weights().statistics().getFirst().value().write(0, new float[] {7}, 0, 1);
            assertThat(WeightsFile.hash(experiment.weights())).isNotEqualTo(first);
        }
    }

    @Test
    void anImageTooSmallForTheModelIsRejectedInOneLine() {
        Recipe recipe = recipe("cnn", List.of("data.shrink=14"));
        assertThatThrownBy(() -> new Experiment(recipe, 1)).isInstanceOf(RunException.class)
                .hasMessageStartingWith(
                        "the CNN halves an image twice, so it needs at least 4 x 4 pixels, not 2 x 2");
    }

    @Test
    void theHeadsSoftmaxIsAppliedBeforeTheLoss() throws IOException {
        try (Experiment experiment = new Experiment(small("head.softmax=true"), 1)) {
            Evaluation.of(experiment, experiment.examples(Split.TEST).first(2), (_, _, answer) -> {
                float sum = 0;
                for (float output : answer.logits()) {
                    sum += output;
                }
                assertThat(sum).isCloseTo(1f, within(1e-6f));
            });
        }
    }

    @Test
    void aRunKilledBeforeItsFirstEpochEndsWithTheSameBits() throws IOException {
        Recipe recipe = small();
        String uninterrupted = lastWeights(recipe, create("whole", recipe), 2, false, () -> false);
        Run run = create("killed", recipe);
        AtomicInteger left = new AtomicInteger(5);
        assertThatThrownBy(() -> lastWeights(recipe, run, 2, false, () -> {
            if (left.getAndDecrement() == 0) {
                throw new IllegalStateException("killed");
            }
            return false;
        })).hasMessage("killed");
        assertThat(lastWeights(recipe, run, 2, true, () -> false)).isEqualTo(uninterrupted);
    }

    @Test
    void anotherSeedGivesOtherWeights() throws IOException {
        assertThat(lastWeights(small("seed=2"), create("two", small("seed=2")), 1, false, () -> false))
                .isNotEqualTo(lastWeights(small(), create("one", small()), 1, false, () -> false));
    }

    @Test
    void frozenParametersKeepTheirValuesAndGroupsResumeWithTheSameBits() throws IOException {
        Recipe recipe = small("groups=lstm.*_l0: frozen; fc.bias: rate 0.5, no decay", "optimizer=adamw");
        Run whole = create("whole", recipe);
        String uninterrupted = lastWeights(recipe, whole, 1, false, () -> false);
        assertThat(uninterrupted).isNotEqualTo(lastWeights(small("groups=lstm.*_l0: frozen", "optimizer=adamw"),
                create("others", recipe), 1, false, () -> false));
        Map<String, SafeTensors.Entry> last = SafeTensors.read(whole.last()).tensors();
        assertThat(last.keySet()).contains("optimizer.mean.lstm.weight_ih_l1")
                .doesNotContain("optimizer.mean.lstm.weight_ih_l0");
        try (Experiment before = new Experiment(recipe, 1)) {
            for (Parameter parameter : before.weights().parameters()) {
                float[] now = last.get("model." + parameter.name()).values();
                if (parameter.name().endsWith("_l0")) {
                    assertThat(now).as(parameter.name()).isEqualTo(parameter.values());
                } else {
                    assertThat(now).as(parameter.name()).isNotEqualTo(parameter.values());
                }
            }
        }
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(4);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 14})
    void aRunWithAMovingAverageResumesWithTheSameBitsAndIsEvaluatedWithIt(int steps) throws IOException {
        Recipe recipe = small("average.decay=0.75");
        Run whole = create("whole", recipe);
        String uninterrupted = lastWeights(recipe, whole, 1, false, () -> false);
        assertThat(uninterrupted).isEqualTo(lastWeights(small(), create("none", small()), 1, false, () -> false));
        Map<String, SafeTensors.Entry> last = SafeTensors.read(whole.last()).tensors();
        Map<String, SafeTensors.Entry> best = SafeTensors.read(whole.best()).tensors();
        assertThat(whole.epochs().getLast().validationLoss()).isLessThan(whole.epochs().getFirst().validationLoss());
        assertThat(best).isNotEmpty().allSatisfy((name, entry) -> assertThat(entry.values())
                .isEqualTo(last.get("ema." + name).values()).isNotEqualTo(last.get("model." + name).values()));
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(steps);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
        assertThat(run.best()).hasSameBinaryContentAs(whole.best());
        assertThat(run.epochs()).extracting(Run.Epoch::validationLoss).isEqualTo(
                whole.epochs().stream().map(Run.Epoch::validationLoss).toList());
    }

    @Test
    void aRunFromAParentStartsWithAnAverageEqualToItsWeights() throws IOException {
        Recipe recipe = small("average.decay=0.75", "epochs=1");
        Run parent = create("parent", recipe);
        lastWeights(recipe, parent, 1, false, () -> false);
        try (Experiment experiment = new Experiment(small("average.decay=0.9", "seed=2"), 1)) {
            Parent.load(parent.best(), experiment, false, _ -> {});
            Run child = Run.create(folder.resolve("child"), experiment.recipe(), Map.of(),
                    Parent.beginning(experiment));
            Map<String, SafeTensors.Entry> tensors = SafeTensors.read(child.last()).tensors();
            assertThat(SafeTensors.read(parent.best()).tensors()).allSatisfy((name, entry) -> {
                assertThat(tensors.get("ema." + name).values()).isEqualTo(entry.values());
                assertThat(tensors.get("model." + name).values()).isEqualTo(entry.values());
            });
        }
    }

    /** 300 examples in steps of 96: three whole ones and one of 12 an epoch. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 7})
    void aRunThatAccumulatesGradientsResumesWithTheSameBits(int steps) throws IOException {
        Recipe recipe = small("accumulate=3");
        Run whole = create("whole", recipe);
        String uninterrupted = lastWeights(recipe, whole, 1, false, () -> false);
        assertThat(whole.epochs()).extracting(Run.Epoch::step).containsExactly(4L, 8L);
        Run run = create("stopped", recipe);
        AtomicInteger left = new AtomicInteger(steps);
        assertThat(lastWeights(recipe, run, 2, false, () -> left.getAndDecrement() == 0)).isEmpty();
        assertThat(lastWeights(run.recipe(), run, 3, true, () -> false)).isEqualTo(uninterrupted);
    }

    /** The mean gradient of batches is that of one batch with their examples, also where the last one has fewer. */
    @Test
    void accumulatedGradientsAreThoseOfALargeBatch() {
        try (Experiment parts = new Experiment(small("accumulate=3", "model.dropout=0"), 1);
                Experiment one = new Experiment(small("batch=96", "model.dropout=0"), 1)) {
            for (int first : new int[] {0, 192, 288}) {
                Learner.Step ofParts = new Learner(parts).learn(parts.splits().epoch(0), first);
                Learner.Step ofOne = new Learner(one).learn(one.splits().epoch(0), first);
                assertThat(ofParts.loss()).isCloseTo(ofOne.loss(), within(1e-5));
                assertThat(ofParts.correct()).isEqualTo(ofOne.correct());
                assertThat(ofParts.examples()).isEqualTo(ofOne.examples()).isEqualTo(first == 288 ? 12 : 96);
                for (int i = 0; i < parts.weights().parameters().size(); i++) {
                    assertThat(parts.weights().parameters().get(i).gradients())
                            .containsExactly(one.weights().parameters().get(i).gradients(), within(1e-4f));
                }
            }
            assertThat(parts.weights().parameters().getLast().gradients()).isNotEqualTo(new float[10]);
        }
    }

    @Test
    void aGroupThatTheModelDoesNotHaveIsRejectedBeforeTraining() {
        assertThatThrownBy(() -> new Experiment(small("groups=ltsm.*: frozen"), 1)).isInstanceOf(RunException.class)
                .hasMessage("groups: no parameter matches \"ltsm.*\"; the nearest is lstm.weight_ih_l0");
    }

    @Test
    void trainingLearns() throws IOException {
        Recipe recipe = recipe("lstm-rows", List.of("data.limit=2000", "data.validation=200", "epochs=3",
                "model.hidden=32", "batch=20", "optimizer.rate=0.005"));
        Run run = create("learns", recipe);
        lastWeights(recipe, run, 2, false, () -> false);
        assertThat(run.epochs().getLast().validationAccuracy()).isGreaterThan(0.7);
        assertThat(Files.readString(run.folder().resolve("metrics.csv"))).startsWith("epoch,step,seconds,");
        assertThat(run.folder().resolve("confusion.csv")).isNotEmptyFile();
        assertThat(run.folder().resolve("result.json")).content().contains("testAccuracy");
    }

    @Test
    void aDivergingRunNamesTheStepAndKeepsTheLastGoodCheckpoint() throws IOException {
        Recipe recipe = small("optimizer=sgd", "optimizer.rate=1e38", "clip=none");
        Run run = create("diverges", recipe);
        assertThatThrownBy(() -> lastWeights(recipe, run, 1, false, () -> false)).isInstanceOf(RunException.class)
                .hasMessageMatching("training diverged: .* at step \\d+ \\(epoch 1\\); .*last good checkpoint.*");
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, NEVER);
            trainer.restore();
            assertThat(trainer.step()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (?s)^.*$         | ''              | does not start with the names of its columns
            (?m)^epoch       | age             | does not start with the names of its columns
            (?m)^1,.*\\n      | ''              | row 1 is not valid for epoch 1
            (?m)^2,.*\\n      | ''              | has 1 epochs, but last.safetensors has seen 2
            """)
    void aRunDoesNotResumeWithoutTheRowsOfItsEpochs(String old, String now, String fault) throws IOException {
        Recipe recipe = small();
        Run run = create("run", recipe);
        lastWeights(recipe, run, 1, false, () -> false);
        Path metrics = run.folder().resolve("metrics.csv");
        Files.writeString(metrics, Files.readString(metrics).replaceFirst(old, now));
        assertThatThrownBy(() -> lastWeights(recipe, run, 1, true, () -> false)).isInstanceOf(FormatException.class)
                .hasMessage(metrics + ": " + fault);
    }

    @Test
    void aRunWithoutItsCheckpointIsNotRestarted() throws IOException {
        Recipe recipe = small();
        Run run = create("run", recipe);
        lastWeights(recipe, run, 1, false, () -> false);
        Files.delete(run.last());
        List<Run.Epoch> epochs = run.epochs();
        String fault = run.folder() + " has no last.safetensors to resume from: ";
        assertThatThrownBy(() -> lastWeights(recipe, run, 1, true, () -> false)).isInstanceOf(RunException.class)
                .hasMessage(fault + "it is the record of a finished run");
        Files.delete(run.folder().resolve("result.json"));
        assertThatThrownBy(() -> lastWeights(recipe, run, 1, true, () -> false)).isInstanceOf(RunException.class)
                .hasMessage(fault + "its checkpoint is gone");
        assertThat(run.epochs()).isEqualTo(epochs);
    }

    @Test
    void aCheckpointOfAnotherModelIsRejected() throws IOException {
        Recipe recipe = small();
        Run run = create("run", recipe);
        AtomicInteger left = new AtomicInteger(1);
        lastWeights(recipe, run, 1, false, () -> left.getAndDecrement() == 0);
        try (Experiment other = new Experiment(small("model.hidden=13"), 1)) {
            Trainer trainer = new Trainer(other, run, Progress.NONE, NEVER);
            assertThatThrownBy(trainer::restore).isInstanceOf(FormatException.class).hasMessageContaining("has shape");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    epoch=2147483647 | is at step 1, example 32 of epoch 2147483648, which training by this recipe never reaches
                    example=31 | is at step 1, example 31 of epoch 1, which
                    example=10000 | is at step 1, example 10000 of epoch 1, which
                    step=2 | is at step 2, example 32 of epoch 1, which
                    right=33 | is at step 1, example 32 of epoch 1, which
                    bestEpoch=1 | is at step 1, example 32 of epoch 1, which
                    step=-1 | has an invalid position: step cannot be "-1"
                    epoch=4294967297 | has an invalid position: epoch cannot be "4294967297"
                    seconds=NaN | has an invalid position: seconds or lossSum is out of range
                    lossSum=0x1p9999 | has an invalid position: seconds or lossSum is out of range
                    bestLoss=a\u202e | has an invalid position: bestLoss cannot be "a\\u202e"
                    example=300 step=10 | is at step 10, example 300 of epoch 1, which
                    epoch=1 step=11 | is at step 11, example 32 of epoch 2, which
                    epoch=2 step=21 bestEpoch=1 | is at step 21, example 32 of epoch 3, which
                    """)
    void impossibleCheckpointStatesAreRejected(String changes, String fault) throws IOException {
        Recipe recipe = small();
        Run run = create("run", recipe);
        AtomicInteger left = new AtomicInteger(1);
        lastWeights(recipe, run, 1, false, () -> left.getAndDecrement() == 0);
        SafeTensors whole = SafeTensors.read(run.last());
        Map<String, String> position = new HashMap<>(whole.metadata());
        for (String change : changes.split(" ")) {
            position.put(change.split("=")[0], change.split("=")[1]);
        }
        SafeTensors.write(run.last(), new SafeTensors(List.copyOf(whole.tensors().values()), position));
        try (Experiment experiment = new Experiment(recipe, 1)) {
            String before = WeightsFile.hash(experiment.weights());
            Trainer trainer = new Trainer(experiment, run, Progress.NONE, NEVER);
            assertThatThrownBy(trainer::restore).isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(run.last() + ": " + fault);
            assertThat(WeightsFile.hash(experiment.weights())).isEqualTo(before);
        }
    }

    @Test
    void theLearningRateOfAnEpochIsThatOfItsLastStep() throws IOException {
        Recipe recipe = small("schedule.byEpoch=true", "data.limit=64");
        Run run = create("run", recipe);
        lastWeights(recipe, run, 2, false, () -> false);
        assertThat(run.epochs(2)).extracting(Run.Epoch::rate).containsExactly(0.001, 0.0005);
    }

    @Test
    void aValidationSetThatLeavesNoTrainingExamplesIsRejected() {
        try (Experiment experiment = new Experiment(small("data.validation=" + TRAIN), 1)) {
            assertThatThrownBy(() -> experiment.examples(Split.TRAIN)).isInstanceOf(RunException.class)
                    .hasMessageStartingWith("data.validation=" + TRAIN + " leaves nothing to train on");
        }
    }
}
