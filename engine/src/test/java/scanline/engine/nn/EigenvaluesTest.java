package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Weights;

class EigenvaluesTest {
    private static final int FEATURES = 3;

    /** The layers, with 4 eigenvalues, or 4 for each of 3 channels. */
    enum Kind {
        S5(weights -> new S5(weights, FEATURES, scanline.engine.nn.S5.Options.DEFAULT.withStates(8, 1))),

        S5_CLIPPED(weights -> new S5(weights, FEATURES, new S5.Options(8, 2, true, 0.01, 0.1))),

        LRU(weights -> new Lru(weights, FEATURES, new Lru.Options(4, 0.5, 0.9, 6.28))),

        S4D(weights -> new S4d(weights, FEATURES, 8, S4d.Initialization.LIN));

        private final Function<Weights, DiagonalLayer> layer;

        Kind(Function<Weights, DiagonalLayer> layer) {
            this.layer = layer;
        }
    }

    /** A state of 1 becomes the real part of its eigenvalue in one step without an input, and its partner the other part. */
    @ParameterizedTest
    @EnumSource
    void aStepMultipliesEachStateByItsEigenvalue(Kind kind) {
        try (Engine engine = Engine.open(1)) {
            DiagonalLayer layer = kind.layer.apply(engine.weights(1));
            double[] eigenvalues = layer.eigenvalues();
            int states = layer.stateSize();
            assertThat(eigenvalues).hasSize(states);
            double[] real = new double[states];
            double[] magnitude = new double[states];
            for (int s = 0; s < states; s++) {
                float[] one = new float[states];
                one[s] = 1;
                try (Tape tape = engine.inference()) {
                    float[] next = layer.step(tape.input(Shape.of(1, FEATURES), new float[FEATURES]),
                            tape.input(Shape.of(1, states), one)).state().values();
                    real[s] = next[s];
                    for (float value : next) {
                        magnitude[s] += value * value;
                    }
                }
            }
            double[] expectedReal = new double[states];
            double[] expectedMagnitude = new double[states];
            for (int s = 0; s < states; s++) {
                double re = eigenvalues[s - s % 2];
                double im = eigenvalues[s - s % 2 + 1];
                expectedReal[s] = re;
                expectedMagnitude[s] = re * re + im * im;
            }
            assertSame(real, expectedReal);
            assertSame(magnitude, expectedMagnitude);
            assertThat(Arrays.stream(expectedMagnitude)).allMatch(value -> value < 1);
        }
    }

    private static void assertSame(double[] some, double[] others) {
        Arrays.sort(some);
        Arrays.sort(others);
        for (int i = 0; i < some.length; i++) {
            assertThat(some[i]).isCloseTo(others[i], within(1e-6));
        }
    }
}
