package scanline.lab.task;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import scanline.data.canvas.Canvas;
import scanline.data.sequence.Batch;
import scanline.engine.tensor.Losses;
import scanline.engine.tensor.Tensor;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.BeamSearch;
import scanline.lab.recipe.Recipe;

/**
 * Several labels per image, written one after the other: a sequence, or a set in the order in which it is learned. It
 * is trained by teacher forcing: the cross-entropy of each next word given the correct words before it, averaged over
 * all words of a batch, including the ends of answers. It answers by {@link BeamSearch}.
 */
public record Transcription(Autoregressive network, Recipe recipe, int classes) implements Task {
    /**
     * The target words of a batch, time-major, [L, B], as long as the longest answer and its end.
     *
     * @param given the input of the network: the start and the labels; after an answer, anything
     * @param next the expected output: the labels and the end; after that, what is ignored
     */
    private record Words(int[] given, int[] next) {}

    private Words words(Batch batch) {
        int count = batch.count();
        int steps = 1 + Arrays.stream(batch.answers()).mapToInt(answer -> answer.length).max().orElse(0);
        int[] given = new int[steps * count];
        int[] next = new int[steps * count];
        Arrays.fill(given, network.end());
        Arrays.fill(next, Losses.IGNORED);
        for (int b = 0; b < count; b++) {
            int[] answer = batch.answers()[b];
            given[b] = network.start();
            for (int t = 0; t < answer.length; t++) {
                given[(t + 1) * count + b] = answer[t];
                next[t * count + b] = answer[t];
            }
            next[answer.length * count + b] = network.end();
        }
        return new Words(given, next);
    }

    @Override
    public Tensor logits(Tensor x, Batch batch) {
        return network.forward(network.encode(x), words(batch).given);
    }

    @Override
    public Loss loss(Tensor x, Batch batch) {
        Words words = words(batch);
        Tensor logits = network.forward(network.encode(x), words.given);
        Tensor mean = Losses.crossEntropy(logits, words.next, (float) recipe.loss().labelSmoothing());
        return new Loss(mean, () -> {
            float[] values = logits.values();
            int count = batch.count();
            int vocabulary = logits.shape().size(2);
            return (int) IntStream.range(0, count).filter(b -> IntStream.range(0, words.next.length / count)
                    .map(t -> t * count + b)
                    .allMatch(i -> words.next[i] == Losses.IGNORED
                            || Answers.largest(values, i * vocabulary, vocabulary) == words.next[i]))
                    .count();
        });
    }

    @Override
    public List<Answer> answers(Tensor x) {
        return answersOf(network.encode(x));
    }

    @Override
    public BatchEvaluation evaluate(Tensor x, Batch batch) {
        Tensor encoded = network.encode(x);
        Words words = words(batch);
        float mean = Losses.crossEntropy(network.forward(encoded, words.given), words.next, 0f).values()[0];
        return new BatchEvaluation(mean, (int) IntStream.of(words.next).filter(word -> word != Losses.IGNORED).count(),
                answersOf(encoded));
    }

    /** Returns the answers to encoded images, [S, B, W]. */
    public List<Answer> answersOf(Tensor encoded) {
        return search().search(encoded).stream()
                .map(found -> new Answer(found.labels(), found.probability(), found.scores(), new float[0])).toList();
    }

    /** Returns the search for answers. */
    public BeamSearch search() {
        Canvas canvas = recipe.data().canvas();
        return new BeamSearch(network, classes, canvas.longest(), canvas.answer() == Canvas.Answer.SET);
    }

    @Override
    public Score score() {
        return recipe.data().canvas().answer() == Canvas.Answer.SET
                ? new SetScore(classes)
                : new SequenceScore(classes);
    }
}
