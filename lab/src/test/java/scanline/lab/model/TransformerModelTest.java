package scanline.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.engine.backend.Backend;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;
import scanline.lab.model.Autoregressive.Decoding;
import scanline.lab.model.Autoregressive.WholePrefix;

class TransformerModelTest {
    private static final int CLASSES = 4;

    /** Paths go on: first one of each picture, then with parents that repeat, skip, change places, die out. */
    private static final int[][] BRANCHING = {{0, 1, 2}, {0, 0, 2, 2, 2}, {4, 1, 0, 3}, {2, 2}, {1, 0, 1, 1, 0, 0},
            {5}};

    private static final int[][] GREEDY = {{0, 1, 2}, {0, 1, 2}, {0, 1, 2}, {0, 1, 2}, {0, 1, 2}, {0, 1, 2}};

    /** The second picture is done after three words, the first one after four. */
    private static final int[][] ENDING = {{0, 1, 2}, {0, 1, 2}, {0, 2}, {0, 1}, {1}, {0}};

    /** Decodes anew at each step, whatever the network does. */
    private record Plain(Autoregressive network) implements Autoregressive {
        @Override
        public int start() {
            return network.start();
        }

        @Override
        public int end() {
            return network.end();
        }

        @Override
        public int beamWidth() {
            return network.beamWidth();
        }

        @Override
        public Tensor encode(Tensor x) {
            return network.encode(x);
        }

        @Override
        public Tensor forward(Tensor encoded, int[] words) {
            return network.forward(encoded, words);
        }
    }

    private static TransformerModel model(int width, int heads, int beam) {
        return new TransformerModel(width, 2, 2, heads, 3 * width, 0.1, 9, beam);
    }

    private static Tensor noise(Tape tape, Shape shape) {
        float[] values = new float[shape.elements()];
        RandomKey.of(5, "pictures").uniform(values, 0, values.length, -2, 2);
        return tape.input(shape, values);
    }

    @ParameterizedTest
    @CsvSource({"8, 2", "8, 1", "12, 4", "64, 4"})
    void cachedDecodingHasTheSameBitsAsFullDecoding(int width, int heads) {
        try (Backend backend = Backend.load(2)) {
            Autoregressive network = model(width, heads, 1).build(new Engine(backend).weights(1),
                    new Model.Input(5, 7, CLASSES, 6));
            for (int[][] parents : List.of(GREEDY, BRANCHING, ENDING)) {
                try (Tape tape = new Engine(backend).inference()) {
                    Tensor encoded = network.encode(noise(tape, Shape.of(5, 3, 7)));
                    Decoding remembers = network.decode(encoded);
                    Decoding beginsAnew = new WholePrefix(network, encoded);
                    assertThat(remembers).isNotInstanceOf(WholePrefix.class);
                    for (int step = 0; step < parents.length; step++) {
                        int[] words = words(step, parents[step].length, network.start());
                        float[] values = remembers.next(parents[step], words).values();
                        assertThat(values).hasSize(words.length * (CLASSES + 2)).doesNotContain(Float.NaN)
                                .isEqualTo(beginsAnew.next(parents[step], words).values());
                    }
                }
            }
        }
    }

    /** Any labels, another one for each path. */
    private static int[] words(int step, int paths, int start) {
        int[] words = new int[paths];
        for (int p = 0; p < paths; p++) {
            words[p] = step == 0 ? start : (3 * step + p) % CLASSES;
        }
        return words;
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "5, false", "3, true"})
    void aSearchFindsTheSameWithBoth(int beam, boolean distinct) {
        try (Backend backend = Backend.load(1)) {
            Weights weights = new Engine(backend).weights(2);
            Autoregressive network = model(8, 2, beam).build(weights, new Model.Input(5, 7, CLASSES, 6));
            sharpen(weights.parameters().get(weights.parameters().size() - 2));
            try (Tape tape = new Engine(backend).inference()) {
                Tensor encoded = network.encode(noise(tape, Shape.of(5, 4, 7)));
                List<BeamSearch.Found> remembered = new BeamSearch(network, CLASSES, 6, distinct).search(encoded);
                List<BeamSearch.Found> anew = new BeamSearch(new Plain(network), CLASSES, 6, distinct).search(encoded);
                assertThat(remembered).hasSize(4).usingRecursiveComparison().isEqualTo(anew);
                assertThat(remembered.stream().mapToInt(found -> found.labels().length).max().orElseThrow())
                        .isPositive();
            }
        }
    }

    /** Larger differences between words, or the empty answer would be the best of many paths. */
    private static void sharpen(Parameter weight) {
        float[] values = weight.values();
        for (int i = 0; i < values.length; i++) {
            values[i] *= 8;
        }
        weight.value().write(0, values, 0, values.length);
    }

    @Test
    void noWordDependsOnLaterOnes() {
        try (Backend backend = Backend.load(1)) {
            Autoregressive network = model(8, 2, 1).build(new Engine(backend).weights(1),
                    new Model.Input(5, 7, CLASSES, 6));
            try (Tape tape = new Engine(backend).inference()) {
                Tensor encoded = network.encode(noise(tape, Shape.of(5, 2, 7)));
                float[] one = network.forward(encoded, new int[] {4, 4, 0, 1, 2, 3}).values();
                float[] other = network.forward(encoded, new int[] {4, 4, 0, 1, 1, 5}).values();
                int twoSteps = 2 * 2 * (CLASSES + 2);
                assertThat(Arrays.copyOf(one, twoSteps)).isEqualTo(Arrays.copyOf(other, twoSteps));
                assertThat(one).isNotEqualTo(other);
            }
        }
    }

    @Test
    void positionsMustCoverTheLongestAnswerAndItsStart() {
        TransformerModel model = new TransformerModel(8, 1, 1, 2, 8, 0, 4, 1);
        String message = "model.positions is 4, but an answer of up to 4 labels (data.canvas) and its start take 5";
        try (Backend backend = Backend.load(1)) {
            assertThatThrownBy(() -> model.build(new Engine(backend).weights(1), new Model.Input(4, 196, 10, 4)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessage(message);
            model.build(new Engine(backend).weights(1), new Model.Input(4, 196, 10, 3));
        }
    }
}
