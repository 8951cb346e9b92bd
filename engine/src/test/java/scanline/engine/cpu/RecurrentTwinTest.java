package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;
import static scanline.engine.tensor.Numbers.withoutFusedOperations;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.backend.Backend;
import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.Recurrent.Options;
import scanline.engine.nn.RecurrentInitializer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Stacks of recurrent layers, in one direction or two, against those composed of plain ops, and with the same bits where they are
 * computed again or only inferred. A layer alone is an op, which scanline.engine.ops holds against its twins.
 */
class RecurrentTwinTest {
    // The sums of the twins differ in their order; what they differ by shrinks from step to step and is not amplified.
    // Measured: below 6e-7 of the largest value, below 3e-6 of the largest gradient.
    private static final double VALUE_TOLERANCE = 2e-6;
    private static final double GRADIENT_TOLERANCE = 1e-5;

    @ParameterizedTest(name = "{0} layers, T {1}, B {2}, F {3}, H {4}")
    @CsvSource({"2, 5, 7, 13, 15", "2, 2, 63, 7, 17", "1, 5, 13, 28, 31", "3, 4, 3, 17, 5", "2, 9, 3, 5, 129",
            "1, 8, 1, 2, 200",
            // Several blocks of the backward pass, several shards of the batch, and both.
            "2, 80, 5, 3, 9", "1, 3, 600, 3, 5", "1, 12, 100, 1, 5"})
    void theFusedLayerEqualsTheComposedOne(int layers, int steps, int batch, int features, int hidden) {
        for (Case each : cases(layers, steps, batch, features, hidden)) {
            try (CpuBackend one = new CpuBackend(1);
                    CpuBackend two = new CpuBackend(2);
                    CpuBackend three = new CpuBackend(3)) {
                Map<String, float[]> fused = each.train(one);
                compare(each, fused, each.train(withoutFusedOperations(one)));
                compare(each, fused, each.train(new ReferenceBackend()));
                for (Backend backend : new Backend[] {one, two, three}) {
                    same(backend.name(), each.train(backend), fused);
                    same("recomputed, " + backend.name(), each.recomputing().train(backend), fused);
                    assertSameBits("inference, " + backend.name(), each.infer(backend), fused.get("value"));
                }
            }
        }
    }

    /** Every kind and output; each option with one of them. */
    private static List<Case> cases(int layers, int steps, int batch, int features, int hidden) {
        List<Case> cases = new ArrayList<>();
        for (CellKind kind : CellKind.values()) {
            for (Output output : Output.values()) {
                Options options = new Options(0, batch % 3 == 1, output == Output.ALL_STEPS ^ kind == CellKind.GRU,
                        false, RecurrentInitializer.DEFAULT);
                cases.add(new Case(kind, options, layers, steps, batch, features, hidden, output));
            }
        }
        return cases;
    }

    private static void compare(Case each, Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        actual.forEach((name, values) -> assertClose(name + ", " + each, values, expected.get(name),
                name.equals("value") ? VALUE_TOLERANCE : GRADIENT_TOLERANCE));
    }

    private static void same(String what, Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        actual.forEach((name, values) -> assertSameBits(name + ", " + what, values, expected.get(name)));
    }

    private record Case(CellKind kind, Options options, int layers, int steps, int batch, int features, int hidden,
            Output output) {
        Case recomputing() {
            return new Case(kind,
                    new Options(0, options.bidirectional(), options.learnInitialState(), true,
                            RecurrentInitializer.DEFAULT),
                    layers, steps, batch, features, hidden, output);
        }

        /** The value, and the gradients of the input and of every weight. */
        Map<String, float[]> train(Backend backend) {
            Weights weights = new Engine(backend).weights(3);
            Recurrent recurrent = new Recurrent(weights, kind, features, hidden, layers, options);
            Parameter x = weights.uniform("x", Shape.of(steps, batch, features), 1);
            Engine engine = new Engine(backend);
            Map<String, float[]> results = new LinkedHashMap<>();
            // Twice, so that the second pass works in buffers with left-over contents.
            for (int pass = 0; pass < 2; pass++) {
                weights.clearGradients();
                try (Tape tape = engine.training(RandomKey.of(5, "pass"))) {
                    Tensor y = recurrent.forward(onTape(tape, x), output);
                    tape.backward(weightedSum(y, uniform("dy", y.shape().elements(), 1)));
                    results.put("value", y.values());
                }
            }
            for (Parameter parameter : weights.parameters()) {
                results.put(parameter.name(), parameter.gradients());
            }
            return results;
        }

        float[] infer(Backend backend) {
            Weights weights = new Engine(backend).weights(3);
            Recurrent recurrent = new Recurrent(weights, kind, features, hidden, layers, options);
            Parameter x = weights.uniform("x", Shape.of(steps, batch, features), 1);
            try (Tape tape = new Engine(backend).inference()) {
                return recurrent.forward(tape.input(x.shape(), x.values()), output).values();
            }
        }
    }
}
