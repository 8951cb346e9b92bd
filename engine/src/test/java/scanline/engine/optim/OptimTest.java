package scanline.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static scanline.engine.tensor.Numbers.values;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.optim.Optimizer.Slot;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

class OptimTest {
    private static final Offset<Double> EXACT = within(1e-15);

    private final Weights weights = new Engine(new ReferenceBackend()).weights(1);

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
        Schedule.WarmUp fromStart = new Schedule.WarmUp(2.5, 0.1, true);
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
            assertThat(fromStart.factor(step, stepsAnEpoch, epochs)).isCloseTo(
                    step < 25 ? (step + 1) / 25.0 : 0.55 + 0.45 * Math.cos(Math.PI * step / 200), EXACT);
        }
    }

    @Test
    void schedulesStartAtOneAndEndAtTheirMinimum() {
        assertThat(Schedule.Cosine.DEFAULT.factor(0, 600, 10)).isEqualTo(1);
        assertThat(Schedule.Cosine.DEFAULT.factor(6000, 600, 10)).isCloseTo(0, EXACT);
        assertThat(Schedule.WarmUp.DEFAULT.factor(600, 600, 10)).isEqualTo(1);
        assertThat(Schedule.WarmUp.DEFAULT.factor(6000, 600, 10)).isCloseTo(0, EXACT);
        assertThat(new Schedule.WarmUp(1, 0, true).factor(599, 600, 10)).isEqualTo(1);
        assertThat(new Schedule.WarmUp(0.0001, 0, true).factor(0, 600, 10)).isEqualTo(1);
        assertThat(new Schedule.WarmUp(1, 0, true).factor(600, 600, 10)).isLessThan(0.98);
        assertThat(new Schedule.WarmUp(1, 0.2, true).factor(6000, 600, 10)).isCloseTo(0.2, EXACT);
        assertThat(Schedule.OneCycle.DEFAULT.factor(0, 600, 10)).isCloseTo(0.04, EXACT);
        assertThat(Schedule.OneCycle.DEFAULT.factor(1799, 600, 10)).isEqualTo(1);
        assertThat(Schedule.OneCycle.DEFAULT.factor(5999, 600, 10)).isCloseTo(4e-6, EXACT);
        assertThat(new Schedule.OneCycle(0, 25, 1).factor(0, 1, 1)).isCloseTo(0.04, EXACT);
        assertThat(new Schedule.OneCycle(0.5, 25, 1).factor(0, 1, 2)).isEqualTo(1);
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
            Weights whole = new Engine(new ReferenceBackend()).weights(1);
            Weights resumed = new Engine(new ReferenceBackend()).weights(2);
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
        optimizer.step(0.5);
    }

    @Test
    void aStepUsesTheRulesRateAndAFactorMultipliesIt() {
        Parameter w = parameter("w", 1f, -2f);
        Optimizer optimizer = new Optimizer(Sgd.DEFAULT.withRate(0.5), weights);
        optimizer.step();
        assertThat(w.values()).containsExactly(-0.5f, 1f);
        optimizer.step(0.25);
        assertThat(w.values()).containsExactly(-0.625f, 1.25f);
        assertThat(optimizer.steps()).isEqualTo(2);
    }

    @Test
    void aRateIsTheOnlyChangeOfWithRate() {
        assertThat(new Sgd(1, 0.5, true, 2).withRate(3)).isEqualTo(new Sgd(3, 0.5, true, 2));
        assertThat(new RmsProp(1, 0.5, 2, 0.25, 4).withRate(3)).isEqualTo(new RmsProp(3, 0.5, 2, 0.25, 4));
        assertThat(new Adam(1, 0.5, 0.25, 2, 4).withRate(3)).isEqualTo(new Adam(3, 0.5, 0.25, 2, 4));
        assertThat(new AdamW(1, 0.5, 0.25, 2, 4).withRate(3)).isEqualTo(new AdamW(3, 0.5, 0.25, 2, 4));
    }

    /** What a user may write: descent along the signs of the gradients, with a running mean of them. */
    private record SignDescent(double rate, double beta, double weightDecay) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("mean");
        }

        @Override
        public void update(ParameterUpdate update) {
            float[] w = update.parameter().values();
            float[] g = update.parameter().gradients();
            float[] mean = new float[update.elements()];
            update.slot(0).read(0, mean, 0, mean.length);
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (beta * mean[i] + (1 - beta) * g[i]);
                w[i] -= (float) (update.rate() * (Math.signum(mean[i]) + update.decay(weightDecay) * w[i]));
            }
            update.slot(0).write(0, mean, 0, mean.length);
            update.parameter().value().write(0, w, 0, w.length);
        }
    }

    @Test
    void aRuleOfOnesOwnHasItsRateItsStateAndItsGroups() {
        Parameter a = parameter("a", 3f, -1f);
        Parameter b = parameter("b", 3f);
        b.value().write(0, new float[] {8}, 0, 1);
        Optimizer optimizer = new Optimizer(new SignDescent(0.5, 0.5, 0.25), weights,
                List.of(ParameterGroup.of("b").withRateFactor(0.5)));
        optimizer.step();
        assertThat(a.values()).containsExactly(-0.5f, 0.5f);
        assertThat(b.values()).containsExactly(8f - 0.25f * (1 + 2)); // half the rate, and a quarter of 8 as decay
        assertThat(optimizer.state()).extracting(Slot::name).containsExactly("mean.a", "mean.b");
        assertThat(values(optimizer.state().getFirst().values())).containsExactly(1.5f, -0.5f);
        a.gradient().write(0, new float[] {-1, 4}, 0, 2);
        optimizer.step(2);
        // The mean of the first is still positive: 0.5 * 1.5 - 0.5 * 1 = 0.25. Its rate is 1, its decay a quarter of -0.5.
        assertThat(a.values()).containsExactly(-0.5f - 1 + 0.125f, 0.5f - 1 - 0.125f);
    }

    @Test
    void theFirstGroupThatMatchesDecides() {
        for (String name : List.of("lstm.weight", "lstm.bias", "fc.weight", "fc.bias")) {
            Parameter parameter = parameter(name, 1f);
            parameter.value().write(0, new float[] {1}, 0, 1);
        }
        Optimizer optimizer = new Optimizer(new Sgd(0.5, 0, false, 0.25), weights,
                List.of(ParameterGroup.of("fc.bias").withoutDecay().withRateFactor(0.5),
                        ParameterGroup.of("lstm.w*").whenFrozen(), ParameterGroup.of("*.bias").withoutDecay()));
        optimizer.step();
        // w - rate (g + decay w), by hand
        assertThat(weights.parameters().stream().map(parameter -> parameter.values()[0])).containsExactly(
                1f, // frozen
                1 - 0.5f, // the rule's rate, no decay
                1 - 0.5f * 1.25f, // in no group
                1 - 0.25f); // half the rate, no decay
        assertThat(optimizer.parameters()).extracting(Parameter::name).containsExactly("lstm.bias", "fc.weight",
                "fc.bias");
        assertThat(optimizer.state()).extracting(Slot::name).containsExactly("momentum.lstm.bias",
                "momentum.fc.weight", "momentum.fc.bias");
    }

    /** A parameter in a group moves as it would alone, under a rule with the group's rate and decay. */
    @Test
    void aGroupIsARuleOfItsOwn() {
        float[][] gradients = {{1f, -2f}, {0.5f, 3f}, {-1f, 0.1f}};
        Map<UpdateRule, UpdateRule> alone = Map.of(
                new Sgd(0.5, 0.9, true, 0.01), new Sgd(0.125, 0.9, true, 0),
                new RmsProp(0.5, 0.9, 1e-8, 0.9, 0.01), new RmsProp(0.125, 0.9, 1e-8, 0.9, 0),
                new Adam(0.5, 0.9, 0.999, 1e-8, 0.01), new Adam(0.125, 0.9, 0.999, 1e-8, 0),
                new AdamW(0.5, 0.9, 0.999, 1e-8, 0.01), new AdamW(0.125, 0.9, 0.999, 1e-8, 0));
        alone.forEach((rule, ofGroup) -> {
            Weights grouped = new Engine(new ReferenceBackend()).weights(1);
            Weights single = new Engine(new ReferenceBackend()).weights(1);
            Parameter w = grouped.uniform("w", Shape.of(2), 1);
            Parameter other = grouped.uniform("other", Shape.of(2), 1);
            Parameter s = single.uniform("w", Shape.of(2), 1);
            Optimizer first = new Optimizer(rule, grouped,
                    List.of(ParameterGroup.of("w").withRateFactor(0.25).withoutDecay()));
            Optimizer second = new Optimizer(ofGroup, single);
            for (float[] gradient : gradients) {
                other.gradient().write(0, gradient, 0, 2);
                step(first, w, gradient);
                step(second, s, gradient);
            }
            assertThat(w.values()).as("%s", rule).isEqualTo(s.values()).isNotEqualTo(other.values());
        });
    }

    @Test
    void clippingByNormLeavesOutFrozenParameters() {
        Parameter a = parameter("a", 3f);
        Parameter b = parameter("b", 4f);
        Optimizer optimizer = new Optimizer(Sgd.DEFAULT, weights, List.of(ParameterGroup.of("b").whenFrozen()));
        new Clipping.Norm(3.5).clip(weights.backend(), optimizer.parameters());
        assertThat(a.gradients()).containsExactly(3f); // within the bound, though the norm of both is 5
        new Clipping.Value(1).clip(weights.backend(), optimizer.parameters());
        assertThat(a.gradients()).containsExactly(1f);
        assertThat(b.needsGradient()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"fc.bias, fc.bias, true", "fc.*, fc.bias, true", "*.bias, fc.bias, true", "*, fc.bias, true",
            "f*b*s, fc.bias, true", "fc.bias*, fc.bias, true", "fc.*, lstm.fc.bias, false", "fc.bia, fc.bias, false",
            "fc?bias, fc.bias, false", "fc.bias, fcxbias, false", "\\E.*, fc.bias, false"})
    void aStarIsAnyTextAndEverythingElseIsItself(String pattern, String name, boolean matches) {
        assertThat(ParameterGroup.of(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void aGroupWithoutParametersIsRejectedWithTheNearestName() {
        parameter("embedding.weight", 1f);
        parameter("lstm.weight_ih_l0", 1f);
        parameter("lstm.bias_ih_l0", 1f);
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, weights, List.of(ParameterGroup.of("embeding.*"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no parameter matches \"embeding.*\"; the nearest is embedding.weight");
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, weights, List.of(ParameterGroup.of("lstm.bias_ih"))))
                .hasMessage("no parameter matches \"lstm.bias_ih\"; the nearest is lstm.bias_ih_l0");
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, weights, List.of(ParameterGroup.of("*.wheight"))))
                .hasMessage("no parameter matches \"*.wheight\"; the nearest is embedding.weight");
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, weights,
                List.of(ParameterGroup.of("lstm.*"), ParameterGroup.of("*_l0").whenFrozen())))
                .hasMessage("every parameter that \"*_l0\" matches belongs to an earlier group");
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, new Engine(new ReferenceBackend()).weights(1),
                List.of(ParameterGroup.of("fc.*")))).hasMessage("no parameter matches \"fc.*\"");
        assertThatThrownBy(() -> new Optimizer(Sgd.DEFAULT, weights, List.of(ParameterGroup.of("*").whenFrozen())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("every parameter is frozen, so there is nothing to learn");
        assertThat(weights.learned()).hasSize(3);
    }

    @Test
    void frozenWeightsAreNeitherUpdatedNorClippedAndHaveNoState() {
        Parameter a = parameter("a", 3f);
        Parameter b = parameter("b", 4f);
        Optimizer before = new Optimizer(new Sgd(0.5, 0.9, false, 0), weights);
        assertThat(weights.freeze("b")).isEqualTo(1);
        Optimizer after = new Optimizer(new Sgd(0.5, 0.9, false, 0), weights);
        assertThat(after.state()).extracting(Slot::name).containsExactly("momentum.a");
        new Clipping.Norm(3.5).clip(weights);
        after.step();
        before.step();
        assertThat(before.parameters()).containsExactly(a);
        assertThat(a.values()).containsExactly(-3f); // two steps of half of 3: within the bound, as b is not counted
        assertThat(b.values()).containsExactly(0f);
        assertThat(weights.unfreeze("*")).isEqualTo(2);
        assertThat(b.gradients()).containsExactly(0f);
        assertThat(before.parameters()).containsExactly(a, b);
        assertThat(after.parameters()).containsExactly(a);
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
                refusal(() -> ParameterGroup.of(" "),
                        "names must be the pattern of a name, such as lstm.*, but is blank"),
                refusal(() -> ParameterGroup.of("fc.*").withRateFactor(0), "rateFactor must be positive, not 0.0"),
                refusal(() -> ParameterGroup.of("fc.*").withRateFactor(Double.POSITIVE_INFINITY),
                        "rateFactor must be positive, not Infinity"),
                refusal(() -> new Clipping.Value(0), "bound must be positive, not 0.0"),
                refusal(() -> new Clipping.Norm(-1), "bound must be positive, not -1.0"),
                refusal(() -> new Schedule.Step(0, 0.1), "stepSize must be positive, not 0.0"),
                refusal(() -> new Schedule.Step(1, 1.1), "gamma must be in (0, 1], not 1.1"),
                refusal(() -> new Schedule.Cosine(-0.5, true), "minimum must be in [0, 1], not -0.5"),
                refusal(() -> new Schedule.WarmUp(-1, 0), "epochs must be 0 or more, not -1.0"),
                refusal(() -> new Schedule.WarmUp(1, 2), "minimum must be in [0, 1], not 2.0"),
                refusal(() -> new Schedule.OneCycle(1, 25, 1), "rise must be in [0, 1), not 1.0"),
                refusal(() -> new Schedule.OneCycle(0.3, 0.5, 1), "divisor must be 1 or more, not 0.5"),
                refusal(() -> new Schedule.OneCycle(0.3, 25, Double.NaN),
                        "lastDivisor must be 1 or more, not NaN"));
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
