package scanline.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.backend.Backend;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.model.BeamSearch.Found;

/** Beam search through tables of probabilities. Labels are 0, 1 and 2. */
class BeamSearchTest {
    private static final int LABELS = 3;
    private static final int END = 3;
    private static final int START = 4;
    private static final int ENOUGH = 1000;

    private final Backend backend = Backend.load(1);
    private final Tape tape = new Engine(backend).inference();

    /** For each picture, and behind some labels of an answer to it, the probabilities of each label and of the end. */
    private interface Table {
        double[] next(int picture, int[] labels);
    }

    /** What the labels of an answer are, and how probable it is. */
    private record Scored(int[] labels, double probability) {}

    /** A network that looks its logits up; what is encoded of a picture is its number. */
    private final class TableNetwork implements Autoregressive {
        private final Table table;
        private final int beam;

        TableNetwork(Table table, int beam) {
            this.table = table;
            this.beam = beam;
        }

        @Override
        public int start() {
            return START;
        }

        @Override
        public int end() {
            return END;
        }

        @Override
        public int beamWidth() {
            return beam;
        }

        @Override
        public Tensor encode(Tensor x) {
            return x;
        }

        @Override
        public Tensor forward(Tensor encoded, int[] words) {
            int batch = encoded.shape().size(1);
            int steps = words.length / batch;
            float[] pictures = encoded.values();
            float[] logits = new float[words.length * (END + 1)];
            for (int b = 0; b < batch; b++) {
                assertThat(words[b]).isEqualTo(START);
                for (int t = 0; t < steps; t++) {
                    int[] labels = new int[t];
                    for (int i = 0; i < t; i++) {
                        labels[i] = words[(i + 1) * batch + b];
                    }
                    double[] p = table.next((int) pictures[b], labels);
                    for (int word = 0; word <= END; word++) {
                        // Logits are no logarithms of probabilities yet: something is added to all of them.
                        logits[(t * batch + b) * (END + 1) + word] = (float) (StrictMath.log(p[word]) + 7 - t);
                    }
                }
            }
            return tape.input(Shape.of(steps, batch, END + 1), logits);
        }
    }

    @AfterEach
    void close() {
        tape.close();
        backend.close();
    }

    private List<Found> search(Table table, int beam, int longest, boolean distinct, float... pictures) {
        return new BeamSearch(new TableNetwork(table, beam), LABELS, longest, distinct)
                .search(tape.input(Shape.of(1, pictures.length, 1), pictures));
    }

    private Found searchOne(Table table, int beam, int longest) {
        return search(table, beam, longest, false, 0).getFirst();
    }

    /** The most probable first label is followed by uncertainty, the second one by nothing else. */
    private static double[] garden(int[] labels) {
        if (labels.length == 0) {
            return new double[] {0.5, 0.4, 0.06, 0.04};
        }
        return labels.length == 1 && labels[0] == 1
                ? new double[] {0.04, 0.03, 0.03, 0.9}
                : new double[] {0.3, 0.2, 0.1, 0.4};
    }

    /** The best answer begins with the third of the first labels. */
    private static double[] hidden(int[] labels) {
        if (labels.length == 0) {
            return new double[] {0.35, 0.33, 0.31, 0.01};
        }
        return labels[0] == 2 ? new double[] {0.005, 0.003, 0.002, 0.99} : new double[] {0.25, 0.25, 0.25, 0.25};
    }

    /** Any probabilities; each answer ends behind so many labels. */
    private static double[] chance(int picture, int[] labels, int longest) {
        if (labels.length == longest) {
            return new double[] {0, 0, 0, 1};
        }
        RandomKey key = RandomKey.of(picture, "table " + Arrays.toString(labels));
        double[] weights = IntStream.rangeClosed(0, END).mapToDouble(word -> 0.05 + key.uniform(word)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /** Every answer of up to so many labels. */
    private static List<Scored> all(Table table, int picture, int longest, boolean distinct) {
        List<Scored> all = new ArrayList<>();
        add(all, table, picture, new Scored(new int[0], 1), longest, distinct);
        return all;
    }

    private static void add(List<Scored> all, Table table, int picture, Scored path, int longest, boolean distinct) {
        double[] p = table.next(picture, path.labels);
        all.add(new Scored(path.labels, path.probability * p[END]));
        if (path.labels.length < longest) {
            for (int label = 0; label < LABELS; label++) {
                int next = label;
                if (!distinct || IntStream.of(path.labels).noneMatch(other -> other == next)) {
                    int[] longer = Arrays.copyOf(path.labels, path.labels.length + 1);
                    longer[path.labels.length] = label;
                    add(all, table, picture, new Scored(longer, path.probability * p[label]), longest, distinct);
                }
            }
        }
    }

    private static Scored best(List<Scored> all) {
        return all.stream().max(Comparator.comparingDouble(Scored::probability)).orElseThrow();
    }

    @Test
    void twoPathsFindWhatTheGreedyOneMisses() {
        Table table = (_, labels) -> garden(labels);
        Found greedy = searchOne(table, 1, 3);
        assertThat(greedy.labels()).containsExactly(0);
        assertThat(greedy.probability()).isCloseTo(0.5 * 0.4, within(1e-6));
        Found two = searchOne(table, 2, 3);
        assertThat(two.labels()).containsExactly(1);
        assertThat(two.probability()).isCloseTo(0.4 * 0.9, within(1e-6));
    }

    @Test
    void threePathsFindWhatTwoMiss() {
        Table table = (_, labels) -> hidden(labels);
        assertThat(searchOne(table, 1, 2).labels()).startsWith(0);
        assertThat(searchOne(table, 2, 2).labels()).startsWith(0);
        assertThat(searchOne(table, 3, 2).labels()).containsExactly(2);
        assertThat(searchOne(table, 3, 2).probability()).isCloseTo(0.31 * 0.99, within(1e-6));
    }

    @Test
    void anUnfinishedAnswerIsExtendedAfterAFinishedOne() {
        // The empty answer is found first, and a longer one is better.
        Table table = (_, labels) -> switch (labels.length) {
            case 0 -> new double[] {0.05, 0.55, 0.1, 0.3};
            case 1 -> new double[] {0.05, 0.02, 0.9, 0.03};
            default -> new double[] {0.05, 0.02, 0.03, 0.9};
        };
        assertThat(searchOne(table, 2, 3).labels()).containsExactly(1, 2);
        assertThat(searchOne(table, 2, 3).probability()).isCloseTo(0.55 * 0.9 * 0.9, within(1e-6));
    }

    @Test
    void scoresAreTheHighestProbabilitiesAtAnyStepOfTheBestPath() {
        double[] scores = searchOne((_, labels) -> garden(labels), 2, 3).scores();
        assertThat(scores).containsExactly(new double[] {0.5, 0.4, 0.06}, within(1e-6));
        // That of label 2 is highest at the step at which the answer ends, and label 0's on no path that was left.
        Table table = (_, labels) -> {
            if (labels.length == 0) {
                return new double[] {0.3, 0.6, 0.05, 0.05};
            }
            return labels[0] == 1 ? new double[] {0.01, 0.02, 0.17, 0.8} : new double[] {0.9, 0.05, 0.03, 0.02};
        };
        Found found = searchOne(table, 3, 3);
        assertThat(found.labels()).containsExactly(1);
        assertThat(found.scores()).containsExactly(new double[] {0.3, 0.6, 0.17}, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, false", "2, false", "3, false", "3, true"})
    void aBeamWithEnoughPathsFindsTheBestOfAllAnswers(int longest, boolean distinct) {
        for (int picture = 0; picture < 40; picture++) {
            Table table = (number, labels) -> chance(number, labels, longest);
            List<Scored> all = all(table, picture, longest, distinct);
            if (!distinct) {
                assertThat(all.stream().mapToDouble(Scored::probability).sum()).isCloseTo(1, within(1e-12));
            }
            Found found = search(table, ENOUGH, longest, distinct, picture).getFirst();
            assertThat(found.labels()).isEqualTo(best(all).labels());
            assertThat(found.probability()).isCloseTo(best(all).probability(), within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void theProbabilityIsThatOfTheWordsFound(int beam) {
        Table table = (number, labels) -> chance(number, labels, 4);
        for (int picture = 0; picture < 40; picture++) {
            Found found = search(table, beam, 4, false, picture).getFirst();
            Scored same = all(table, picture, 4, false).stream()
                    .filter(answer -> Arrays.equals(answer.labels(), found.labels())).findAny().orElseThrow();
            assertThat(found.probability()).isCloseTo(same.probability(), within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, ENOUGH})
    void anAnswerOfDistinctLabelsRepeatsNone(int beam) {
        // Label 1 is always the likeliest one, and two labels make an answer.
        Table table = (_, labels) -> labels.length < 2
                ? new double[] {0.25, 0.6, 0.149, 0.001}
                : new double[] {0.03, 0.06, 0.01, 0.9};
        assertThat(search(table, beam, 3, false, 0).getFirst().labels()).containsExactly(1, 1);
        assertThat(search(table, beam, 3, true, 0).getFirst().labels()).containsExactly(1, 0);
    }

    @Test
    void anAnswerOfDistinctLabelsEndsWhenAllAreUsed() {
        Table table = (_, labels) -> labels.length < LABELS
                ? new double[] {0.2, 0.5, 0.3 - 1e-7, 1e-7}
                : new double[] {0.2, 0.4, 0.3, 0.1};
        assertThat(search(table, 1, 100, true, 0).getFirst().labels()).containsExactly(1, 2, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "5, 1", "0, 3", "5, 3"})
    void answersEndAtTheMaximumLength(int longest, int beam) {
        Table table = (_, _) -> new double[] {0.5, 0.3, 0.2 - 1e-6, 1e-6};
        Found found = searchOne(table, beam, longest);
        assertThat(found.labels()).isEqualTo(new int[longest]);
        assertThat(found.probability()).isCloseTo(StrictMath.pow(0.5, longest) * 1e-6, within(1e-11));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void batchedAndSinglePicturesGiveTheSameAnswers(int beam) {
        Table table = (number, labels) -> chance(number, labels, 4);
        float[] pictures = {3, 0, 7, 7, 1, 12, 5, 2};
        List<Found> together = search(table, beam, 4, false, pictures);
        assertThat(together).hasSize(pictures.length);
        for (int b = 0; b < pictures.length; b++) {
            Found alone = search(table, beam, 4, false, pictures[b]).getFirst();
            assertThat(together.get(b).labels()).isEqualTo(alone.labels());
            assertThat(together.get(b).probability()).isEqualTo(alone.probability());
            assertThat(together.get(b).scores()).isEqualTo(alone.scores());
        }
        assertThat(together.stream().mapToInt(found -> found.labels().length).distinct().count())
                .as("lengths, so that pictures are done at different steps").isGreaterThan(1);
    }
}
