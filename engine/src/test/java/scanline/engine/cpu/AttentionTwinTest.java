package scanline.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.assertClose;
import static scanline.engine.tensor.Numbers.assertSameBits;
import static scanline.engine.tensor.Numbers.onTape;
import static scanline.engine.tensor.Numbers.uniform;
import static scanline.engine.tensor.Numbers.weightedSum;
import static scanline.engine.tensor.Numbers.withoutAbilities;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Attention;
import scanline.engine.tensor.Attention.Heads;
import scanline.engine.tensor.Attention.Mask;
import scanline.engine.tensor.Attention.Projections;
import scanline.engine.tensor.Backend;
import scanline.engine.tensor.Memory;
import scanline.engine.tensor.Nonlinearity;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Perceptron;
import scanline.engine.tensor.Perceptron.Layers;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Fused attention, and what surrounds it in a transformer, against plain ops: in value and in every gradient. */
class AttentionTwinTest {
    // Measured: below 4e-7 of the largest value, below 1e-6 of the largest gradient.
    private static final double VALUE_TOLERANCE = 2e-6;
    private static final double GRADIENT_TOLERANCE = 5e-6;
    private static final float NOTHING = 1e-30f;

    @ParameterizedTest(name = "{0} queries, {1} keys, B {2}, {3} heads of {4}")
    @CsvSource({"1, 1, 1, 1, 1", "1, 2, 3, 1, 2", "2, 1, 1, 2, 3", "4, 4, 32, 4, 16", "26, 26, 3, 8, 64",
            "28, 28, 5, 8, 16", "5, 7, 2, 3, 13", "17, 33, 2, 1, 15", "33, 17, 1, 2, 17", "16, 16, 2, 2, 16",
            "63, 65, 1, 2, 31", "64, 64, 2, 1, 33", "65, 63, 1, 1, 65", "129, 127, 2, 1, 100", "130, 130, 1, 2, 5",
            "3, 200, 2, 1, 7", "200, 3, 1, 3, 129"})
    void theFusedAttentionEqualsTheComposedOne(int queries, int keys, int batch, int heads, int width) {
        int[] lengths = IntStream.range(0, batch).map(b -> 1 + (keys - 1) * (b + 1) / (batch + 1)).toArray();
        for (Mask mask : new Mask[] {Mask.NONE, Mask.CAUSAL, Mask.NONE.padded(lengths), Mask.CAUSAL.padded(lengths)}) {
            for (float dropout : new float[] {0f, 0.3f}) {
                Case each = new Case(queries, keys, batch, heads, width, mask, dropout);
                try (CpuBackend one = new CpuBackend(1);
                        CpuBackend two = new CpuBackend(2);
                        CpuBackend three = new CpuBackend(3)) {
                    Map<String, float[]> fused = each.train(one);
                    compare(each, fused, each.train(withoutAbilities(one)));
                    for (Backend backend : new Backend[] {one, two, three}) {
                        each.train(backend).forEach(
                                (name, values) -> assertSameBits(name + ", " + each, values, fused.get(name)));
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} steps, B {1}, F {2}, {3} heads of {4}")
    @CsvSource({"1, 1, 1, 1, 1", "4, 32, 64, 4, 16", "26, 3, 64, 8, 64", "5, 17, 7, 3, 13", "17, 9, 15, 1, 15",
            "33, 2, 100, 2, 17", "3, 100, 17, 2, 5", "130, 2, 5, 2, 33"})
    void theFusedLayerEqualsTheComposedOne(int steps, int batch, int features, int heads, int width) {
        int[] lengths = IntStream.range(0, batch).map(b -> 1 + (steps - 1) * (b + 1) / (batch + 1)).toArray();
        for (boolean bias : new boolean[] {false, true}) {
            Mask mask = bias ? Mask.CAUSAL : Mask.NONE.padded(lengths);
            for (float dropout : new float[] {0f, 0.3f}) {
                twins("self-attention", backend -> train(backend, Shape.of(steps, batch, features), weights -> {
                    int inner = heads * width;
                    Projections w = new Projections(weights.uniform("wi", Shape.of(3 * inner, features), 1),
                            bias ? weights.uniform("bi", Shape.of(3 * inner), 1) : null,
                            weights.uniform("wo", Shape.of(features, inner), 1),
                            weights.uniform("bo", Shape.of(features), 1));
                    return y -> Attention.self(y, w, heads, width, mask, dropout);
                }));
            }
        }
    }

    @ParameterizedTest(name = "{0} rows, {1} to {2}")
    @CsvSource({"1, 1, 1", "2, 3, 5", "95, 7, 13", "97, 64, 128", "200, 17, 65", "1000, 33, 31", "769, 15, 100"})
    void theFusedPerceptronEqualsTheComposedOne(int rows, int features, int hidden) {
        for (Nonlinearity f : Nonlinearity.values()) {
            for (float dropout : new float[] {0f, 0.3f}) {
                twins(f + " perceptron", backend -> train(backend, Shape.of(rows, features), weights -> {
                    Layers w = new Layers(weights.uniform("w1", Shape.of(hidden, features), 1),
                            weights.uniform("b1", Shape.of(hidden), 1),
                            weights.uniform("w2", Shape.of(features, hidden), 1),
                            weights.uniform("b2", Shape.of(features), 1));
                    return y -> Perceptron.forward(y, w, f, dropout);
                }));
            }
        }
    }

    private interface Made {
        UnaryOperator<Tensor> by(Weights weights);
    }

    private static void twins(String what, Function<Backend, Map<String, float[]>> trained) {
        try (CpuBackend one = new CpuBackend(1);
                CpuBackend two = new CpuBackend(2);
                CpuBackend three = new CpuBackend(3)) {
            Map<String, float[]> fused = trained.apply(one);
            compare(what, fused, trained.apply(withoutAbilities(one)));
            for (Backend backend : new Backend[] {one, two, three}) {
                trained.apply(backend).forEach((name, values) -> assertSameBits(name + ", " + what, values,
                        fused.get(name)));
            }
        }
    }

    /** The value, and the gradients of the input and of every weight. */
    private static Map<String, float[]> train(Backend backend, Shape shape, Made layer) {
        Weights weights = new Weights(backend, 3);
        Parameter x = weights.uniform("x", shape, 1);
        UnaryOperator<Tensor> forward = layer.by(weights);
        Memory memory = new Memory(backend);
        Map<String, float[]> results = new LinkedHashMap<>();
        // Twice, so that the second pass works in buffers with left-over contents.
        for (int pass = 0; pass < 2; pass++) {
            weights.clearGradients();
            try (Tape tape = Tape.training(memory, RandomKey.of(5, "pass"))) {
                Tensor y = forward.apply(onTape(tape, x));
                tape.backward(weightedSum(y, uniform("dy", y.shape().elements(), 1)));
                results.put("value", y.values());
            }
        }
        weights.parameters().forEach(parameter -> results.put(parameter.name(), parameter.gradients()));
        return results;
    }

    @Test
    void theFusedAttentionEqualsTheReference() {
        Case each = new Case(19, 23, 3, 2, 9, Mask.CAUSAL.padded(23, 4, 11), 0.2f);
        try (CpuBackend two = new CpuBackend(2)) {
            compare(each, each.train(two), each.train(new ReferenceBackend()));
        }
    }

    @Test
    void aRowOfWeightsAddsUpToOneAndSeesNothingBehindTheMask() {
        Weights weights = new Weights(new ReferenceBackend(), 3);
        Parameter x = weights.uniform("x", Shape.of(4, 2, 6), 3);
        try (Tape tape = Tape.inference(new Memory(weights.backend()))) {
            Tensor p = Attention.weights(new Heads(onTape(tape, x), 0), new Heads(onTape(tape, x), 0), 2, 3,
                    Mask.CAUSAL.padded(4, 2));
            assertThat(p.shape()).isEqualTo(Shape.of(4, 4, 4));
            float[] values = p.values();
            for (int unit = 0; unit < 4; unit++) {
                for (int i = 0; i < 4; i++) {
                    float sum = 0;
                    for (int j = 0; j < 4; j++) {
                        float weight = values[(unit * 4 + i) * 4 + j];
                        sum += weight;
                        assertThat(weight < 1e-30f).isEqualTo(j > i || unit >= 2 && j >= 2);
                    }
                    assertThat(sum).isBetween(0.99999f, 1.00001f);
                }
            }
        }
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        try (CpuBackend backend = new CpuBackend(1); Tape tape = Tape.inference(new Memory(backend))) {
            Tensor x = tape.input(Shape.of(2, 3, 4), new float[24]);
            Tensor y = tape.input(Shape.of(2, 2, 4), new float[16]);
            assertThatThrownBy(() -> attend(x, x, 3, Mask.NONE)).hasMessageContaining("need 6 columns from 0 on");
            assertThatThrownBy(() -> attend(x, y, 2, Mask.NONE)).hasMessageContaining("2 steps of 3 examples");
            assertThatThrownBy(() -> attend(x, x, 2, Mask.NONE.padded(1, 2)))
                    .hasMessage("a mask needs 3 lengths from 1 to 2, not [1, 2]");
            assertThatThrownBy(() -> attend(x, x, 2, Mask.NONE.padded(1, 0, 2)))
                    .hasMessage("a mask needs 3 lengths from 1 to 2, not [1, 0, 2]");
        }
    }

    private static Tensor attend(Tensor q, Tensor k, int heads, Mask mask) {
        return Attention.attend(new Heads(q, 0), new Heads(k, 0), new Heads(k, 0), heads, 2, mask, 0);
    }

    private static void compare(Object each, Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        actual.forEach((name, values) -> {
            // Where a query sees one key alone nothing flows back to it, but for the 1e-38 that composed softmax leaves.
            if (!(largest(values) < NOTHING && largest(expected.get(name)) < NOTHING)) {
                assertClose(name + ", " + each, values, expected.get(name),
                        name.equals("value") ? VALUE_TOLERANCE : GRADIENT_TOLERANCE);
            }
        });
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private record Case(int queries, int keys, int batch, int heads, int width, Mask mask, float dropout) {
        /** The value, and the gradients of queries, keys and values, which lie among other columns. */
        Map<String, float[]> train(Backend backend) {
            Weights weights = new Weights(backend, 3);
            int inner = heads * width;
            Parameter q = weights.uniform("q", Shape.of(queries, batch, inner + 2), 2);
            Parameter kv = weights.uniform("kv", Shape.of(keys, batch, 2 * inner + 3), 2);
            Memory memory = new Memory(backend);
            Map<String, float[]> results = new LinkedHashMap<>();
            // Twice, so that the second pass works in buffers with left-over contents.
            for (int pass = 0; pass < 2; pass++) {
                weights.clearGradients();
                try (Tape tape = Tape.training(memory, RandomKey.of(5, "pass"))) {
                    Tensor x = onTape(tape, kv);
                    Tensor y = Attention.attend(new Heads(onTape(tape, q), 1), new Heads(x, 0),
                            new Heads(x, inner + 3), heads, width, mask, dropout);
                    tape.backward(weightedSum(y, uniform("dy", y.shape().elements(), 1)));
                    results.put("value", y.values());
                }
            }
            results.put("dq", q.gradients());
            results.put("dkv", kv.gradients());
            return results;
        }
    }
}
