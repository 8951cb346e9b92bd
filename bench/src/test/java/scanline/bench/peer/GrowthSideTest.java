package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import scanline.engine.geometry.CellKind;

class GrowthSideTest {
    private static final GrowthPoint SMALL = new GrowthPoint(CellKind.LSTM, 5, 2, 8, 3, 2);

    @Test
    void aPointIsParsedFromItsWords() {
        assertThat(GrowthPoint.of(SMALL.words())).isEqualTo(SMALL);
    }

    @Test
    void aRestartRepeatsTheSameSteps() {
        try (GrowthSide side = new GrowthSide(SMALL, 1)) {
            List<Float> losses = List.of(side.run(0), side.run(1));
            assertThat(losses.get(1)).isLessThan(losses.get(0));
            side.restart(Map.of());
            assertThat(List.of(side.run(0), side.run(1))).isEqualTo(losses);
        }
    }

    @Test
    void theFirstStepNeedsAllTheMemory() {
        try (GrowthSide side = new GrowthSide(SMALL, 1)) {
            side.run(0);
            long bytes = side.memory();
            side.run(1);
            assertThat(side.memory()).isEqualTo(bytes).isGreaterThan(Float.BYTES * side.weights().count());
        }
    }
}
