package scanline.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scanline.engine.backend.Backend;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.History.Distribution;
import scanline.lab.run.History.Loss;

class HistoryTest {
    @TempDir
    private Path folder;

    private Run run;

    @BeforeEach
    void makeARun() throws IOException {
        run = Run.create(folder.resolve("run"), Recipes.find("lstm-rows", List.of()), Map.of());
    }

    private static void write(RunEvents events, Weights weights, int epoch, long step) {
        events.epoch(new Run.Epoch(epoch, step, 1, 1, 1, 1, 1, 1, 1), weights);
    }

    @Test
    void aRunWithoutEventsHasNoHistory() throws IOException {
        assertThat(History.of(run)).isEqualTo(new History(List.of(), Map.of()));
    }

    @Test
    void historyHasAllSessionsWithoutDiscardedSteps() throws IOException {
        try (Backend backend = Backend.load(1)) {
            Weights weights = new Engine(backend).weights(1);
            weights.zeros("w", Shape.of(4));
            try (RunEvents events = RunEvents.after(0, run)) {
                events.loss(1, 0.5);
                write(events, weights, 1, 2);
                events.loss(3, 0.25);
            }
            try (RunEvents events = RunEvents.after(2, run)) {
                events.loss(3, 0.125);
            }
            History history = History.of(run);
            assertThat(history.losses()).containsExactly(new Loss(1, 0.5), new Loss(3, 0.125));
            assertThat(history.histograms()).containsOnlyKeys("weights/w", "gradients/w");
            Distribution zeros = history.histograms().get("weights/w").getFirst();
            assertThat(zeros.step()).isEqualTo(2);
            assertThat(DoubleStream.of(zeros.counts()).sum()).isEqualTo(4);
        }
    }

    @Test
    void manyLossesAreSampledEvenly() throws IOException {
        try (RunEvents events = RunEvents.after(0, run)) {
            LongStream.rangeClosed(1, 10_000).forEach(step -> events.loss(step, step));
        }
        List<Loss> losses = History.of(run).losses();
        assertThat(losses).hasSizeBetween(1000, 2000);
        long apart = losses.get(1).step() - losses.get(0).step();
        for (int i = 1; i < losses.size(); i++) {
            assertThat(losses.get(i).step() - losses.get(i - 1).step()).isEqualTo(apart);
        }
        assertThat(losses.getLast().step()).isGreaterThan(9_900);
    }

    @Test
    void anyFileContentIsHandled() throws IOException {
        try (RunEvents events = RunEvents.after(0, run)) {
            events.loss(1, 0.5);
        }
        Path file = run.events().resolve("events.out.tfevents.000001");
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            Files.write(file, changed);
            assertThat(History.of(run).losses()).hasSizeLessThan(2);
        }
    }
}
