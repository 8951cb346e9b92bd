package scanline.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.base.Json;
import scanline.lab.base.RunException;
import scanline.lab.base.Spread;
import scanline.lab.cli.Main;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Progress;
import scanline.lab.run.Result;
import scanline.lab.run.Run;
import scanline.lab.survival.SmallRun;
import scanline.lab.sweep.Grid.Point;
import scanline.lab.train.Trainer;

class SweepTest {
    @TempDir
    private static Path data;

    private static List<String> small = List.of();

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeData() throws IOException {
        small = new SmallRun(data).keys();
    }

    private static Grid grid(String seeds, String... words) {
        List<String> all = new ArrayList<>(small.stream().filter(key -> !key.startsWith("epochs=")).toList());
        all.addAll(List.of(words));
        return Grid.of("lstm-rows", all, seeds);
    }

    @Test
    void sixteenRunsWithKilledWorkersAreBitIdenticalToSerialOnes() throws Exception {
        Grid grid = grid("1..4", "epochs=60", "optimizer.rate=0.01,0.02", "clip=none,norm");
        Path serial = folder.resolve("serial");
        try (Sweep sweep = new Sweep(serial, grid, Compute.with(1), Main.class, (_, _) -> {})) {
            for (Point point : grid.points()) {
                train(serial.resolve(point.name()), Recipes.find("lstm-rows", point.overrides()));
            }
            assertThat(sweep.run(1)).isEmpty();
            new SweepTable(sweep, grid).write(serial);
        }
        Path parallel = folder.resolve("parallel");
        Queue<String> said = new ConcurrentLinkedQueue<>();
        try (Sweep sweep = new Sweep(parallel, grid, Compute.with(1), Main.class, (_, what) -> said.add(what))) {
            AtomicBoolean over = new AtomicBoolean();
            Thread killer = Thread.ofPlatform().start(() -> {
                kill(parallel, "train", false, over);
                kill(parallel, "train", true, over);
                kill(parallel, "resume", true, over);
            });
            assertThat(sweep.run(3)).isEmpty();
            over.set(true);
            killer.join();
            new SweepTable(sweep, grid).write(parallel);
        }
        assertThat(said).filteredOn(what -> what.startsWith("its worker was killed")).hasSize(3);
        assertThat(said).filteredOn("finished"::equals).hasSize(16);
        assertThat(parallel.resolve("runs.csv")).hasSameTextualContentAs(serial.resolve("runs.csv"));
        assertThat(parallel.resolve("settings.csv")).hasSameTextualContentAs(serial.resolve("settings.csv"));
        assertThat(Files.readAllLines(serial.resolve("runs.csv"))).hasSize(17).doesNotHaveDuplicates();
    }

    private static void train(Path folder, Recipe recipe) throws IOException {
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Trainer trainer = new Trainer(experiment, Run.create(folder, recipe, Map.of()), Progress.NONE, 1e9);
            trainer.train(() -> false);
            trainer.conclude(Evaluation.Listener.NONE);
        }
    }

    /** Kills the first worker that is found at this command, before or after its run has a checkpoint. */
    private static void kill(Path sweep, String command, boolean saved, AtomicBoolean over) {
        while (!over.get()) {
            Optional<ProcessHandle> worker = ProcessHandle.current().children()
                    .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).contains(command))
                    .filter(child -> !saved || hasCheckpoint(sweep, child)).findFirst();
            if (worker.isPresent() && worker.get().destroyForcibly()) {
                worker.get().onExit().join();
                return;
            }
            LockSupport.parkNanos(2_000_000); // the workers need the processors
        }
    }

    private static boolean hasCheckpoint(Path sweep, ProcessHandle worker) {
        return List.of(worker.info().arguments().orElse(new String[0])).stream()
                .filter(word -> word.startsWith(sweep.toString()))
                .anyMatch(run -> Files.exists(Path.of(run, "last.safetensors"))
                        && !Files.exists(Path.of(run, "result.json")));
    }

    @Test
    void aFailedRunIsNamedAndTheOthersAreFinished() throws Exception {
        Grid grid = grid("1", "epochs=5", "model.cell=rnn_relu", "optimizer=sgd", "optimizer.rate=0.01,1e38");
        try (Sweep sweep = new Sweep(folder.resolve("sweep"), grid, Compute.with(1), Main.class, (_, _) -> {})) {
            assertThat(sweep.run(2)).hasSize(1).allSatisfy((name, why) -> {
                assertThat(name).contains("optimizer.rate=1e38");
                assertThat(why).startsWith("scanline: training diverged");
            });
            assertThat(new SweepTable(sweep, grid).rows()).singleElement()
                    .satisfies(row -> assertThat(row.runs()).isEqualTo(1));
        }
    }

    @Test
    void aFolderOfAnotherSweepIsRejected() throws IOException {
        Path target = folder.resolve("sweep");
        new Sweep(target, grid("1", "epochs=1"), Compute.with(1), Main.class, (_, _) -> {}).close();
        new Sweep(target, grid("1", "epochs=1"), Compute.with(1), Main.class, (_, _) -> {}).close();
        assertThatThrownBy(() -> new Sweep(target, grid("1", "epochs=2"), Compute.with(1), Main.class, (_, _) -> {}))
                .isInstanceOf(RunException.class).hasMessageContaining("belongs to another sweep");
        assertThatThrownBy(() -> new Sweep(folder, grid("1", "epochs=2"), Compute.with(1), Main.class, (_, _) -> {}))
                .isInstanceOf(RunException.class).hasMessageContaining("exists and is not a sweep folder");
    }

    @Test
    void aRunOfAChangedRecipeIsNotReused() throws Exception {
        Path target = folder.resolve("sweep");
        Path file = folder.resolve("my.yaml");
        Files.writeString(file, Recipes.find("lstm-rows", small).text());
        Grid grid = Grid.of(file.toString(), List.of("optimizer.rate=0.01,0.02"), "1");
        Point point = grid.points().getLast();
        try (Sweep sweep = new Sweep(target, grid, Compute.with(1), Main.class, (_, _) -> {})) {
            Run.create(target.resolve(point.name()), sweep.recipe(point), Map.of());
        }
        new Sweep(target, grid, Compute.with(1), Main.class, (_, _) -> {}).close();
        Files.writeString(file, Recipes.find(file.toString(), List.of("model.hidden=17")).text());
        assertThatThrownBy(() -> new Sweep(target, grid, Compute.with(1), Main.class, (_, _) -> {}))
                .isInstanceOf(RunException.class)
                .hasMessage(target.resolve(point.name()) + " is a run of another recipe than " + file
                        + " is now: delete it, or choose another folder with --to");
    }

    @Test
    void runsStoppedBeforeTheyStartAreNotFinished() throws Exception {
        Grid grid = grid("1..3");
        Sweep sweep = new Sweep(folder.resolve("sweep"), grid, Compute.with(1), Main.class, (_, _) -> {});
        sweep.close();
        assertThat(sweep.run(2)).hasSize(3).containsValue("stopped");
    }

    /** Two seeds a setting; a dash is a run that is not finished. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            optimizer.rate=0.01,0.02      | 0.7 0.8 0.9 0.8         | optimizer.rate=0.02
            optimizer.rate=0.01,0.02,0.03 | 0.7 0.8 0.9 - 0.7 0.7   | optimizer.rate=0.01
            optimizer.rate=0.01,0.02      | 0.7 0.8 0.9 -           |
            optimizer.rate=0.01,0.02      | 0.7 0.8 0.8 0.7         |
            optimizer.rate=0.01,0.02      | NaN NaN NaN NaN         |
            optimizer.rate=0.01           | 0.7 0.8                 |
            data.shrink=1,2               | 0.7 0.8 0.9 0.8         |
            data.validation=50,51         | 0.7 0.8 0.9 0.8         |
            """)
    void theBestIsOneOfTwoAtLeastThatAreWholeAndOneTask(String words, String accuracies, String best)
            throws IOException {
        Grid grid = Grid.of("lstm-rows", List.of(words), "1,2");
        Path target = folder.resolve("sweep");
        try (Sweep sweep = new Sweep(target, grid, Compute.with(1), Main.class, (_, _) -> {})) {
            Iterator<Point> points = grid.points().iterator();
            for (String accuracy : accuracies.split(" ")) {
                Point point = points.next();
                if (!accuracy.equals("-")) {
                    Path run = target.resolve(point.name());
                    Run.create(run, sweep.recipe(point), Map.of());
                    Files.writeString(run.resolve("result.json"),
                            Json.text(validated(accuracy.equals("NaN") ? null : Double.valueOf(accuracy))));
                }
            }
            SweepTable.Row row = new SweepTable(sweep, grid).best();
            assertThat(row == null ? null : row.setting().toString()).isEqualTo(best);
        }
    }

    @Test
    void jsonHasNullForASettingWithoutAFigure() {
        Spread of = Spread.of(DoubleStream.of(0.5));
        assertThat(Json.text(of.values()).replaceAll("\\s", "")).isEqualTo("{\"mean\":0.5,\"deviation\":null}");
    }

    @Test
    void theSpreadIsTheSampleStandardDeviation() {
        assertThat(Spread.of(DoubleStream.of(0.9, 0.8, 0.7))).hasToString("80.00 % ± 10.00");
        assertThat(Spread.of(DoubleStream.of(0.9))).hasToString("90.00 %");
    }

    private static Result validated(Double accuracy) {
        return new Result(0.5, 0, 0, 0, Map.of(), 1, accuracy, accuracy, 1, 1, 0, "", "");
    }
}
