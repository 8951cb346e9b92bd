package scanline.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.lab.base.RunException;
import scanline.lab.recipe.Recipes;

class LiveRunTest {
    private static final Progress.Step STEP = new Progress.Step(2, 3, 10, 0.5, 0.6, 0.75, 1000, 12.5);

    @TempDir
    private Path folder;

    private Run run;

    @BeforeEach
    void makeARun() throws IOException {
        run = Run.create(folder.resolve("run"), Recipes.find("lstm-rows", List.of()), Map.of());
    }

    @Test
    void aRunIsLiveWhileItIsTrained() throws IOException {
        assertThat(LiveRun.read(run)).isEmpty();
        try (LiveRun live = LiveRun.begin(run)) {
            long pid = ProcessHandle.current().pid();
            assertThat(LiveRun.read(run)).contains(new LiveRun.State(pid, LiveRun.Phase.TRAINING, null));
            live.step(STEP);
            live.tests();
            assertThat(LiveRun.read(run)).contains(new LiveRun.State(pid, LiveRun.Phase.TESTING, STEP));
        }
        assertThat(LiveRun.read(run)).isEmpty();
        assertThat(run.folder().resolve("live.json")).doesNotExist();
    }

    @Test
    void stepsAreReportedAtMostTenTimesASecond() throws IOException {
        try (LiveRun live = LiveRun.begin(run)) {
            Set<Progress.Step> told = new HashSet<>();
            long began = System.nanoTime();
            for (int i = 0; System.nanoTime() - began < 500_000_000; i++) {
                live.step(new Progress.Step(1, i, 10_000, 0, 0, 0, 0, 0));
                Progress.Step step = LiveRun.read(run).orElseThrow().step();
                if (step != null) {
                    told.add(step);
                }
            }
            long tenths = (System.nanoTime() - began) / 100_000_000;
            assertThat(told).hasSizeBetween(1, (int) tenths + 1);
        }
    }

    @Test
    void aLiveRunCannotBeTrainedByAnotherProcess() throws IOException {
        try (LiveRun _ = LiveRun.begin(run)) {
            assertThatThrownBy(() -> LiveRun.begin(run)).isInstanceOf(RunException.class)
                    .hasMessage(run.folder() + " is being trained by another process: wait for it, or stop it first");
        }
        LiveRun.begin(run).close();
    }

    @Test
    void theFilesOfAKilledProcessAreNotLive() throws IOException {
        try (LiveRun live = LiveRun.begin(run)) {
            live.step(STEP);
            Files.copy(run.folder().resolve("live.json"), folder.resolve("kept"));
        }
        Files.copy(folder.resolve("kept"), run.folder().resolve("live.json"));
        assertThat(LiveRun.read(run)).isEmpty();
        LiveRun.begin(run).close();
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        Files.createSymbolicLink(run.folder().resolve("live.json"), other);
        assertThatThrownBy(() -> LiveRun.begin(run)).isInstanceOf(IOException.class).hasMessageContaining("live.json");
        assertThat(other).hasContent("mine");
        assertThat(LiveRun.read(run)).isEmpty();
    }

    @Test
    void anEmptyFileBelongsToAStartingRun() throws IOException {
        try (LiveRun _ = LiveRun.begin(run)) {
            Files.writeString(run.folder().resolve("live.json"), "{");
            assertThat(LiveRun.read(run)).hasValueSatisfying(state -> assertThat(state.step()).isNull());
        }
    }
}
