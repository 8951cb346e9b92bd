package scanline.engine.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A deep sequence model up to its head: a linear map of each step to H channels, blocks around layers that mix the
 * steps, and what is read out. The map is {@code encoder}, and the blocks are {@code layers.0}, {@code layers.1} and so
 * on, as in the code of S5.
 */
public final class SequenceStack implements StepModel {
    private final Linear encoder;
    private final List<SequenceBlock> blocks;
    private final @Nullable RunningMean mean;
    private final StepModel steps;

    /**
     * Creates the map and the blocks.
     *
     * @param inputs
     *            F, the values of a step
     * @param channels
     *            H
     * @param depth
     *            the number of blocks
     * @param layer
     *            creates the layer of a block, of H values a step
     * @throws IllegalArgumentException
     *             if there is no block, or the dropout rate is not in [0, 1)
     */
    public SequenceStack(Weights weights, int inputs, int channels, int depth,
            Function<Weights, ? extends SequenceLayer> layer, SequenceBlock.Options options, Readout readout) {
        if (depth < 1) {
            throw new IllegalArgumentException("a sequence model needs at least 1 block, not " + depth);
        }
        encoder = new Linear(weights.scope("encoder"), inputs, channels, options.initializer());
        blocks = IntStream.range(0, depth)
                .mapToObj(l -> new SequenceBlock(weights.scope(name(l)), channels, layer, options)).toList();
        mean = readout == Readout.MEAN ? new RunningMean(channels) : null;
        List<StepModel> parts = new ArrayList<>(blocks);
        if (mean != null) {
            parts.add(mean);
        }
        steps = parts.stream().reduce(StepModel::then).orElseThrow().after(encoder::forward);
    }

    /**
     * Reads whole sequences.
     *
     * @param x
     *            [T, B, F]
     * @return the values of the last step or the mean over the steps, [B, H]
     */
    public Tensor forward(Tensor x) {
        Tensor y = blocks(x);
        return mean == null ? y.step(x.shape().size(0) - 1) : y.meanOverSteps();
    }

    /**
     * Returns what {@link #forward} would return if the sequences ended after each step: [T, B, F] to [T, B, H]. While
     * training, normalization and dropout depend on the later steps as well.
     */
    public Tensor afterEachStep(Tensor x) {
        Tensor y = blocks(x);
        return mean == null ? y : mean.forward(y);
    }

    /**
     * The layer that mixes the steps in a block, and what it reads and returns in a pass.
     *
     * @param name
     *            its name, such as {@code layers.0.seq}
     * @param input
     *            [T, B, H]
     * @param output
     *            [T, B, H]
     */
    public record Traced(String name, SequenceLayer layer, Tensor input, Tensor output) {}

    /** Returns the layers that mix the steps, from first to last, with what they read and return: x is [T, B, F]. */
    public List<Traced> trace(Tensor x) {
        List<Traced> layers = new ArrayList<>();
        Tensor y = encoder.forward(x);
        for (SequenceBlock block : blocks) {
            Tensor input = block.layerInput(y);
            Tensor output = block.layer().forward(input);
            layers.add(new Traced(name(layers.size()) + ".seq", block.layer(), input, output));
            y = block.forward(y, output);
        }
        return layers;
    }

    /** Returns the layers that mix the steps by name, from first to last. */
    public SequencedMap<String, SequenceLayer> layers() {
        SequencedMap<String, SequenceLayer> layers = new LinkedHashMap<>();
        for (SequenceBlock block : blocks) {
            layers.put(name(layers.size()) + ".seq", block.layer());
        }
        return layers;
    }

    private static String name(int block) {
        return "layers." + block;
    }

    private Tensor blocks(Tensor x) {
        x.shape().requireAxes("the input of a sequence model", 3);
        Tensor y = encoder.forward(x);
        for (SequenceBlock block : blocks) {
            y = block.forward(y);
        }
        return y;
    }

    @Override
    public int stateSize() {
        return steps.stateSize();
    }

    @Override
    public float[] initialState() {
        return steps.initialState();
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        return steps.step(x, state);
    }
}
