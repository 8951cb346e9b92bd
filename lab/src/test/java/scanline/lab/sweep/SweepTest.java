package scanline.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.survival.SmallRun;
import scanline.lab.sweep.Grid.Point;
import scanline.lab.train.Evaluation;
import scanline.lab.train.Experiment;
import scanline.lab.train.Run;
import scanline.lab.train.RunException;
import scanline.lab.train.Spread;
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
    void sixteenRunsWithKilledWorkersEqualTheSerialOnesToTheBit() throws Exception {
        Grid grid = grid("1..4", "epochs=60", "optimizer.rate=0.01,0.02", "clip=none,norm");
        Path serial = folder.resolve("serial");
        try (Sweep sweep = new Sweep(serial, grid, 1, (_, _) -> {})) {
            for (Point point : grid.points()) {
                train(serial.resolve(point.name()), Recipes.find("lstm-rows", point.overrides()));
            }
            assertThat(sweep.run(1)).isEmpty();
            new SweepTable(sweep, grid).write(serial);
        }
        Path parallel = folder.resolve("parallel");
        Queue<String> said = new ConcurrentLinkedQueue<>();
        try (Sweep sweep = new Sweep(parallel, grid, 1, (_, what) -> said.add(what))) {
            Thread killer = Thread.ofPlatform().start(() -> {
                kill(parallel, "train", false);
                kill(parallel, "train", true);
                kill(parallel, "resume", true);
            });
            assertThat(sweep.run(3)).isEmpty();
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
            Trainer trainer = new Trainer(experiment, Run.create(folder, recipe, Map.of()), SmallRun.SILENT, 1e9);
            trainer.train(() -> false);
            trainer.conclude(Evaluation.Listener.NONE);
        }
    }

    /** Kills the first worker that is found at this command, before or after its run has a checkpoint. */
    private static void kill(Path sweep, String command, boolean saved) {
        while (true) {
            Optional<ProcessHandle> worker = ProcessHandle.current().children()
                    .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).contains(command))
                    .filter(child -> !saved || hasCheckpoint(sweep, child)).findFirst();
            if (worker.isPresent() && worker.get().destroyForcibly()) {
                worker.get().onExit().join();
                return;
            }
            Thread.onSpinWait();
        }
    }

    private static boolean hasCheckpoint(Path sweep, ProcessHandle worker) {
        return List.of(worker.info().arguments().orElse(new String[0])).stream()
                .filter(word -> word.startsWith(sweep.toString()))
                .anyMatch(run -> Files.exists(Path.of(run, "last.safetensors"))
                        && !Files.exists(Path.of(run, "result.json")));
    }

    @Test
    void aRunThatFailsIsNamedAndTheOthersAreFinished() throws Exception {
        Grid grid = grid("1", "epochs=5", "model.cell=rnn_relu", "optimizer=sgd", "optimizer.rate=0.01,1e38");
        try (Sweep sweep = new Sweep(folder.resolve("sweep"), grid, 1, (_, _) -> {})) {
            assertThat(sweep.run(2)).hasSize(1).allSatisfy((name, why) -> {
                assertThat(name).contains("optimizer.rate=1e38");
                assertThat(why).startsWith("scanline: training diverged");
            });
            assertThat(new SweepTable(sweep, grid).rows()).singleElement()
                    .satisfies(row -> assertThat(row.runs()).isEqualTo(1));
        }
    }

    @Test
    void aFolderOfAnotherSweepIsRefused() throws IOException {
        Path target = folder.resolve("sweep");
        new Sweep(target, grid("1", "epochs=1"), 1, (_, _) -> {}).close();
        new Sweep(target, grid("1", "epochs=1"), 1, (_, _) -> {}).close();
        assertThatThrownBy(() -> new Sweep(target, grid("1", "epochs=2"), 1, (_, _) -> {}))
                .isInstanceOf(RunException.class).hasMessageContaining("is another sweep's");
        assertThatThrownBy(() -> new Sweep(folder, grid("1", "epochs=2"), 1, (_, _) -> {}))
                .isInstanceOf(RunException.class).hasMessageContaining("exists, and is no sweep's");
    }

    @Test
    void theSpreadIsThatOfASample() {
        assertThat(Spread.of(DoubleStream.of(0.9, 0.8, 0.7))).hasToString("80.00 % ± 10.00");
        assertThat(Spread.of(DoubleStream.of(0.9))).hasToString("90.00 %");
    }
}
