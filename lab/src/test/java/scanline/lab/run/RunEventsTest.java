package scanline.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.Pictures;
import scanline.engine.file.FileAccessException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.format.EventReader;
import scanline.lab.format.EventReader.Event;
import scanline.lab.format.EventReader.Kind;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Trainer;

class RunEventsTest {
    private static final double NEVER = 1e9;
    private static final double ALWAYS = 0;

    /** 100 examples to train on in batches of 32: three whole ones and a partial one an epoch. */
    private static final Recipe SMALL = Recipes.find("lstm-rows",
            List.of("data.limit=100", "data.shrink=4", "data.validation=50",
                    "batch=32", "epochs=3", "model.hidden=6", "clip=norm", "optimizer.rate=0.01"));

    @TempDir
    private static Path shared;

    private static Run whole;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainAtOnce() throws IOException {
        whole = Run.create(shared.resolve("whole"), SMALL, Map.of());
        train(whole, false, () -> false);
    }

    /** Is told of the steps of each epoch. */
    private interface Steps extends Progress {
        void step(int step) throws IOException;

        @Override
        default void step(Step step) {
            try {
                step(step.step());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        default void epoch(Run.Epoch epoch) {}
    }

    private static void train(Run run, boolean resumed, double saveSeconds, Steps steps, BooleanSupplier stop)
            throws IOException {
        try (Experiment experiment = new Experiment(run.recipe(), 1)) {
            Trainer trainer = new Trainer(experiment, run, steps, saveSeconds);
            if (resumed) {
                trainer.restore();
            }
            trainer.train(stop);
            if (trainer.isDone()) {
                trainer.conclude(Evaluation.Listener.NONE);
            }
        }
    }

    private static void train(Run run, boolean resumed, BooleanSupplier stop) throws IOException {
        train(run, resumed, NEVER, _ -> {}, stop);
    }

    private static BooleanSupplier killedAfter(int steps) {
        AtomicInteger left = new AtomicInteger(steps);
        return () -> {
            if (left.getAndDecrement() == 0) {
                throw new IllegalStateException("killed");
            }
            return false;
        };
    }

    private Run create(String name, Recipe recipe) throws IOException {
        return Run.create(folder.resolve(name), recipe, Map.of());
    }

    /** All events but versions, without those that a later session took back. */
    private static List<Event> events(Run run) throws IOException {
        List<Event> events = new ArrayList<>();
        try (Stream<Path> files = Files.list(run.events())) {
            for (Path file : files.sorted().toList()) {
                EventReader.read(file, event -> {
                    if (event.kind() == Kind.START) {
                        events.removeIf(earlier -> earlier.step() >= event.step());
                    } else if (event.kind() != Kind.VERSION) {
                        events.add(event);
                    }
                });
            }
        }
        return events;
    }

    /** All that TensorBoard shows, apart from times. */
    private static List<String> shown(Run run) throws IOException {
        return events(run).stream()
                .map(event -> event.kind() + " " + event.tag() + " " + event.step() + " "
                        + (event.tag().endsWith("PerSecond") ? "" : event.value()) + " "
                        + HexFormat.of().formatHex(event.content()))
                .toList();
    }

    private static LongStream steps(Run run, String tag) throws IOException {
        return events(run).stream().filter(event -> event.tag().equals(tag))
                .mapToLong(Event::step);
    }

    private static float value(Run run, String tag, long step) throws IOException {
        return events(run).stream()
                .filter(event -> event.tag().equals(tag) && event.step() == step).findFirst().orElseThrow().value();
    }

    @Test
    void eventsMatchTheMetricsAndShowParameterChanges() throws IOException {
        Run run = whole;
        assertThat(steps(run, "loss/step")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
        for (Run.Epoch row : run.epochs()) {
            assertThat(value(run, "loss/train", row.step())).isEqualTo((float) row.trainLoss());
            assertThat(value(run, "accuracy/train", row.step())).isEqualTo((float) row.trainAccuracy());
            assertThat(value(run, "loss/validation", row.step())).isEqualTo((float) row.validationLoss());
            assertThat(value(run, "accuracy/validation", row.step())).isEqualTo((float) row.validationAccuracy());
            assertThat(value(run, "training/rate", row.step())).isEqualTo((float) row.rate());
            assertThat(value(run, "training/examplesPerSecond", row.step())).isPositive();
        }
        assertThat(steps(run, "test/loss")).containsExactly(12L);
        try (Experiment experiment = new Experiment(SMALL, 1)) {
            assertThat(experiment.weights().parameters()).hasSize(10).allSatisfy(parameter -> {
                assertThat(steps(run, "weights/" + parameter.name())).containsExactly(4L, 8L, 12L);
                assertThat(steps(run, "gradients/" + parameter.name())).containsExactly(4L, 8L, 12L);
            });
        }
    }

    @Test
    void eventsAreFoundByTensorBoard() throws IOException {
        try (var files = Files.list(whole.events())) {
            assertThat(files.map(file -> file.getFileName().toString())).hasSize(2)
                    .allSatisfy(name -> assertThat(name).contains("tfevents"));
        }
    }

    @Test
    void withoutAValidationSetNoValidationIsShown() throws IOException {
        Recipe recipe = Recipes.find("lstm-rows", List.of("data.limit=50", "data.validation=0", "batch=25", "epochs=1",
                "model.hidden=3", "data.shrink=4"));
        Run run = create("run", recipe);
        train(run, false, () -> false);
        assertThat(steps(run, "loss/train")).containsExactly(2L);
        assertThat(steps(run, "loss/validation")).isEmpty();
    }

    /** The second kill is one step further, and each leaves half a record behind. */
    @ParameterizedTest
    @CsvSource({"1, 1e9", "5, 1e9", "4, 0", "10, 0"})
    void aRunKilledTwiceShowsEachStepOnce(int steps, double saveSeconds) throws IOException {
        List<String> expected = shown(whole);
        Run run = create("killed", SMALL);
        for (int session = 1; session <= 2; session++) {
            boolean resumed = session > 1;
            BooleanSupplier kill = killedAfter(steps);
            assertThatThrownBy(() -> train(run, resumed, saveSeconds, _ -> {}, kill)).hasMessage("killed");
            Files.write(run.events().resolve("events.out.tfevents.00000" + session), new byte[] {24, 0, 0},
                    StandardOpenOption.APPEND);
            if (steps == 10) {
                break; // 12 are all
            }
        }
        train(run, true, saveSeconds, _ -> {}, () -> false);
        assertThat(shown(run)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aRunStoppedRegularlyShowsEachStepOnce() throws IOException {
        List<String> expected = shown(whole);
        Run run = create("stopped", SMALL);
        for (int session = 0; session < 3; session++) {
            AtomicInteger left = new AtomicInteger(3);
            train(run, session > 0, () -> left.getAndDecrement() == 0);
        }
        train(run, true, () -> false);
        assertThat(shown(run)).containsExactlyElementsOf(expected);
    }

    @Test
    void eventsAfterTheCheckpointAreDiscarded() throws IOException {
        List<String> expected = shown(whole);
        Run run = create("old", SMALL);
        Path kept = folder.resolve("kept");
        train(run, false, ALWAYS, step -> {
            if (step == 3) {
                Files.copy(run.last(), kept, StandardCopyOption.REPLACE_EXISTING);
            }
        }, () -> false);
        Files.move(kept, run.last(), StandardCopyOption.REPLACE_EXISTING);
        train(run, true, () -> false);
        assertThat(shown(run)).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** A checkpoint after the last step of an epoch could not say whether its events are there. */
    @Test
    void anEpochThatCannotBeSavedIsShownOnce() throws IOException {
        List<String> expected = shown(whole);
        Run run = create("full", SMALL);
        Path metrics = run.folder().resolve("metrics.csv");
        assertThatThrownBy(() -> train(run, false, ALWAYS, step -> {
            if (step == 4) {
                Files.delete(metrics);
                Files.createDirectories(metrics.resolve("in the way"));
            }
        }, () -> false)).isInstanceOf(FileAccessException.class);
        assertThat(steps(run, "loss/train")).containsExactly(4L);
        Files.delete(metrics.resolve("in the way"));
        Files.delete(metrics);
        train(run, true, () -> false);
        assertThat(shown(run)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aFinishedRunMayBeResumedAndShowsTheSame() throws IOException {
        Run run = create("done", SMALL);
        train(run, false, () -> false);
        List<String> expected = shown(run);
        train(run, true, () -> false);
        assertThat(shown(run)).containsExactlyElementsOf(expected);
    }

    @Test
    void lostOrBrokenEventsDoNotPreventResuming() throws IOException {
        Run run = create("lost", SMALL);
        AtomicInteger left = new AtomicInteger(5);
        train(run, false, () -> left.getAndDecrement() == 0);
        Path first = run.events().resolve("events.out.tfevents.000001");
        Files.write(first, "no events".getBytes(StandardCharsets.UTF_8));
        AtomicInteger more = new AtomicInteger(2);
        train(run, true, () -> more.getAndDecrement() == 0);
        assertThat(steps(run, "loss/step")).containsExactly(6L, 7L);
        for (String session : new String[] {"1", "2"}) {
            Files.delete(run.events().resolve("events.out.tfevents.00000" + session));
        }
        Files.delete(run.events());
        train(run, true, () -> false);
        assertThat(steps(run, "loss/step")).containsExactly(8L, 9L, 10L, 11L, 12L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unwritableEventPathsAreNamed(boolean link) throws IOException {
        Run run = create("run", SMALL);
        if (link) {
            Files.createSymbolicLink(run.events(), Files.createDirectory(run.folder().resolveSibling("elsewhere")));
        } else {
            Files.writeString(run.events(), "in the way");
        }
        assertThatThrownBy(() -> train(run, false, () -> false)).isInstanceOf(FileAccessException.class)
                .hasMessage("cannot write to " + run.events() + ": a file or folder of that name already exists");
    }

    @ParameterizedTest
    @CsvSource({"lstm-rows, data.shrink=2, 14", "digit-sequence-blanks, data.shrink=4, 14",
            "cnn-sigmoid, data.canvas.size=60, 60"})
    void theFirstPicturesAreShownAsTheModelSeesThem(String name, String key, int side) throws IOException {
        Recipe recipe = Recipes.find(name, List.of(key, "data.limit=200", "data.validation=100", "batch=32"));
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Run run = create("run", recipe);
            try (RunEvents events = RunEvents.after(0, run)) {
                events.examples(experiment);
            }
            List<Event> images = events(run);
            assertThat(images).hasSize(8);
            Pictures pictures = experiment.examples(Split.TRAIN).pictures();
            for (int i = 0; i < 8; i++) {
                int number = experiment.examples(Split.TRAIN).number(i);
                byte[] pixels = new byte[side * side];
                pictures.draw(number, pixels, 0);
                byte[] png = images.get(i).png();
                byte[] shown = (byte[]) ImageIO.read(new ByteArrayInputStream(png)).getRaster()
                        .getDataElements(0, 0, side, side, null);
                assertThat(shown).isEqualTo(pixels);
                assertThat(images.get(i).tag()).isEqualTo("examples/" + (i + 1) + " ("
                        + String.join(" ", Arrays.stream(pictures.answer(number)).mapToObj(Integer::toString).toList())
                        + ")");
            }
        }
    }
}
