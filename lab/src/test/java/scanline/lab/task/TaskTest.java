package scanline.lab.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.sequence.Batch;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.lab.base.RunException;
import scanline.lab.experiment.Evaluation;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

class TaskTest {
    private static final int END = 11;
    private static final int WORDS = 12;
    private static final List<String> TRANSFORMER = List.of("data.shrink=4", "data.scan.size=7", "data.canvas.test=60",
            "model.width=8", "model.heads=2", "model.feedForward=12", "model.encoderDepth=1", "model.decoderDepth=1",
            "model.positions=5");
    private static final List<String> CNN = List.of("data.canvas.size=16", "data.canvas.minSize=5",
            "data.canvas.maxSize=8", "data.canvas.test=60");

    private static Recipe blanks(String... more) {
        return recipe("digit-sequence-blanks", TRANSFORMER, more);
    }

    private static Recipe sigmoid(String... more) {
        List<String> keys = new ArrayList<>(CNN);
        keys.addAll(List.of("model.channels=2", "model.hidden=6"));
        return recipe("cnn-sigmoid", keys, more);
    }

    private static Recipe cnnRnn(String... more) {
        List<String> keys = new ArrayList<>(CNN);
        keys.addAll(List.of("model.cnn.channels=2", "model.cnn.hidden=6", "model.embedding=6", "model.hidden=8"));
        return recipe("cnn-rnn", keys, more);
    }

    private static Recipe recipe(String name, List<String> keys, String... more) {
        List<String> all = new ArrayList<>(keys);
        all.addAll(List.of(more));
        return Recipes.find(name, all);
    }

    /** Pictures of noise with these answers. */
    private static Batch batch(Experiment experiment, int[]... answers) {
        float[] values = new float[experiment.input().steps() * answers.length * experiment.input().features()];
        RandomKey.of(4, "pictures").uniform(values, 0, values.length, -1, 1);
        return new Batch(values, answers);
    }

    private static int[] answer(int... labels) {
        return labels;
    }

    private static float[] logits(Experiment experiment, Batch batch) {
        try (Tape tape = experiment.engine().inference()) {
            return experiment.task().logits(experiment.read(tape, batch), batch).values();
        }
    }

    private record Wrong(double mean, int correct) {}

    private static Wrong loss(Experiment experiment, Batch batch) {
        try (Tape tape = experiment.engine().inference()) {
            Task.Loss loss = experiment.task().loss(experiment.read(tape, batch), batch);
            assertThat(loss.mean().shape()).isEqualTo(Shape.of(1));
            return new Wrong(loss.mean().values()[0], loss.correct().getAsInt());
        }
    }

    private static Task.BatchEvaluation evaluate(Experiment experiment, Batch batch) {
        try (Tape tape = experiment.engine().inference()) {
            return experiment.task().evaluate(experiment.read(tape, batch), batch);
        }
    }

    private static void fill(Experiment experiment, String name, float... values) {
        Parameter parameter = experiment.weights().parameters().stream()
                .filter(candidate -> candidate.name().equals(name)).findAny().orElseThrow();
        float[] all = new float[parameter.shape().elements()];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i % values.length];
        }
        parameter.value().write(0, all, 0, all.length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    lstm-rows      | data.canvas=grid    | this model scores all labels at once, but data.canvas asks for a sequence: use a model that writes labels one after the other, such as model=transformer
                    digit-sequence | model=vit           | this model scores all labels at once, but data.canvas asks for a sequence: use a model that writes labels one after the other, such as model=transformer
                    digit-sequence | data.canvas=single  | this model writes labels one after the other, so it needs a canvas with several labels: data.canvas=grid or scatter
                    cnn-rnn        | data.canvas=single  | this model writes labels one after the other, so it needs a canvas with several labels: data.canvas=grid or scatter
                    cnn-sigmoid    | head.softmax=true   | head.softmax=true only works for single-label classification (data.canvas=single)
                    cnn-rnn        | head.softmax=true   | head.softmax=true only works for single-label classification (data.canvas=single)
                    digit-sequence | head.softmax=true   | head.softmax=true only works for single-label classification (data.canvas=single)
                    cnn-sigmoid    | loss.labelSmoothing=0.1  | loss.labelSmoothing must be 0 if each label has its own sigmoid
                    digit-sequence | model.positions=4   | model.positions is 4, but an answer of up to 4 labels (data.canvas) and its start take 5
                    """)
    void modelsThatDoNotFitTheCanvasAreRejectedInOneLine(String name, String key, String message) {
        Recipe recipe = Recipes.find(name, List.of(key));
        assertThatThrownBy(() -> new Experiment(recipe, 1)).isInstanceOf(RunException.class).hasMessage(message);
    }

    @Test
    void anyFittingModelIsAccepted() {
        new Experiment(cnnRnn("data.canvas=grid", "data.shrink=4"), 1).close();
        new Experiment(recipe("digit-sequence", TRANSFORMER, "data.canvas=scatter", "data.canvas.size=14",
                "data.canvas.minSize=5", "data.canvas.maxSize=7"), 1).close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void theLossOfRaggedTargetsIsTheMeanOverTheirWords(double smoothing) {
        try (Experiment experiment = new Experiment(blanks("loss.labelSmoothing=" + smoothing), 1)) {
            Batch batch = batch(experiment, answer(), answer(3), answer(1, 4, 1));
            float[] logits = logits(experiment, batch);
            assertThat(logits).hasSize(4 * 3 * WORDS);
            // Step, example and right word: time-major, and three examples a step.
            int[][] words = {{0, 0, END}, {0, 1, 3}, {1, 1, END}, {0, 2, 1}, {1, 2, 4}, {2, 2, 1}, {3, 2, END}};
            double sum = 0;
            for (int[] word : words) {
                double[] log = logSoftmax(logits, (word[0] * 3 + word[1]) * WORDS, WORDS);
                sum -= (1 - smoothing) * log[word[2]] + smoothing * IntStream.range(0, WORDS)
                        .mapToDouble(i -> log[i]).average().orElseThrow();
            }
            assertThat(loss(experiment, batch).mean()).isCloseTo(sum / words.length, within(1e-5));
            if (smoothing > 0) {
                assertThat((double) evaluate(experiment, batch).mean()).as("is reported without smoothing")
                        .isNotCloseTo(sum / words.length, within(1e-4));
            } else {
                assertThat((double) evaluate(experiment, batch).mean()).isCloseTo(sum / words.length, within(1e-5));
            }
        }
    }

    private static double[] logSoftmax(float[] logits, int at, int n) {
        double sum = IntStream.range(at, at + n).mapToDouble(i -> StrictMath.exp(logits[i])).sum();
        return IntStream.range(at, at + n).mapToDouble(i -> logits[i] - StrictMath.log(sum)).toArray();
    }

    @Test
    void longerTargetsInABatchDoNotChangeTheLoss() {
        try (Experiment experiment = new Experiment(blanks(), 1)) {
            Batch together = batch(experiment, answer(), answer(3), answer(1, 4, 1));
            double sum = 0;
            for (int b = 0; b < 3; b++) {
                sum += (1 + together.answers()[b].length) * loss(experiment, alone(experiment, together, b)).mean();
            }
            assertThat(loss(experiment, together).mean()).isCloseTo(sum / 7, within(1e-5));
        }
    }

    private static Batch alone(Experiment experiment, Batch batch, int b) {
        int features = experiment.input().features();
        float[] values = new float[experiment.input().steps() * features];
        for (int t = 0; t < experiment.input().steps(); t++) {
            System.arraycopy(batch.values(), (t * batch.count() + b) * features, values, t * features, features);
        }
        return new Batch(values, new int[][] {batch.answers()[b]});
    }

    @Test
    void anAnswerIsCorrectIfAllItsWordsAre() {
        try (Experiment experiment = new Experiment(blanks(), 1)) {
            float[] bias = new float[WORDS];
            bias[3] = 1;
            bias[END] = 2;
            fill(experiment, "fc.weight", 0);
            fill(experiment, "fc.bias", bias); // each word is taken for the end
            Batch batch = batch(experiment, answer(), answer(3), answer(1, 4, 1), answer());
            assertThat(loss(experiment, batch).correct()).isEqualTo(2);
            List<Answer> answers = evaluate(experiment, batch).answers();
            assertThat(answers).hasSize(4).allSatisfy(answer -> assertThat(answer.labels()).isEmpty());
            double sum = StrictMath.exp(2) + StrictMath.exp(1) + 10;
            assertThat(answers.getFirst().probability()).isCloseTo(StrictMath.exp(2) / sum, within(1e-6));
            assertThat(answers.getFirst().scores()[3]).isCloseTo(StrictMath.exp(1) / sum, within(1e-6));
            assertThat(answers.getFirst().scores()).hasSize(10);
        }
    }

    @Test
    void aSequenceMayRepeatALabelAndASetMayNot() {
        try (Experiment sequence = new Experiment(blanks(), 1)) {
            float[] bias = new float[WORDS];
            bias[5] = 4;
            bias[7] = 3;
            fill(sequence, "fc.weight", 0);
            fill(sequence, "fc.bias", bias);
            assertThat(evaluate(sequence, batch(sequence, answer(1))).answers().getFirst().labels())
                    .containsExactly(5, 5, 5, 5);
        }
        try (Experiment set = new Experiment(cnnRnn("model.beamWidth=1"), 1)) {
            // Scores are products with the rows of this matrix, which grow with the label but for the end's.
            float[] rows = new float[12 * 6];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i / 6 < 10 ? 0.1f * (i / 6 + 1) : 0;
            }
            fill(set, "embedding.weight", rows);
            fill(set, "image_projection.bias", 5);
            assertThat(evaluate(set, batch(set, answer(1))).answers().getFirst().labels()).containsExactly(9, 8, 7, 6);
        }
    }

    @Test
    void theLossOfSetsIsTheMeanOverAllLabelsOfAllPictures() {
        try (Experiment experiment = new Experiment(sigmoid(), 1)) {
            Batch batch = batch(experiment, answer(), answer(3), answer(9, 4, 0));
            float[] logits = logits(experiment, batch);
            assertThat(logits).hasSize(30);
            List<Integer> present = List.of(13, 20, 24, 29);
            double sum = 0;
            for (int i = 0; i < 30; i++) {
                double p = 1 / (1 + StrictMath.exp(-logits[i]));
                sum -= StrictMath.log(present.contains(i) ? p : 1 - p);
            }
            assertThat(loss(experiment, batch).mean()).isCloseTo(sum / 30, within(1e-5));
            assertThat((double) evaluate(experiment, batch).mean()).isCloseTo(sum / 30, within(1e-5));
        }
    }

    @Test
    void aSetHasTheLabelsWithAProbabilityOfAtLeastOneHalf() {
        try (Experiment experiment = new Experiment(sigmoid(), 1)) {
            fill(experiment, "fc2.weight", 0);
            fill(experiment, "fc2.bias", -1, -1, -2, 1, -1, -1, -1, -1, 0, -1);
            Batch batch = batch(experiment, answer(), answer(8, 3), answer(3), answer(3, 8), answer(3, 8, 9));
            assertThat(loss(experiment, batch).correct()).isEqualTo(2);
            List<Answer> answers = evaluate(experiment, batch).answers();
            assertThat(answers).hasSize(5).allSatisfy(answer -> assertThat(answer.labels()).containsExactly(3, 8));
            double likely = 1 / (1 + StrictMath.exp(-1));
            double[] scores = answers.getFirst().scores();
            assertThat(scores).hasSize(10);
            assertThat(scores[3]).isCloseTo(likely, within(1e-6));
            assertThat(scores[0]).isCloseTo(1 - likely, within(1e-6));
            assertThat(scores[8]).isEqualTo(0.5);
            assertThat(answers.getFirst().probability()).isCloseTo(
                    0.5 * StrictMath.pow(likely, 8) / (1 + StrictMath.exp(-2)), within(1e-6));
            assertThat(answers.getFirst().logits()).containsExactly(-1, -1, -2, 1, -1, -1, -1, -1, 0, -1);
        }
    }

    /** Each example answered by itself, and counted by a score of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"sequences", "sets one after the other", "sets at once"})
    void anEvaluationMatchesScoringSingleAnswers(String what) {
        Recipe recipe = switch (what) {
            case "sequences" -> blanks();
            case "sets at once" -> sigmoid();
            default -> cnnRnn();
        };
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Examples examples = experiment.examples(Split.TEST);
            assertThat(examples.count()).isEqualTo(60);
            Score score = experiment.task().score();
            double loss = 0;
            int words = 0;
            for (int i = 0; i < examples.count(); i++) {
                Batch one = examples.batch(i, i + 1);
                Task.BatchEvaluation evaluate = evaluate(experiment, one);
                int weight = what.equals("sets at once") ? 1 : 1 + one.answers()[0].length;
                loss += (double) evaluate.mean() * weight;
                words += weight;
                score.add(one.answers()[0], evaluate.answers().getFirst());
            }
            List<Integer> heard = new ArrayList<>();
            Evaluation evaluation = Evaluation.of(experiment, examples, (i, _, _) -> heard.add(i));
            assertThat(evaluation.examples()).isEqualTo(60);
            assertThat(evaluation.correct()).isEqualTo(score.correct());
            assertThat(evaluation.measures()).isNotEmpty().isEqualTo(score.measures());
            assertThat(evaluation.confusion()).isDeepEqualTo(score.confusion());
            assertThat(evaluation.labels()).isEqualTo(score.labels());
            assertThat(evaluation.loss()).isCloseTo(loss / words, within(1e-5));
            assertThat(heard).containsExactlyElementsOf(IntStream.of(examples.numbers()).boxed().toList());
        }
    }

    @Test
    void moreExamplesThanOneBatchAreAllCounted() {
        try (Experiment experiment = new Experiment(sigmoid("data.canvas.test=260"), 1)) {
            List<int[]> truths = new ArrayList<>();
            Evaluation evaluation = Evaluation.of(experiment, experiment.examples(Split.TEST),
                    (_, target, _) -> truths.add(target));
            assertThat(truths).hasSize(260);
            for (LabelScore label : evaluation.labels()) {
                assertThat(label.present()).isEqualTo((int) truths.stream()
                        .filter(target -> IntStream.of(target).anyMatch(other -> other == label.label())).count());
            }
        }
    }
}
