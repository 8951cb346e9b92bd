package scanline.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.nn.Initializer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Labels are 0 to 4, the end is 5, the start 6; three pictures of 8 x 8. */
class CnnRnnModelTest {
    private static final Model.Input INPUT = new Model.Input(8, 8, 5, 3);
    private static final int WORDS = 6;
    private static final CnnRnnModel MODEL = new CnnRnnModel(new CnnModel(2, 3, 6, 0, Initializer.HE), 4, 5, 1);

    // Time-major: the answers are {2, 0, 4}, {} and {1, 2}.
    private static final int[] GIVEN = {6, 6, 6, 2, 5, 1, 0, 5, 2, 4, 5, 5};
    private static final int[] NEXT = {2, 5, 1, 0, -1, 2, 4, -1, 5, 5, -1, -1};

    private final Backend backend = new ReferenceBackend();
    private final Engine engine = new Engine(backend);
    private final Weights weights = new Engine(backend).weights(3);
    private final Autoregressive network = MODEL.build(weights, INPUT);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Tensor pictures(Tape tape) {
        float[] values = new float[8 * 3 * 8];
        RandomKey.of(1, "pictures").uniform(values, 0, values.length, -1, 1);
        return tape.input(Shape.of(8, 3, 8), values);
    }

    private Tensor loss(Tape tape) {
        return Losses.crossEntropy(network.forward(network.encode(pictures(tape)), GIVEN), NEXT, 0f);
    }

    private double loss() {
        try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
            return loss(tape).values()[0];
        }
    }

    /**
     * Along its gradient a loss rises by the gradient's length. A gradient that is wrong has another length than what the
     * loss rises by along it, whichever of its numbers is wrong.
     */
    @Test
    void theLossIncreasesAlongEachGradientByItsLength() {
        Map<String, float[]> gradients = new HashMap<>();
        try (Tape tape = engine.training(RandomKey.of(1, "pass"))) {
            weights.clearGradients();
            tape.backward(loss(tape));
            weights.parameters().forEach(parameter -> gradients.put(parameter.name(), parameter.gradients()));
        }
        Map<String, Double> lengths = new TreeMap<>();
        for (Parameter parameter : weights.parameters()) {
            float[] gradient = gradients.get(parameter.name());
            double length = length(gradient);
            lengths.put(parameter.name(), length);
            if (length > 1e-4) {
                double rise = (lossAt(parameter, gradient, 4e-3 / length) - lossAt(parameter, gradient, -4e-3 / length))
                        / 8e-3;
                assertThat(rise).as(parameter.name()).isCloseTo(length, within(0.03 * length + 2e-4));
            }
        }
        // The batch normalization takes away what a bias in front of it adds; all others matter.
        assertThat(lengths).hasSize(19);
        assertThat(lengths.keySet().stream().filter(name -> lengths.get(name) <= 1e-4))
                .containsExactly("cnn.conv1.bias", "cnn.conv2.bias");
    }

    private double lossAt(Parameter parameter, float[] direction, double distance) {
        float[] values = parameter.values();
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (distance * direction[i]);
        }
        parameter.value().write(0, moved, 0, moved.length);
        double loss = loss();
        parameter.value().write(0, values, 0, values.length);
        return loss;
    }

    private static double length(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    @Test
    void aScoreIsTheProductOfALabelVectorAndTheContext() {
        try (Tape tape = engine.inference()) {
            Tensor encoded = network.encode(pictures(tape));
            assertThat(encoded.shape()).isEqualTo(Shape.of(1, 3, 4));
            float[] image = encoded.values();
            float[] scores = network.forward(encoded, new int[] {6, 6, 6}).values();
            assertThat(scores).hasSize(3 * WORDS);
            float[] o = state(values("embedding.weight"), 6);
            float[] projected = affine(values("label_projection.weight"), values("label_projection.bias"), o);
            for (int b = 0; b < 3; b++) {
                for (int word = 0; word < WORDS; word++) {
                    double sum = 0;
                    for (int i = 0; i < 4; i++) {
                        sum += Math.max(0, projected[i] + image[b * 4 + i]) * values("embedding.weight")[word * 4 + i];
                    }
                    assertThat((double) scores[b * WORDS + word]).isCloseTo(sum, within(1e-5));
                }
            }
        }
    }

    /** The LSTM's state behind one word, as in PyTorch: gates i, f, g, o; it begins with zeros. */
    private float[] state(float[] u, int word) {
        float[] w = Arrays.copyOfRange(u, word * 4, word * 4 + 4);
        float[] gates = affine(values("lstm.weight_ih_l0"), values("lstm.bias_ih_l0"), w);
        float[] bias = values("lstm.bias_hh_l0");
        float[] h = new float[5];
        for (int i = 0; i < 5; i++) {
            double c = sigmoid(gates[i] + bias[i]) * StrictMath.tanh(gates[10 + i] + bias[10 + i]);
            h[i] = (float) (sigmoid(gates[15 + i] + bias[15 + i]) * StrictMath.tanh(c));
        }
        return h;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static float[] affine(float[] matrix, float[] bias, float[] x) {
        float[] y = bias.clone();
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    private float[] values(String name) {
        return weights.parameters().stream().filter(parameter -> parameter.name().equals(name)).findAny().orElseThrow()
                .values();
    }

    @Test
    void noScoreDependsOnLaterLabels() {
        try (Tape tape = engine.inference()) {
            Tensor encoded = network.encode(pictures(tape));
            int[] others = GIVEN.clone();
            others[6] = 3;
            others[9] = 1;
            float[] one = network.forward(encoded, GIVEN).values();
            float[] other = network.forward(encoded, others).values();
            int twoSteps = 2 * 3 * WORDS;
            assertThat(Arrays.copyOf(one, twoSteps)).isEqualTo(Arrays.copyOf(other, twoSteps));
            for (int t = 2; t < 4; t++) {
                int at = t * 3 * WORDS;
                assertThat(Arrays.copyOfRange(one, at, at + WORDS))
                        .isNotEqualTo(Arrays.copyOfRange(other, at, at + WORDS));
            }
        }
    }
}
