package scanline.lab.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import scanline.engine.nn.DiagonalLayer;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Readout;
import scanline.engine.nn.SequenceBlock;
import scanline.engine.nn.SequenceBlock.Gate;
import scanline.engine.nn.SequenceBlock.Gelu;
import scanline.engine.nn.SequenceBlock.Norm;
import scanline.engine.nn.SequenceStack;
import scanline.engine.nn.StepModel;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A deep sequence model, as S5, LRU and S4D: a linear map of each step, residual blocks around layers that mix the steps,
 * and a linear map of the mean over time or of the last step.
 *
 * @param layer the layer of a block
 * @param channels the number of values of a step between the blocks
 * @param layers the number of blocks
 * @param norm the normalization of a block
 * @param normFirst whether the input of a block's layer is normalized, instead of the block's sum
 * @param momentum the weight of a new batch in the statistics of a batch normalization
 * @param gelu the nonlinearity of a block: exact, or approximated by tanh
 * @param gate the gate of a block
 * @param dropout the dropout rate, in [0, 1); a channel of an image is dropped at all steps or none
 * @param readout what is classified: the last step, or the mean over time
 * @param init the initializer of the linear maps
 */
public record SequenceModel(LayerKind layer, int channels, int layers, Norm norm, boolean normFirst, double momentum,
        Gelu gelu, Gate gate, double dropout, Readout readout, Initializer init) implements Model {
    /** The blocks of S5 for images, around LSTMs. */
    public static final SequenceModel DEFAULT = new SequenceModel(LayerKind.Recurrence.DEFAULT, 96, 4, Norm.BATCH, true,
            0.05, Gelu.TANH, Gate.HALF, 0.1, Readout.MEAN, Initializer.LECUN);

    /** Checks the hyperparameters. */
    public SequenceModel {
        Ranges.requireSize("channels", channels);
        Ranges.requireDepth("layers", layers);
        Ranges.requireMomentum(momentum);
        Ranges.requireDropout(dropout);
    }

    @Override
    public Classifier build(Weights weights, Input input) {
        SequenceStack stack = new SequenceStack(weights, input.features(), channels, layers,
                scope -> layer.build(scope, channels),
                new SequenceBlock.Options(norm, normFirst, (float) momentum, gelu, gate, (float) dropout, init),
                readout);
        return new SequenceClassifier(stack, new Linear(weights.scope("fc"), channels, input.classes(), init));
    }

    /** A stack and the map of what it reads out. */
    private record SequenceClassifier(SequenceStack stack, Linear fc) implements Classifier {
        @Override
        public Tensor forward(Tensor x) {
            return fc.forward(stack.forward(x));
        }

        @Override
        public Optional<Stepwise> stepwise(Tensor x) {
            return Optional.of(new Stepwise(stack.afterEachStep(x), fc::forward));
        }

        /** {@inheritDoc} Every part of every block holds its values of all steps in memory. */
        @Override
        public int evaluationBatch() {
            return 25;
        }

        @Override
        public List<SequenceStack.Traced> sequenceLayers(Tensor x) {
            return stack.trace(x);
        }

        @Override
        public Map<String, DiagonalLayer> diagonalLayers() {
            Map<String, DiagonalLayer> layers = new LinkedHashMap<>();
            stack.layers().forEach((name, layer) -> {
                if (layer instanceof DiagonalLayer diagonal) {
                    layers.put(name, diagonal);
                }
            });
            return layers;
        }

        @Override
        public Optional<StepModel> steps() {
            return Optional.of(stack.then(fc::forward));
        }
    }
}
