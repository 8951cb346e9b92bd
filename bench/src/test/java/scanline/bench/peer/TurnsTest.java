package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import scanline.bench.peer.Turns.Player;
import scanline.bench.peer.Turns.Turn;
import scanline.bench.peer.Turns.Who;

class TurnsTest {
    private final List<String> order = new ArrayList<>();

    /** A side whose iterations take so many milliseconds, by its own account. */
    private Player player(String name, double value, double milliseconds) {
        return new Player(iterations -> {
            order.add(name);
            double[] times = new double[iterations];
            Arrays.fill(times, milliseconds);
            return new Timings(value, times);
        }, 0);
    }

    private static Turns of(Turn... all) {
        Turns turns = new Turns("case");
        List.of(all).forEach(turns::add);
        return turns;
    }

    @Test
    void pyTorchsBetterTurnOfEachRoundCounts() {
        Turns turns = of(new Turn(1, 1, Who.SCANLINE, 10, 50), new Turn(1, 1, Who.TUNED, 30, 50),
                new Turn(1, 1, Who.DEFAULT, 20, 50), new Turn(1, 2, Who.SCANLINE, 10, 60),
                new Turn(1, 2, Who.TUNED, 15, 60), new Turn(1, 2, Who.DEFAULT, 40, 200));
        assertThat(turns.bestOfPyTorch()).extracting(Turn::milliseconds).containsExactly(20.0, 15.0);
        assertThat(turns.ratios(turns.bestOfPyTorch())).containsExactly(2.0, 1.5);
        assertThat(turns.ratios(turns.withDefaults())).containsExactly(2.0, 4.0);
        assertThat(turns.coreToCore()).isEqualTo("55 ns (50 to 200)");
    }

    @Test
    void ratiosPairTurnsOfOneRoundOfOneProcess() {
        Turns turns = of(new Turn(1, 1, Who.SCANLINE, 10, 1), new Turn(1, 1, Who.TUNED, 20, 1),
                new Turn(2, 1, Who.SCANLINE, 20, 1), new Turn(2, 1, Who.TUNED, 60, 1));
        assertThat(turns.ratios(turns.bestOfPyTorch())).containsExactly(2.0, 3.0);
        assertThat(turns.withDefaults()).isEqualTo(turns.of(Who.TUNED)); // no setting helped
    }

    @Test
    void frameworksAlternateAndASlowOneTakesOneTurn() {
        Map<Who, Player> players = new LinkedHashMap<>();
        players.put(Who.SCANLINE, player("ours", 1, 50));
        players.put(Who.TUNED, player("tuned", 1, 100));
        players.put(Who.DEFAULT, player("slow", 1, 4000));
        Turns turns = new Turns("case");
        turns.play(1, 2, 0.001, players);
        turns.play(2, 2, 0.001, players);
        List<String> process = List.of("ours", "tuned", "ours", "tuned");
        assertThat(order.subList(order.size() - 4, order.size())).isEqualTo(process);
        assertThat(order).filteredOn("slow"::equals).hasSize(1);
        assertThat(turns.of(Who.SCANLINE)).hasSize(4);
        assertThat(turns.ratios(turns.of(Who.DEFAULT))).containsExactly(80.0);
    }

    @Test
    void frameworksThatComputeSomethingElseAreRejected() {
        Map<Who, Player> players = new LinkedHashMap<>();
        players.put(Who.SCANLINE, player("ours", 1, 1));
        players.put(Who.TUNED, player("tuned", 1.1, 1));
        assertThatExceptionOfType(BenchException.class)
                .isThrownBy(() -> new Turns("case").play(1, 1, 0.001, players))
                .withMessageContaining("PyTorch, tuned");
    }

    @Test
    void everyTurnIsALineInTheFile() {
        Turns turns = of(new Turn(1, 2, Who.SCANLINE, 10.5, 52.25));
        assertThat(Turns.csv(List.of(turns))).isEqualTo("case,process,round,side,milliseconds,coreToCoreNanoseconds\n"
                + "\"case\",1,2,scanline,10.5000,52.3\n");
    }

    @Test
    void coreToCoreLatencyIsMeasuredOnTwoOrMoreCores() {
        double nanoseconds = CoreToCore.nanoseconds();
        assertThat(Double.isNaN(nanoseconds)).isEqualTo(Runtime.getRuntime().availableProcessors() < 2);
        assertThat(nanoseconds > 0 || Double.isNaN(nanoseconds)).isTrue();
    }

    @Test
    void theDefaultAllocatorIsTriedFirstAndACachingOneAlways() {
        assertThat(Allocator.names()).startsWith(Allocator.DEFAULT, "kept");
        assertThat(Allocator.environment(Allocator.DEFAULT)).isEmpty();
        assertThat(Allocator.environment("kept")).containsKeys("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_");
    }
}
