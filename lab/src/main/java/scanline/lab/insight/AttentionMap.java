package scanline.lab.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import scanline.data.canvas.Canvas;
import scanline.data.image.ImageSet;
import scanline.data.sequence.Loader;
import scanline.data.sequence.Scan;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Classifier;
import scanline.lab.model.Classifier.Attention;
import scanline.lab.model.Classifier.Readout;
import scanline.lab.task.Answer;

/**
 * A map of where a model looks in a test image: for each pixel, how much the classified output attends to the step that
 * the pixel belongs to. Attention to a class token belongs to no pixel.
 *
 * @param image the image as it is read, alone
 * @param label the name of its class
 * @param predicted the name of the most probable class
 * @param probability the probability of that class
 * @param readout the part of the output that is classified
 * @param blocks the number of attention blocks
 * @param heads the heads of the last block, each by the weights of its softmax
 * @param rollout all blocks, by {@link #rollout}
 */
public record AttentionMap(ImageSet image, String label, String predicted, double probability, Readout readout,
        int blocks,
        List<double[]> heads, double[] rollout) {
    private static final int MOST_IMAGES = 8;
    // The weights of an image, and what they are computed from, grow with the square of its steps: 160 MB for six
    // blocks of eight heads.
    static final int MOST_STEPS = 400;

    /**
     * Returns one map for the first test image of each of the first eight classes; none if the model does not attend,
     * or an image has more than {@value #MOST_STEPS} steps.
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
        try (Tape tape = experiment.engine().inference()) {
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
            heads.add(at(places, attended(reader, blocks.getLast(), head)));
        }
        List<String> names = experiment.dataset().classNames();
        return new AttentionMap(read, names.get(image.label(0)), names.get(answer.labels()[0]), answer.probability(),
                attention.readout(), blocks.size(), heads,
                at(places, rollout(reader, blocks)));
    }

    /** Returns the weight of each token in what is classified. */
    static double[] reader(Readout readout, int tokens) {
        double[] reader = new double[tokens];
        if (readout == Readout.MEAN) {
            Arrays.fill(reader, 1.0 / tokens);
        } else {
            reader[0] = 1;
        }
        return reader;
    }

    /** Returns the token in which each pixel is read; tokens in front belong to no step. */
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

    /** Returns for each pixel the value of its token. */
    static double[] at(int[] places, double[] tokens) {
        return IntStream.of(places).mapToDouble(place -> tokens[place]).toArray();
    }

    /**
     * Computes attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928): how much of each token reaches the reader
     * through all blocks, if a block passes half of its input through unchanged and mixes the other half by its
     * weights, averaged over the heads. This is the reader times {@code (A_L + I) / 2 ... (A_1 + I) / 2}.
     *
     * @param reader the weight of each token in what is classified: T
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
                double[] attended = attended(arrives, weights, head);
                for (int k = 0; k < tokens; k++) {
                    next[k] += attended[k] / heads;
                }
            }
            arrives = Arrays.stream(next).map(value -> value / 2).toArray();
        }
        return arrives;
    }

    /** Returns how much the reader attends to each token by the weights of one head. */
    private static double[] attended(double[] reader, float[] weights, int head) {
        int tokens = reader.length;
        double[] attended = new double[tokens];
        for (int q = 0; q < tokens; q++) {
            for (int k = 0; k < tokens; k++) {
                attended[k] += reader[q] * weights[(head * tokens + q) * tokens + k];
            }
        }
        return attended;
    }
}
