package scanline.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.optim.Optimizer.Slot;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;

class MovingAverageTest {
    private final Weights weights = new Engine(new ReferenceBackend()).weights(1);
    private final Parameter a = weights.zeros("a", Shape.of(2));
    private final Parameter b = weights.zeros("b", Shape.of(1));

    private static void set(Parameter parameter, float... values) {
        parameter.value().write(0, values, 0, values.length);
    }

    private static float[] values(Slot slot) {
        float[] values = new float[slot.shape().elements()];
        slot.values().read(0, values, 0, values.length);
        return values;
    }

    /** By hand, by the formula of the AveragedModel of PyTorch with get_ema_multi_avg_fn(0.75). */
    @Test
    void theFirstUpdateCopiesAndEveryLaterOneMovesTheAverage() {
        set(a, 8, -8);
        MovingAverage average = new MovingAverage(weights, 0.75);
        assertThat(values(average.state().getFirst())).containsExactly(8, -8);
        set(a, 4, 4);
        average.update();
        assertThat(values(average.state().getFirst())).containsExactly(4, 4);
        set(a, 8, 0);
        average.update();
        assertThat(values(average.state().getFirst())).containsExactly(5, 3);
        set(a, 1, 7);
        average.update();
        assertThat(values(average.state().getFirst())).containsExactly(4, 4);
        assertThat(a.values()).containsExactly(1, 7);
        assertThat(average.updates()).isEqualTo(3);
    }

    @Test
    void aSwapExchangesWeightsAndAveragesButNeitherStatisticsNorFrozenParameters() {
        set(a, 1, 2);
        set(b, 3);
        weights.freeze("b");
        Statistic statistic = weights.statistic("mean", Shape.of(1), 5);
        MovingAverage average = new MovingAverage(weights, 0.5);
        assertThat(average.state()).extracting(Slot::name).containsExactly("a");
        average.update();
        set(a, 5, 4);
        set(b, 9);
        statistic.value().write(0, new float[] {6}, 0, 1);
        average.swap();
        assertThat(a.values()).containsExactly(1, 2);
        assertThat(values(average.state().getFirst())).containsExactly(5, 4);
        assertThat(b.values()).containsExactly(9);
        assertThat(statistic.values()).containsExactly(6);
        average.swap();
        assertThat(a.values()).containsExactly(5, 4);
    }

    @Test
    void aRestoredAverageContinues() {
        set(a, 4, 4);
        MovingAverage average = new MovingAverage(weights, 0.75);
        average.update();
        MovingAverage restored = new MovingAverage(weights, 0.75);
        restored.updates(average.updates());
        set(a, 8, 0);
        average.update();
        restored.update();
        assertThat(values(restored.state().getFirst())).isEqualTo(values(average.state().getFirst()))
                .containsExactly(5, 3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void aDecayOutOfRangeIsRejected(double decay) {
        assertThatThrownBy(() -> new MovingAverage(weights, decay)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decay must be in [0, 1), not " + decay);
    }
}
