package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
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

    private static Turn turn(int process, int round, Who who, double milliseconds) {
        return new Turn(process, round, who, milliseconds, 50, 60);
    }

    @Test
    void pyTorchsBetterTurnOfEachRoundCounts() {
        Turns turns = of(turn(1, 1, Who.SCANLINE, 10), turn(1, 1, Who.TUNED, 30), turn(1, 1, Who.DEFAULT, 20),
                turn(1, 2, Who.SCANLINE, 10), turn(1, 2, Who.TUNED, 15), turn(1, 2, Who.DEFAULT, 40));
        assertThat(turns.bestOfPyTorch()).extracting(Turn::milliseconds).containsExactly(20.0, 15.0);
        assertThat(turns.ratios(turns.bestOfPyTorch())).containsExactly(2.0, 1.5);
        assertThat(turns.ratios(turns.withDefaults())).containsExactly(2.0, 4.0);
        assertThat(turns.coreToCore()).isEqualTo("55 ns (50 to 60)");
    }

    @Test
    void ratiosPairTurnsOfOneRoundOfOneProcess() {
        Turns turns = of(turn(1, 1, Who.SCANLINE, 10), turn(1, 1, Who.TUNED, 20), turn(2, 1, Who.SCANLINE, 20),
                turn(2, 1, Who.TUNED, 60));
        assertThat(turns.ratios(turns.bestOfPyTorch())).containsExactly(2.0, 3.0);
        assertThat(turns.withDefaults()).isEqualTo(turns.of(Who.TUNED)); // no setting helped
    }

    @Test
    void theFastestProcessIsTheOneWithTheLowestMedian() {
        Turns turns = of(turn(1, 1, Who.TUNED, 9), turn(1, 2, Who.TUNED, 1), turn(1, 3, Who.TUNED, 8),
                turn(2, 1, Who.TUNED, 6), turn(2, 1, Who.DEFAULT, 5));
        assertThat(turns.processes(Who.TUNED)).containsExactly(8.0, 6.0);
        assertThat(turns.fastestProcess(Who.TUNED)).isEqualTo(6);
        assertThat(turns.fastestProcess(Who.TUNED, Who.DEFAULT)).isEqualTo(5);
        assertThat(turns.fastestProcess(Who.ONNX)).isNaN();
    }

    @Test
    void aRoundInWhichTheStateOfTheMachineChangedDoesNotCount() {
        Turn changed = new Turn(1, 1, Who.ONNX, 7, 60, 200);
        Turns turns = of(turn(1, 1, Who.SCANLINE, 10), changed);
        assertThat(turns.of(Who.ONNX)).containsExactly(changed); // all rounds changed, so they are used
        assertThat(turns.coreToCore()).endsWith("(50 to 200), changed in every round");
        turns.add(turn(1, 2, Who.SCANLINE, 4));
        turns.add(turn(1, 2, Who.ONNX, 5));
        assertThat(turns.of(Who.ONNX)).extracting(Turn::round).containsExactly(2);
        assertThat(turns.processes(Who.SCANLINE)).containsExactly(4.0);
        assertThat(turns.coreToCore()).isEqualTo("55 ns (50 to 60), without 1 of 2 rounds");
    }

    @Test
    void aRoundInWhichTheStateOfTheMachineChangedIsRepeated() {
        Iterator<Double> nanoseconds = List.of(60.0, 60.0, 60.0, 60.0, 200.0, 200.0, 210.0, 190.0).iterator();
        Turns turns = new Turns("case", nanoseconds::next);
        Map<Who, Player> players = new LinkedHashMap<>();
        players.put(Who.SCANLINE, player("ours", 1, 50));
        players.put(Who.ONNX, player("theirs", 1, 50));
        turns.play(1, 1, 0.001, players);
        assertThat(turns.of(Who.SCANLINE)).extracting(Turn::round).containsExactly(2);
        assertThat(Turns.csv(List.of(turns)).lines()).hasSize(5);
        assertThat(nanoseconds).isExhausted();
    }

    @Test
    void frameworksAlternateAndASlowOneTakesOneTurn() {
        Map<Who, Player> players = new LinkedHashMap<>();
        players.put(Who.SCANLINE, player("ours", 1, 50));
        players.put(Who.TUNED, player("tuned", 1, 100));
        players.put(Who.DEFAULT, player("slow", 1, 4000));
        Turns turns = new Turns("case", () -> 50);
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
        Turns turns = of(new Turn(1, 2, Who.SCANLINE, 10.5, 52.25, 53));
        assertThat(Turns.csv(List.of(turns))).isEqualTo(
                "case,process,round,side,milliseconds,coreToCoreNanosecondsBefore,coreToCoreNanosecondsAfter\n"
                        + "\"case\",1,2,scanline,10.5000,52.3,53.0\n");
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
