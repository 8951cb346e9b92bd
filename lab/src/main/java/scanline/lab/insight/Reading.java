package scanline.lab.insight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.data.image.ImageSet;
import scanline.data.sequence.Loader;
import scanline.engine.nn.Recurrent;
import scanline.engine.nn.SequenceStack;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Autoregressive;
import scanline.lab.model.BeamSearch.Followed;
import scanline.lab.model.Classifier;
import scanline.lab.model.Classifier.Readout;
import scanline.lab.model.FeatureMaps;
import scanline.lab.model.Network;
import scanline.lab.task.Answer;
import scanline.lab.task.Answers;
import scanline.lab.task.Classification;
import scanline.lab.task.Transcription;

/**
 * All that a model does with one image: its answer, its answer after each step, the states of its recurrent layers, its
 * attention, the feature maps of its convolutions, and how it writes labels. What a model does not have is empty.
 *
 * @param image the image as it is read, alone
 * @param order the pixel that each number of the sequence is, as {@link Loader#order} returns it: steps x features
 * @param features numbers per step
 * @param answer the model's answer
 * @param afterSteps the probability of each class if the sequence ended after each step: steps x classes
 * @param states the states of recurrent layers, and of the layers of a deep sequence model
 * @param attention the attention of an encoder; null if the model does not attend or the image has too many steps
 * @param maps the feature maps of convolutions
 * @param writing how labels are written one after the other; null if they are not
 */
public record Reading(ImageSet image, int[] order, int features, Answer answer, List<double[]> afterSteps,
        List<States> states, @Nullable Attention attention, List<Maps> maps, @Nullable Writing writing) {
    private static final int MOST_UNITS = 512;

    /**
     * The states of a recurrent layer, or of a layer that mixes the steps of a deep sequence model.
     *
     * @param layer the name of the layer in its parameters, such as l0
     * @param reverse whether it reads from the end; even then, its values are in the order of the image's steps
     * @param units size of its state, H
     * @param values steps x H numbers each: the hidden state h, the cell state c of an LSTM, and the gates by their
     *     letters; or the output y; or the state x, if it is small enough to be drawn
     */
    public record States(String layer, boolean reverse, int units, Map<String, float[]> values) {}

    /**
     * The attention of an encoder.
     *
     * @param readout the part of the output that is classified; null if labels are written instead
     * @param tokens T, including a class token
     * @param heads the number of heads in each block
     * @param blocks heads x T x T weights each: how much each token (row) attends to each token (column)
     * @param rollout how much of each token reaches what is classified, by {@link AttentionMap}'s rollout; empty if
     *     labels are written
     */
    public record Attention(@Nullable Readout readout, int tokens, int heads, List<float[]> blocks, double[] rollout) {}

    /**
     * The feature maps of a convolution, after its pooling.
     *
     * @param values height x width x channels
     */
    public record Maps(String layer, int height, int width, int channels, float[] values) {}

    /**
     * The writing of labels one after the other.
     *
     * @param words for each word of the answer, and for its end, the probability of each label, followed by that of the
     *     end
     * @param heads the number of heads in the attention below; 0 if the model does not attend
     * @param cross of the last block: heads x words x steps, how much each word attends to each step
     * @param own of the last block: heads x words x words, how much each word attends to those before, the start being
     *     the first
     * @param beam the paths that were followed after each word
     */
    public record Writing(List<double[]> words, int heads, float[] cross, float[] own, List<List<Followed>> beam) {}

    /**
     * Reads an image.
     *
     * @param image an image of the size {@link Experiment#pictureSize}
     */
    public static Reading of(Experiment experiment, ImageSet image) {
        Examples examples = experiment.examples(image);
        Loader loader = examples.loader();
        Network network = experiment.network();
        boolean attends = loader.steps() <= AttentionMap.MOST_STEPS;
        try (Tape tape = experiment.engine().inference()) {
            Tensor x = experiment.read(tape, examples.batch(0, 1));
            Answer answer = experiment.task().answers(x).getFirst();
            List<Maps> maps = network.featureMaps(x).stream().map(Reading::maps).toList();
            int[] order = loader.order();
            ImageSet read = examples.pictures().alone(0);
            return switch (network) {
                case Classifier classifier -> new Reading(read, order, loader.features(), answer,
                        afterSteps(experiment, classifier, x),
                        states(tape, classifier, x),
                        attends ? classifier.attention(x).map(Reading::attention).orElse(null) : null, maps, null);
                case Autoregressive writer -> {
                    Tensor encoded = writer.encode(x);
                    int[] words = IntStream.concat(IntStream.of(writer.start()), IntStream.of(answer.labels()))
                            .toArray();
                    Autoregressive.Attention attention = attends ? writer.attention(x, words).orElse(null) : null;
                    yield new Reading(read, order, loader.features(), answer, List.of(), List.of(),
                            attention == null ? null : attention(null, attention.encoder(), new double[0]), maps,
                            writing(experiment, writer, encoded, words, attention));
                }
            };
        }
    }

    /**
     * Returns the step, from 1, from which on the most probable class is the final one; 0 if there is no answer after
     * each step.
     */
    public int decided() {
        int step = afterSteps.size();
        while (step > 1 && largest(afterSteps.get(step - 2)) == largest(afterSteps.getLast())) {
            step--;
        }
        return step;
    }

    private static int largest(double[] values) {
        return IntStream.range(0, values.length).reduce(0, (best, i) -> values[i] > values[best] ? i : best);
    }

    private static List<double[]> afterSteps(Experiment experiment, Classifier classifier, Tensor x) {
        List<double[]> probabilities = new ArrayList<>();
        if (experiment.task() instanceof Classification task) {
            classifier.stepwise(x).ifPresent(model -> {
                for (int t = 0; t < experiment.input().steps(); t++) {
                    Tensor logits = model.head().apply(model.states().step(t));
                    probabilities.add(task.answersOf(logits.values()).getFirst().scores());
                }
            });
        }
        return probabilities;
    }

    private static List<States> states(Tape tape, Classifier classifier, Tensor x) {
        List<States> states = new ArrayList<>(classifier.layers(x).stream().map(Reading::states).toList());
        for (SequenceStack.Traced traced : classifier.sequenceLayers(x)) {
            states.add(new States(traced.name(), false, traced.output().shape().size(2),
                    Map.of("y", traced.output().values())));
            int units = traced.layer().stateSize();
            if (units <= MOST_UNITS) {
                states.add(new States(traced.name(), false, units, Map.of("x", stepByStep(tape, traced))));
            }
        }
        return states;
    }

    /** Returns the state of a layer after each step, steps x units. */
    private static float[] stepByStep(Tape tape, SequenceStack.Traced traced) {
        int steps = traced.input().shape().size(0);
        int units = traced.layer().stateSize();
        float[] all = new float[steps * units];
        float[] state = traced.layer().initialState();
        for (int t = 0; t < steps; t++) {
            state = traced.layer().step(traced.input().step(t), tape.input(Shape.of(1, units), state)).state().values();
            System.arraycopy(state, 0, all, t * units, units);
        }
        return all;
    }

    private static States states(Recurrent.Layer layer) {
        Map<String, float[]> values = new LinkedHashMap<>();
        int units = layer.trace().h().shape().size(2);
        values.put("h", inOrder(layer, layer.trace().h()));
        Tensor c = layer.trace().c();
        if (c != null) {
            values.put("c", inOrder(layer, c));
        }
        List<String> names = layer.kind().gateNames();
        for (int gate = 0; gate < names.size(); gate++) {
            values.putIfAbsent(names.get(gate), inOrder(layer, layer.trace().gates().get(gate)));
        }
        return new States(layer.name(), layer.reverse(), units, values);
    }

    private static float[] inOrder(Recurrent.Layer layer, Tensor values) {
        return (layer.reverse() ? Shaping.reverse(values) : values).values();
    }

    private static Attention attention(Classifier.Attention attention) {
        List<float[]> blocks = attention.blocks().stream().map(Tensor::values).toList();
        int tokens = attention.blocks().getLast().shape().size(1);
        return attention(attention.readout(), attention.blocks(),
                AttentionMap.rollout(AttentionMap.reader(attention.readout(), tokens), blocks));
    }

    private static Attention attention(@Nullable Readout readout, List<Tensor> blocks, double[] rollout) {
        Tensor last = blocks.getLast();
        return new Attention(readout, last.shape().size(1), last.shape().size(0),
                blocks.stream().map(Tensor::values).toList(), rollout);
    }

    private static Maps maps(FeatureMaps maps) {
        Tensor values = maps.values();
        return new Maps(maps.layer(), values.shape().size(1), values.shape().size(2), values.shape().size(3),
                values.values());
    }

    private static Writing writing(Experiment experiment, Autoregressive writer, Tensor encoded, int[] words,
            Autoregressive.@Nullable Attention attention) {
        Tensor logits = writer.forward(encoded, words);
        int classes = experiment.input().classes();
        List<double[]> probabilities = Answers.rows(logits.values(), logits.shape().size(2)).map(Answers::softmax)
                .map(p -> IntStream.rangeClosed(0, classes).mapToDouble(c -> p[c == classes ? writer.end() : c])
                        .toArray())
                .toList();
        List<List<Followed>> beam = new ArrayList<>();
        if (experiment.task() instanceof Transcription task) {
            task.search().search(encoded, (_, paths) -> beam.add(paths));
        }
        return attention == null
                ? new Writing(probabilities, 0, new float[0], new float[0], beam)
                : new Writing(probabilities, attention.cross().getLast().shape().size(0),
                        attention.cross().getLast().values(), attention.own().getLast().values(), beam);
    }
}
