package scanline.lab.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.canvas.Canvas;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.image.ImageSet;
import scanline.lab.model.Classifier;
import scanline.lab.model.Classifier.Attention;
import scanline.lab.model.Classifier.Readout;
import scanline.lab.sequence.Loader;
import scanline.lab.sequence.Scan;
import scanline.lab.task.Answer;

/**
 * What a model looks at in a test image: for each pixel, how much what the model classifies by takes of the step that the
 * pixel belongs to. What it takes of a class token belongs to no pixel.
 *
 * @param image the image as it is read, alone
 * @param label the name of its class
 * @param predicted the name of the most probable class
 * @param probability how probable that is
 * @param readout what the model classifies by
 * @param blocks how many blocks of attention it has
 * @param heads the last block's heads, each by the weights of its softmax
 * @param rollout all blocks, by {@link #rollout}
 */
public record AttentionMap(ImageSet image, String label, String predicted, double probability, Readout readout,
        int blocks,
        List<double[]> heads, double[] rollout) {
    private static final int MOST_IMAGES = 8;
    // The weights of an image and what they are made of grow with the square of its steps: 160 MB for six blocks of eight heads.
    static final int MOST_STEPS = 400;

    /**
     * One map for the first test image of each of the first eight classes; none where the model does not attend, or an image
     * has more than {@value #MOST_STEPS} steps.
     */
    public static List<AttentionMap> of(Experiment experiment) {
        if (!(experiment.network() instanceof Classifier network)
                || experiment.recipe().data().canvas().answer() != Canvas.Answer.CLASS) {
            return List.of();
        }
        ImageSet test = experiment.splits().testImages();
        List<AttentionMap> maps = new ArrayList<>();
        for (int c = 0; c < Math.min(MOST_IMAGES, test.classes()); c++) {
            test.firstOf(c).flatMap(image -> of(experiment, network, image)).ifPresent(maps::add);
        }
        return maps;
    }

    private static Optional<AttentionMap> of(Experiment experiment, Classifier network, ImageSet image) {
        Examples examples = experiment.examples(image);
        Loader loader = examples.loader();
        if (loader.steps() > MOST_STEPS) {
            return Optional.empty();
        }
        try (Tape tape = Tape.inference(experiment.memory())) {
            Tensor x = experiment.read(tape, examples.batch(0, 1));
            return network.attention(x).map(attention -> of(experiment, image, loader, attention,
                    experiment.task().answers(x).getFirst()));
        }
    }

    private static AttentionMap of(Experiment experiment, ImageSet image, Loader loader, Attention attention,
            Answer answer) {
        ImageSet read = image.shrunk(experiment.recipe().data().shrink());
        List<float[]> blocks = attention.blocks().stream().map(Tensor::values).toList();
        int tokens = attention.blocks().getLast().shape().size(1);
        double[] reader = reader(attention.readout(), tokens);
        int[] places = places(loader, tokens - loader.steps(), read.imagePixels());
        List<double[]> heads = new ArrayList<>();
        for (int head = 0; head < blocks.getLast().length / tokens / tokens; head++) {
            heads.add(at(places, predicted(reader, blocks.getLast(), head)));
        }
        List<String> names = experiment.dataset().classNames();
        return new AttentionMap(read, names.get(image.label(0)), names.get(answer.labels()[0]), answer.probability(),
                attention.readout(), blocks.size(), heads,
                at(places, rollout(reader, blocks)));
    }

    /** How much each token counts in what is classified. */
    static double[] reader(Readout readout, int tokens) {
        double[] reader = new double[tokens];
        if (readout == Readout.MEAN) {
            Arrays.fill(reader, 1.0 / tokens);
        } else {
            reader[0] = 1;
        }
        return reader;
    }

    /** For each pixel the token that it is read in; those in front are of no step. */
    static int[] places(Loader loader, int front, int pixels) {
        int[] places = new int[pixels];
        int[] order = loader.order();
        for (int i = 0; i < order.length; i++) {
            if (order[i] != Scan.BLACK) {
                places[order[i]] = front + i / loader.features();
            }
        }
        return places;
    }

    /** For each pixel the number of its token. */
    static double[] at(int[] places, double[] tokens) {
        return IntStream.of(places).mapToDouble(place -> tokens[place]).toArray();
    }

    /**
     * Attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928): how much of each token arrives at the reader through all
     * blocks, if a block passes on one half of what it is given unchanged and takes the other half by its weights, their mean
     * over the heads. So it is the reader times {@code (A_L + I) / 2 ... (A_1 + I) / 2}.
     *
     * @param reader how much each token counts in what is classified: T
     * @param blocks the weights of each block: heads x T x T
     * @return T
     */
    static double[] rollout(double[] reader, List<float[]> blocks) {
        int tokens = reader.length;
        double[] arrives = reader;
        for (float[] weights : blocks.reversed()) {
            int heads = weights.length / tokens / tokens;
            double[] next = arrives.clone();
            for (int head = 0; head < heads; head++) {
                double[] predicted = predicted(arrives, weights, head);
                for (int k = 0; k < tokens; k++) {
                    next[k] += predicted[k] / heads;
                }
            }
            arrives = Arrays.stream(next).map(value -> value / 2).toArray();
        }
        return arrives;
    }

    /** What the reader takes of each token by one head's weights. */
    private static double[] predicted(double[] reader, float[] weights, int head) {
        int tokens = reader.length;
        double[] predicted = new double[tokens];
        for (int q = 0; q < tokens; q++) {
            for (int k = 0; k < tokens; k++) {
                predicted[k] += reader[q] * weights[(head * tokens + q) * tokens + k];
            }
        }
        return predicted;
    }
}
