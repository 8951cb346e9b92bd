package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GrowthSideTest {
    private static final GrowthPoint SMALL = new GrowthPoint("lstm", 5, 2, 8, 3, 2);

    @Test
    void aPointIsParsedFromItsWords() {
        assertThat(GrowthPoint.of(SMALL.words())).isEqualTo(SMALL);
    }

    static List<GrowthPoint> points() {
        return GrowthPoint.names().stream().map(layer -> new GrowthPoint(layer, 5, 2, 8, 3, 2)).toList();
    }

    @Test
    void theOperationsAreThoseOfTheProductsThreeTimes() {
        try (GrowthSide side = new GrowthSide(SMALL, 1)) {
            // Two layers: 4 H (F + H) and 4 H (H + H) weights, multiplied and added at each step; and the map to 10 classes.
            double products = 5 * 2 * (32 * (2 + 8) + 32 * (8 + 8)) + 2 * 8 * 10;
            assertThat(side.flops()).isEqualTo(3 * 3 * products);
        }
    }

    @ParameterizedTest
    @MethodSource("points")
    void aRestartRepeatsTheSameSteps(GrowthPoint point) {
        try (GrowthSide side = new GrowthSide(point, 1)) {
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
