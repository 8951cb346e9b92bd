package scanline.lab.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores against counts by hand. */
class ScoreTest {
    private static int[] labels(int... labels) {
        return labels;
    }

    private static Answer answer(int... labels) {
        return new Answer(labels, 1, new double[0], new float[0]);
    }

    private static Answer set(int[] labels, double... scores) {
        return new Answer(labels, 1, scores, new float[0]);
    }

    private static int[] digits(String text) {
        return text.chars().map(c -> c - '0').toArray();
    }

    @ParameterizedTest
    @CsvSource({"'', '', 0", "'', 123, 3", "123, '', 3", "1234, 1234, 0", "1234, 1235, 1", "1234, 124, 1",
            "1234, 12345, 1", "1234, 2341, 2", "1234, 4321, 4", "12, 21, 2", "1111, 11, 2", "11, 22, 2", "5, 6, 1",
            "0246, 1357, 4", "123456, 23456, 1", "1526, 562, 3"})
    void theEditDistanceIsTheMinimumNumberOfEdits(String one, String other, int distance) {
        assertThat(SequenceScore.editDistance(digits(one), digits(other))).isEqualTo(distance);
        assertThat(SequenceScore.editDistance(digits(other), digits(one))).isEqualTo(distance);
    }

    @Test
    void sequencesAreScoredAsAWholeAndByDigit() {
        Score score = new SequenceScore(4);
        score.add(labels(1, 2, 3), answer(1, 2, 3)); // right
        score.add(labels(1, 2, 3), answer(1, 0, 3)); // one digit wrong
        score.add(labels(0, 1, 2), answer(1, 2)); // one left out, so that none stands at its place
        score.add(labels(2), answer(2, 2, 0)); // two too many
        score.add(labels(), answer()); // right
        score.add(labels(), answer(3)); // one too many
        score.add(labels(3, 3), answer()); // both left out
        assertThat(score.correct()).isEqualTo(2);
        assertThat(score.measures()).containsExactly(entry("digitAccuracy", 6.0 / 12),
                entry("editDistance", (1 + 1 + 2 + 1 + 2) / 7.0), entry("lengthAccuracy", 3.0 / 7));
        assertThat(score.confusion()).isDeepEqualTo(new int[][] {{0, 1, 0, 0}, {0, 2, 1, 0}, {1, 0, 2, 0},
                {0, 0, 0, 2}});
        assertThat(score.labels()).isEmpty();
    }

    @Test
    void emptySequencesHaveFullDigitAccuracy() {
        Score score = new SequenceScore(4);
        score.add(labels(), answer());
        assertThat(score.correct()).isEqualTo(1);
        assertThat(score.measures()).containsExactly(entry("digitAccuracy", 1.0), entry("editDistance", 0.0),
                entry("lengthAccuracy", 1.0));
    }

    /** Label 2 is in no picture; two pictures have equal scores for label 0, and label 1 is missed once. */
    private static Score sets() {
        Score score = new SetScore(3);
        score.add(labels(0), set(labels(0), 0.9, 0.2, 0.1)); // right
        score.add(labels(1, 0), set(labels(0), 0.8, 0.4, 0.1));
        score.add(labels(1), set(labels(1, 0), 0.8, 0.6, 0.3));
        score.add(labels(), set(labels(2), 0.1, 0.5, 0.6));
        return score;
    }

    @Test
    void eachLabelOfASetIsCountedSeparately() {
        List<LabelScore> labels = sets().labels();
        // Of label 0: one of one, then two of three, as the second and the third picture cannot be told apart.
        LabelScore first = labels.get(0);
        assertThat(first).isEqualTo(new LabelScore(0, 2, 3, 2, first.averagePrecision()));
        assertThat(first.averagePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
        assertThat(first.precision()).isEqualTo(2.0 / 3);
        assertThat(first.recall()).isEqualTo(1);
        assertThat(first.f1()).isCloseTo(0.8, within(1e-12));
        // Of label 1: one of one, and two of three behind the picture that has none.
        LabelScore second = labels.get(1);
        assertThat(second).isEqualTo(new LabelScore(1, 2, 1, 1, second.averagePrecision()));
        assertThat(second.averagePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
        assertThat(second.precision()).isEqualTo(1);
        assertThat(second.recall()).isEqualTo(0.5);
        assertThat(labels.get(2)).isEqualTo(new LabelScore(2, 0, 1, 0, 0));
        assertThat(labels.get(2).precision()).isZero();
        assertThat(labels.get(2).recall()).isZero();
        assertThat(labels.get(2).f1()).isZero();
    }

    @Test
    void setsAreMeasuredOverallAndPerClass() {
        Score score = sets();
        assertThat(score.correct()).isEqualTo(1);
        assertThat(score.confusion()).isEmpty();
        Map<String, Double> measures = score.measures();
        assertThat(measures.keySet()).containsExactly("overallPrecision", "overallRecall", "overallF1",
                "classPrecision", "classRecall", "classF1", "meanAveragePrecision");
        assertMeasure(measures, "overallPrecision", 3.0 / 5);
        assertMeasure(measures, "overallRecall", 3.0 / 4);
        assertMeasure(measures, "overallF1", 2 * 0.6 * 0.75 / 1.35);
        assertMeasure(measures, "classPrecision", (2.0 / 3 + 1 + 0) / 3);
        assertMeasure(measures, "classRecall", (1 + 0.5 + 0) / 3);
        assertMeasure(measures, "classF1", 10.0 / 19); // of 5/9 and 1/2, and not the mean of 4/5, 2/3 and 0
        assertMeasure(measures, "meanAveragePrecision", 5.0 / 6); // label 2 has none
    }

    private static void assertMeasure(Map<String, Double> measures, String name, double value) {
        assertThat(measures.get(name)).as(name).isCloseTo(value, within(1e-12));
    }

    @Test
    void aSetIsCorrectInAnyOrderButOnlyIfComplete() {
        Score score = new SetScore(3);
        double[] scores = {0.5, 0.5, 0.5};
        score.add(labels(2, 0), set(labels(0, 2), scores));
        score.add(labels(2, 0), set(labels(0), scores));
        score.add(labels(2, 0), set(labels(0, 1, 2), scores));
        score.add(labels(), set(labels(), scores));
        assertThat(score.correct()).isEqualTo(2);
    }

    @Test
    void theAveragePrecisionDoesNotDependOnTheOrderOfTies() {
        Score one = new SetScore(1);
        Score other = new SetScore(1);
        for (int i = 0; i < 4; i++) {
            one.add(i < 2 ? labels(0) : labels(), set(labels(), 0.5));
            other.add(i < 2 ? labels() : labels(0), set(labels(), 0.5));
        }
        assertThat(one.labels().getFirst().averagePrecision()).isEqualTo(0.5);
        assertThat(other.labels().getFirst().averagePrecision()).isEqualTo(0.5);
    }

    @Test
    void emptyAnswersAndTargetsDoNotDivideByZero() {
        Score score = new SetScore(2);
        score.add(labels(), set(labels(), 0.1, 0.2));
        assertThat(score.correct()).isEqualTo(1);
        assertThat(score.measures().values()).containsOnly(0.0);
    }

    @Test
    void classesAreCountedInTheConfusionMatrix() {
        Score score = new ClassScore(3);
        score.add(labels(0), answer(0));
        score.add(labels(0), answer(2));
        score.add(labels(2), answer(2));
        score.add(labels(2), answer(2));
        score.add(labels(1), answer(0));
        assertThat(score.correct()).isEqualTo(3);
        assertThat(score.confusion()).isDeepEqualTo(new int[][] {{1, 0, 1}, {1, 0, 0}, {0, 0, 2}});
        assertThat(score.measures()).isEmpty();
        assertThat(score.labels()).isEmpty();
    }

    @Test
    void nanScoresEndTheCount() {
        SetScore score = new SetScore(1);
        for (int i = 0; i < 3; i++) {
            score.add(new int[] {0}, new Answer(new int[0], 0, new double[] {Double.NaN}, new float[0]));
        }
        assertThat(score.labels().getFirst().averagePrecision()).isEqualTo(1);
    }
}
