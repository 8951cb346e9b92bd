package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import scanline.engine.nn.StreamingPredictor.Stream;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Numbers;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Steps before, at and after the ends of two chains of 1024. */
class RunningMeanTest {
    private static final int STEPS = 2051;
    private static final int WIDTH = 3;
    private static final int[] CHOSEN = {0, 1, 2, 17, 1022, 1023, 1024, 1025, 2046, 2047, 2048, 2050};

    private final float[] x = Numbers.uniform("x", STEPS * WIDTH, 1);

    @Test
    void aStreamHasTheBitsOfTheMeanOfTheStepsSoFar() {
        try (Engine engine = Engine.open(1)) {
            Weights none = engine.weights(1);
            try (StreamingPredictor predictor = StreamingPredictor.of(none, _ -> new RunningMean(WIDTH), WIDTH, WIDTH,
                    1)) {
                Stream stream = predictor.open();
                float[] y = new float[WIDTH];
                for (int t = 0; t < STEPS; t++) {
                    predictor.step(stream, Arrays.copyOfRange(x, t * WIDTH, (t + 1) * WIDTH), y);
                    int last = t;
                    if (Arrays.stream(CHOSEN).anyMatch(step -> step == last)) {
                        assertThat(y).as("after step %d", t).isEqualTo(mean(engine, t + 1));
                    }
                }
            }
        }
    }

    @Test
    void aSequenceHasTheBitsOfTheMeanOfTheStepsSoFar() {
        try (Engine engine = Engine.open(2); Tape tape = engine.inference()) {
            float[] means = new RunningMean(WIDTH).forward(tape.input(Shape.of(STEPS, 1, WIDTH), x)).values();
            for (int t : CHOSEN) {
                assertThat(Arrays.copyOfRange(means, t * WIDTH, (t + 1) * WIDTH)).as("after step %d", t)
                        .isEqualTo(mean(engine, t + 1));
            }
        }
    }

    @Test
    void itsGradientIsThatOfTheMeans() {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(1);
            weights.uniform("x", Shape.of(4, 2, WIDTH), 1);
            assertThat(GradientCheck.error(weights, tape -> {
                Tensor read = Numbers.onTape(tape, weights.parameters().getFirst());
                return new RunningMean(WIDTH).forward(read).power(2);
            })).isLessThan(1e-3);
        }
    }

    private float[] mean(Engine engine, int steps) {
        try (Tape tape = engine.inference()) {
            return tape.input(Shape.of(steps, 1, WIDTH), Arrays.copyOf(x, steps * WIDTH)).meanOverSteps().values();
        }
    }
}
