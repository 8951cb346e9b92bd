package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.base.CommandProcess;
import scanline.lab.run.Run;

class TrainProcessesTest {
    private static final int SECONDS = 300;

    @TempDir
    private Path folder;

    private Process start(Path log, List<String> words) throws IOException {
        return CommandProcess.of(Main.class, words).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
    }

    @Test
    void concurrentlyStartedRunsGetSeparateFolders() throws IOException, InterruptedException {
        List<String> train = new ArrayList<>(List.of("train"));
        train.addAll(List.of(SmallSets.recipe(SmallSets.write(folder.resolve("set"), 1, 3))));
        train.set(3, "data.dir=set");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(folder.resolve("log" + i), train));
        }
        for (int i = 0; i < processes.size(); i++) {
            assertThat(processes.get(i).waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(processes.get(i).exitValue()).as(Files.readString(folder.resolve("log" + i))).isZero();
        }
        for (String name : List.of("lstm-rows", "lstm-rows-2", "lstm-rows-3")) {
            Run run = new Run(folder.resolve("runs").resolve(name));
            assertThat(run.isFinished()).as(name).isTrue();
            // From whatever folder the run is used, its data are found.
            assertThat(run.recipe().data().dir()).isEqualTo(folder.toRealPath().resolve("set").toString());
        }
        // A recipe that is refused leaves nothing behind.
        train.add("data.validation=40");
        assertThat(start(folder.resolve("log"), train).waitFor()).isEqualTo(1);
        try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
            assertThat(runs).hasSize(3);
        }
    }

    @Test
    void aStoppedRunIsNoLongerLive() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Path log = folder.resolve("log");
        Process process = start(log,
                List.of("train", "lstm-rows", "data.limit=20000", "--run", run.toString(), "--threads", "1"));
        while (!Files.exists(run.resolve("live.json")) && process.isAlive()) {
            Thread.sleep(20);
        }
        process.destroy();
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(log).content().contains("saved and stopped at step ", "resume with: ./scanline resume " + run);
        assertThat(run.resolve("live.json")).doesNotExist();
        assertThat(run.resolve(Run.LAST)).exists();
    }
}
