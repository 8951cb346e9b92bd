package scanline.lab.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.image.ImageSet;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.insight.AccuracyAfterSteps.Point;
import scanline.lab.model.Classifier;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.task.Answer;
import scanline.lab.task.Answers;

/** What a recurrent model says after each step: {@link AccuracyAfterSteps} and {@link HiddenStates}. */
class StepwiseTest {
    /** 260 examples are held out: a whole batch and a small one. */
    private static Recipe recurrent(String... more) {
        List<String> keys = new ArrayList<>(
                List.of("data.limit=40", "data.validation=260", "data.shrink=2", "model.hidden=9"));
        keys.addAll(List.of(more));
        return Recipes.find("lstm-rows", keys);
    }

    /** The logits of a batch, had the sequences ended after some steps. */
    private static Tensor cutOff(Experiment experiment, Tape tape, Batch batch, int steps) {
        int features = experiment.input().features();
        float[] begin = Arrays.copyOf(batch.values(), steps * batch.count() * features);
        return ((Classifier) experiment.network())
                .forward(tape.input(Shape.of(steps, batch.count(), features), begin));
    }

    @ParameterizedTest
    @CsvSource({"lstm, rows, false, false", "gru, rows, true, false", "rnn_tanh, columns, false, true",
            "rnn_relu, pixels, true, true", "lstm, pixels, false, false"})
    void theLastStepIsBitIdenticalToAnEvaluation(String cell, String scan, boolean relu, boolean softmax) {
        try (Experiment experiment = new Experiment(recurrent("model.cell=" + cell, "data.scan=" + scan,
                "model.relu=" + relu, "head.softmax=" + softmax), 2)) {
            AccuracyAfterSteps after = AccuracyAfterSteps.of(experiment, Split.VALIDATION).orElseThrow();
            Evaluation whole = Evaluation.of(experiment, experiment.examples(Split.VALIDATION),
                    Evaluation.Listener.NONE);
            assertThat(after.points().getLast())
                    .isEqualTo(new Point(experiment.input().steps(), whole.accuracy(), whole.loss()));
            assertThat(after.examples()).isEqualTo(260);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"last", "mean"})
    void theLastStepOfASequenceModelIsBitIdenticalToAnEvaluation(String readout) {
        try (Experiment experiment = new Experiment(Recipes.find("lstm-rows", List.of("data.limit=40",
                "data.validation=260", "data.shrink=2", "model=sequence", "model.channels=9", "model.layers=2",
                "model.readout=" + readout)), 2)) {
            AccuracyAfterSteps after = AccuracyAfterSteps.of(experiment, Split.VALIDATION).orElseThrow();
            Evaluation whole = Evaluation.of(experiment, experiment.examples(Split.VALIDATION),
                    Evaluation.Listener.NONE);
            assertThat(after.points().getLast()).isEqualTo(new Point(14, whole.accuracy(), whole.loss()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"last", "mean"})
    void anEarlierStepIsThePredictionForTheTruncatedSequence(String readout) {
        try (Experiment experiment = new Experiment(recurrent("model.readout=" + readout), 1)) {
            Examples held = experiment.examples(Split.VALIDATION);
            List<Point> points = AccuracyAfterSteps.of(experiment, Split.VALIDATION).orElseThrow().points();
            assertThat(points).extracting(Point::steps)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 14).boxed().toList());
            for (int steps : new int[] {1, 9}) {
                int right = 0;
                double loss = 0;
                for (int i = 0; i < held.count(); i++) {
                    Batch one = held.batch(i, i + 1);
                    try (Tape tape = experiment.engine().inference()) {
                        double[] p = Answers.softmax(cutOff(experiment, tape, one, steps).values());
                        loss -= StrictMath.log(p[one.labels()[0]]) / held.count();
                        right += DoubleStream.of(p).max().orElseThrow() == p[one.labels()[0]] ? 1 : 0;
                    }
                }
                Point point = points.get(steps - 1);
                assertThat(point.accuracy()).isEqualTo((double) right / held.count());
                assertThat(point.loss()).isCloseTo(loss, within(1e-6));
            }
        }
    }

    @Test
    void pointsAreEvenlySpacedAndEndWithTheLastStep() {
        assertThat(AccuracyAfterSteps.steps(784)).hasSize(64).startsWith(12, 24, 36, 49).endsWith(771, 784)
                .isSorted().doesNotHaveDuplicates();
        assertThat(AccuracyAfterSteps.steps(65)).hasSize(64).startsWith(1, 2).endsWith(63, 65);
        assertThat(AccuracyAfterSteps.steps(3)).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm-rows model.bidirectional=true model.hidden=3", "cnn data.shrink=2 model.channels=2",
            "vit model.width=8 model.depth=1 model.heads=2", "cnn-sigmoid model.channels=2 model.hidden=3",
            "lstm-rows data.canvas=scatter model.hidden=3",
            "digit-sequence model.width=8 model.heads=2 model.encoderDepth=1 model.decoderDepth=1"})
    void modelsWithoutStepStatesReportNothing(String nameAndKeys) {
        List<String> keys = new ArrayList<>(List.of(nameAndKeys.split(" ")));
        try (Experiment experiment = new Experiment(Recipes.find(keys.removeFirst(), keys), 1)) {
            assertThat(AccuracyAfterSteps.of(experiment, Split.VALIDATION)).isEmpty();
            assertThat(HiddenStates.of(experiment)).isEmpty();
        }
    }

    @Test
    void noExamplesGiveNoReport() {
        try (Experiment experiment = new Experiment(recurrent("data.validation=0"), 1)) {
            assertThat(AccuracyAfterSteps.of(experiment, Split.VALIDATION)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"rows, false", "pixels, true"})
    void theProbabilitiesOfTheLastStepAreThePrediction(String scan, boolean softmax) {
        try (Experiment experiment = new Experiment(recurrent("data.scan=" + scan, "head.softmax=" + softmax), 2)) {
            List<HiddenStates> all = HiddenStates.of(experiment);
            ImageSet test = experiment.dataset().test();
            assertThat(all).extracting(HiddenStates::label).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8",
                    "9");
            for (int label = 0; label < 10; label++) {
                HiddenStates states = all.get(label);
                ImageSet image = test.firstOf(label).orElseThrow();
                int digit = label;
                int first = IntStream.range(0, test.count()).filter(i -> test.label(i) == digit).findFirst()
                        .orElseThrow();
                assertThat(states.image().pixels()).isEqualTo(test.slice(first, first + 1).shrunk(2).pixels());
                assertThat(states.probabilities()).hasDimensions(experiment.input().steps(), 10);
                assertThat(states.states()).hasDimensions(experiment.input().steps(), 9);
                try (Tape tape = experiment.engine().inference()) {
                    Batch batch = experiment.examples(image).batch(0, 1);
                    Answer answer = experiment.task().answers(experiment.read(tape, batch)).getFirst();
                    assertThat(states.probabilities()[experiment.input().steps() - 1]).isEqualTo(answer.scores());
                }
            }
        }
    }

    @Test
    void statesAndProbabilitiesOfAStepMatchTheTruncatedSequence() {
        try (Experiment experiment = new Experiment(recurrent("model.layers=2"), 1)) {
            HiddenStates states = HiddenStates.of(experiment).get(3);
            Examples three = experiment.examples(experiment.dataset().test().firstOf(3).orElseThrow());
            for (int steps = 1; steps <= 14; steps++) {
                try (Tape tape = experiment.engine().inference()) {
                    Batch batch = three.batch(0, 1);
                    float[] logits = cutOff(experiment, tape, batch, steps).values();
                    assertThat(states.probabilities()[steps - 1]).isEqualTo(Answers.softmax(logits));
                    assertThat(logit(experiment, states.states()[steps - 1])).isEqualTo(logits[0]);
                }
            }
        }
    }

    /** That of class 0, of a state: in increasing order, by fused multiply-adds, from the bias on. */
    private static float logit(Experiment experiment, float[] state) {
        float[] weight = values(experiment, "fc.weight");
        float sum = values(experiment, "fc.bias")[0];
        for (int h = 0; h < state.length; h++) {
            sum = Math.fma(state[h], weight[h], sum);
        }
        return sum;
    }

    private static float[] values(Experiment experiment, String name) {
        return experiment.weights().parameters().stream().filter(parameter -> parameter.name().equals(name)).findFirst()
                .orElseThrow().values();
    }
}
