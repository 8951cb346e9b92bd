package scanline.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.values;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.optim.Optimizer.Slot;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

class OptimTest {
    private static final Offset<Double> EXACT = within(1e-15);

    private final Weights weights = new Weights(new ReferenceBackend(), 1);

    private Parameter parameter(String name, float... gradients) {
        Parameter parameter = weights.zeros(name, Shape.of(gradients.length));
        parameter.gradient().write(0, gradients, 0, gradients.length);
        return parameter;
    }

    @Test
    void schedulesFollowTheirFormulas() {
        long stepsAnEpoch = 10;
        int epochs = 20;
        Schedule.Cosine cosine = new Schedule.Cosine(0.1, false);
        Schedule.Cosine byEpoch = new Schedule.Cosine(0.1, true);
        Schedule.WarmUp warmUp = new Schedule.WarmUp(2.5, 0.1);
        for (long step = 0; step < stepsAnEpoch * epochs; step++) {
            long epoch = step / stepsAnEpoch;
            assertThat(Schedule.Constant.DEFAULT.factor(step, stepsAnEpoch, epochs)).isEqualTo(1);
            assertThat(new Schedule.Step(3, 0.5).factor(step, stepsAnEpoch, epochs))
                    .isEqualTo(Math.scalb(1, (int) -(epoch / 3)));
            assertThat(cosine.factor(step, stepsAnEpoch, epochs))
                    .isCloseTo(0.55 + 0.45 * Math.cos(Math.PI * step / 200), EXACT);
            assertThat(byEpoch.factor(step, stepsAnEpoch, epochs))
                    .isCloseTo(0.55 + 0.45 * Math.cos(Math.PI * epoch / 20), EXACT);
            assertThat(warmUp.factor(step, stepsAnEpoch, epochs)).isCloseTo(
                    step < 25 ? (step + 1) / 26.0 : 0.55 + 0.45 * Math.cos(Math.PI * (step - 25) / 175), EXACT);
        }
    }

    @Test
    void schedulesStartAtOneAndEndAtTheirMinimum() {
        assertThat(Schedule.Cosine.DEFAULT.factor(0, 600, 10)).isEqualTo(1);
        assertThat(Schedule.Cosine.DEFAULT.factor(6000, 600, 10)).isCloseTo(0, EXACT);
        assertThat(Schedule.WarmUp.DEFAULT.factor(600, 600, 10)).isEqualTo(1);
        assertThat(Schedule.WarmUp.DEFAULT.factor(6000, 600, 10)).isCloseTo(0, EXACT);
        // A warm-up as long as the training never falls, and one of no length never rises.
        assertThat(new Schedule.WarmUp(1, 0).factor(599, 600, 1)).isLessThan(1);
        assertThat(new Schedule.WarmUp(0, 0).factor(0, 600, 1)).isEqualTo(1);
    }

    @Test
    void clippingByValueLimitsEveryElement() {
        Parameter a = parameter("a", 0.5f, -3f, 2f);
        Parameter b = parameter("b", -0.25f);
        new Clipping.Value(1).clip(weights);
        assertThat(a.gradients()).containsExactly(0.5f, -1f, 1f);
        assertThat(b.gradients()).containsExactly(-0.25f);
    }

    @Test
    void clippingByNormScalesAllGradientsByOneFactor() {
        Parameter a = parameter("a", 3f, 0f);
        Parameter b = parameter("b", -4f);
        new Clipping.Norm(6).clip(weights);
        assertThat(a.gradients()).containsExactly(3f, 0f);
        new Clipping.Norm(1).clip(weights);
        assertThat(a.gradients()[0]).isCloseTo(0.6f, within(1e-6f));
        assertThat(b.gradients()[0]).isCloseTo(-0.8f, within(1e-6f));
        Clipping.None.DEFAULT.clip(weights);
        assertThat(b.gradients()[0]).isCloseTo(-0.8f, within(1e-6f));
    }

    @Test
    void optimizersResumeFromTheirSavedState() {
        float[][] gradients = {{1f, -2f}, {0.5f, 3f}, {-1f, 0.1f}};
        for (UpdateRule rule : List.of(new Sgd(0.1, 0.9, true, 0.01), new RmsProp(0.1, 0.9, 1e-8, 0.9, 0),
                Adam.DEFAULT, AdamW.DEFAULT)) {
            Weights whole = new Weights(new ReferenceBackend(), 1);
            Weights resumed = new Weights(new ReferenceBackend(), 2);
            Parameter w = whole.uniform("w", Shape.of(2), 1);
            Parameter r = resumed.uniform("w", Shape.of(2), 1);
            Optimizer first = new Optimizer(rule, whole);
            step(first, w, gradients[0]);
            step(first, w, gradients[1]);
            Optimizer second = new Optimizer(rule, resumed);
            r.value().write(0, w.values(), 0, 2);
            for (int i = 0; i < first.state().size(); i++) {
                Slot saved = first.state().get(i);
                Slot restored = second.state().get(i);
                assertThat(restored.name()).isEqualTo(saved.name()).endsWith(".w");
                restored.values().write(0, values(saved.values()), 0, 2);
            }
            second.steps(first.steps());
            step(first, w, gradients[2]);
            step(second, r, gradients[2]);
            assertThat(r.values()).isEqualTo(w.values());
            assertThat(second.steps()).isEqualTo(3);
        }
    }

    private static void step(Optimizer optimizer, Parameter w, float[] gradients) {
        w.gradient().write(0, gradients, 0, 2);
        optimizer.step(0.05);
    }

    static Stream<Arguments> rejections() {
        return Stream.of(
                refusal(() -> new Sgd(0, 0, false, 0), "rate must be positive, not 0.0"),
                refusal(() -> new Sgd(Double.NaN, 0, false, 0), "rate must be positive, not NaN"),
                refusal(() -> new Sgd(0.1, 1, false, 0), "momentum must be in [0, 1), not 1.0"),
                refusal(() -> new Sgd(0.1, 0, false, -0.1), "weightDecay must be 0 or more, not -0.1"),
                refusal(() -> new RmsProp(-1, 0.9, 1e-8, 0, 0), "rate must be positive, not -1.0"),
                refusal(() -> new RmsProp(0.1, 1.5, 1e-8, 0, 0), "alpha must be in [0, 1), not 1.5"),
                refusal(() -> new RmsProp(0.1, 0.9, 0, 0, 0), "epsilon must be positive, not 0.0"),
                refusal(() -> new RmsProp(0.1, 0.9, 1e-8, -1, 0), "momentum must be in [0, 1), not -1.0"),
                refusal(() -> new RmsProp(0.1, 0.9, 1e-8, 0, -1), "weightDecay must be 0 or more, not -1.0"),
                refusal(() -> new Adam(0, 0.9, 0.999, 1e-8, 0), "rate must be positive, not 0.0"),
                refusal(() -> new Adam(0.1, 1, 0.999, 1e-8, 0), "beta1 must be in [0, 1), not 1.0"),
                refusal(() -> new Adam(0.1, 0.9, -0.1, 1e-8, 0), "beta2 must be in [0, 1), not -0.1"),
                refusal(() -> new Adam(0.1, 0.9, 0.999, -1, 0), "epsilon must be positive, not -1.0"),
                refusal(() -> new Adam(0.1, 0.9, 0.999, 1e-8, -2), "weightDecay must be 0 or more, not -2.0"),
                refusal(() -> new AdamW(-0.1, 0.9, 0.999, 1e-8, 0), "rate must be positive, not -0.1"),
                refusal(() -> new AdamW(0.1, 2, 0.999, 1e-8, 0), "beta1 must be in [0, 1), not 2.0"),
                refusal(() -> new AdamW(0.1, 0.9, 1, 1e-8, 0), "beta2 must be in [0, 1), not 1.0"),
                refusal(() -> new AdamW(0.1, 0.9, 0.999, 0, 0), "epsilon must be positive, not 0.0"),
                refusal(() -> new AdamW(0.1, 0.9, 0.999, 1e-8, -1), "weightDecay must be 0 or more, not -1.0"),
                refusal(() -> new Clipping.Value(0), "bound must be positive, not 0.0"),
                refusal(() -> new Clipping.Norm(-1), "bound must be positive, not -1.0"),
                refusal(() -> new Schedule.Step(0, 0.1), "stepSize must be positive, not 0.0"),
                refusal(() -> new Schedule.Step(1, 1.1), "gamma must be in (0, 1], not 1.1"),
                refusal(() -> new Schedule.Cosine(-0.5, true), "minimum must be in [0, 1], not -0.5"),
                refusal(() -> new Schedule.WarmUp(-1, 0), "epochs must be 0 or more, not -1.0"),
                refusal(() -> new Schedule.WarmUp(1, 2), "minimum must be in [0, 1], not 2.0"));
    }

    private static Arguments refusal(ThrowingCallable call, String message) {
        return Arguments.of(message, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejections")
    void invalidHyperparametersAreRejectedByNameAndValue(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
