package scanline.lab.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.model.Autoregressive;
import scanline.lab.task.Answer;

/**
 * A map of where a model looks in a test picture while it writes the labels on it: the weights of the last blocks'
 * softmax, averaged over the heads.
 *
 * @param image the picture, alone
 * @param target the labels on it
 * @param answer the labels that the model writes
 * @param probability the probability of the answer
 * @param encoder for each pixel, how much all steps together attend to its step
 * @param cross for each word of the answer, and for its end, how much it attends to the step of each pixel
 * @param own how much each word (row) attends to each word before it and to itself (column), the start being the first
 */
public record SequenceMap(ImageSet image, List<String> target, List<String> answer, double probability,
        double[] encoder,
        List<double[]> cross, double[][] own) {
    private static final int PICTURES = 8;

    /**
     * Returns one map for each of the first test pictures; none if the model does not attend, or a picture has too many
     * steps.
     */
    public static List<SequenceMap> of(Experiment experiment) {
        List<SequenceMap> maps = new ArrayList<>();
        if (experiment.network() instanceof Autoregressive network
                && experiment.input().steps() <= AttentionMap.MOST_STEPS) {
            Pictures test = experiment.examples(Split.TEST).pictures();
            int count = Math.min(PICTURES, experiment.recipe().data().canvas().drawn().test());
            for (int number = 0; number < count; number++) {
                of(experiment, network, test, number).ifPresent(maps::add);
            }
        }
        return maps;
    }

    private static Optional<SequenceMap> of(Experiment experiment, Autoregressive network, Pictures test, int number) {
        ImageSet image = test.alone(number);
        Examples examples = experiment.examples(image);
        try (Tape tape = experiment.engine().inference()) {
            Tensor x = experiment.read(tape, examples.batch(0, 1));
            Answer answer = experiment.task().answers(x).getFirst();
            int[] words = IntStream.concat(IntStream.of(network.start()), IntStream.of(answer.labels())).toArray();
            int[] places = AttentionMap.places(examples.loader(), 0, image.imagePixels());
            return network.attention(x, words).map(attention -> {
                double[][] cross = meanOverHeads(attention.cross());
                return new SequenceMap(image, names(experiment, test.answer(number)),
                        names(experiment, answer.labels()),
                        answer.probability(), AttentionMap.at(places, columnMeans(meanOverHeads(attention.encoder()))),
                        IntStream.range(0, words.length).mapToObj(t -> AttentionMap.at(places, cross[t])).toList(),
                        meanOverHeads(attention.own()));
            });
        }
    }

    private static List<String> names(Experiment experiment, int[] labels) {
        return IntStream.of(labels).mapToObj(experiment.dataset().classNames()::get).toList();
    }

    /** Returns the mean over the heads of the last block, [heads, rows, columns] of one example. */
    private static double[][] meanOverHeads(List<Tensor> blocks) {
        Tensor last = blocks.getLast();
        float[] values = last.values();
        int heads = last.shape().size(0);
        double[][] mean = new double[last.shape().size(1)][last.shape().size(2)];
        for (int i = 0; i < values.length; i++) {
            int place = i % (values.length / heads);
            mean[place / mean[0].length][place % mean[0].length] += (double) values[i] / heads;
        }
        return mean;
    }

    private static double[] columnMeans(double[][] rows) {
        return IntStream.range(0, rows[0].length)
                .mapToDouble(column -> IntStream.range(0, rows.length).mapToDouble(row -> rows[row][column]).average()
                        .orElseThrow())
                .toArray();
    }
}
