package scanline.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.lab.recipe.Recipes;

/** A short set of what {@code ./build bench kills} does at length. */
@Execution(ExecutionMode.CONCURRENT)
class KillsTest {
    private static final int KILLS = 2;
    private static final AtomicInteger RESUMABLE = new AtomicInteger();

    @TempDir
    private Path folder;

    static Iterable<String> kinds() {
        return Kills.KINDS.keySet();
    }

    @Test
    void everyModelTypeIsKilled() {
        assertThat(Kills.KINDS.keySet()).extracting(KillsTest::model)
                .containsAll(Recipes.names().stream().map(KillsTest::model).toList());
    }

    private static Class<?> model(String recipe) {
        return Recipes.find(recipe, List.of()).model().getClass();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void killedRunsOfEveryKindReproduceTheUninterruptedRun(String kind) throws IOException, InterruptedException {
        Kills.Outcome outcome = Kills.kill(kind, KILLS, 1, folder);
        assertThat(outcome.kills()).isEqualTo(KILLS);
        assertThat(outcome.different()).isEmpty();
        RESUMABLE.addAndGet(outcome.resumable());
    }

    /** Otherwise no session resumed from a checkpoint. */
    @AfterAll
    static void someWereKilledAfterACheckpoint() {
        assertThat(RESUMABLE).hasPositiveValue();
    }
}
