package scanline.lab.model;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.nn.EncoderBlock;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Linear;
import scanline.engine.nn.MultiHeadAttention;
import scanline.engine.nn.Positions;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A transformer encoder over the sequence (Vaswani et al. 2017), built from the layers that PyTorch calls
 * {@code nn.TransformerEncoderLayer}. A linear map embeds every step; blocks of attention and of a ReLU network follow,
 * each normalized after its sum; and a linear map of one output or of the mean of all outputs classifies.
 *
 * @param width numbers per step
 * @param depth number of blocks
 * @param heads number of attention heads, which share the width
 * @param feedForward hidden units of a ReLU network
 * @param dropout dropout rate, in [0, 1): of the attention weights and output, and twice in the ReLU network
 * @param positions whether learned positions are added to the embedded steps
 * @param pooling the part of the output that is classified
 * @param init the initializer of the weights; uniform gives the initial values of PyTorch's layers, whose attention
 *     uses Xavier
 */
public record EncoderModel(int width, int depth, int heads, int feedForward, double dropout, boolean positions,
        Pooling pooling, Initializer init) implements Model {
    /** The single-digit classifier. */
    public static final EncoderModel DEFAULT = new EncoderModel(64, 6, 4, 256, 0.1, true, Pooling.FIRST,
            Initializer.UNIFORM);

    /** The part of the output that is classified. */
    public enum Pooling {
        /** The first step. */
        FIRST,
        /** The mean of all steps. */
        MEAN
    }

    /** Checks the hyperparameters. */
    public EncoderModel {
        Ranges.requireSize("width", width);
        Ranges.requireDepth("depth", depth);
        Ranges.requireSize("heads", heads);
        Ranges.requireSize("feedForward", feedForward);
        Ranges.requireDropout(dropout);
        Ranges.requireDivides(heads, width);
    }

    @Override
    public Classifier build(Weights weights, Input input) {
        Linear embedding = new Linear(weights.scope("embedding"), input.features(), width, init);
        Positions places = positions ? new Positions(weights, input.steps(), width) : null;
        MultiHeadAttention.Options attention = MultiHeadAttention.Options.shared(width, heads, (float) dropout,
                init);
        List<EncoderBlock> blocks = new ArrayList<>();
        for (int l = 0; l < depth; l++) {
            blocks.add(new EncoderBlock(weights.scope("layers." + l),
                    new EncoderBlock.Options(attention, feedForward, Nonlinearity.RELU, false, init)));
        }
        Linear fc = new Linear(weights.scope("fc"), width, input.classes(), init);
        return new AttendingClassifier(x -> {
            Tensor y = embedding.forward(x);
            return places == null ? y : places.forward(y);
        }, blocks, pooling == Pooling.FIRST ? Classifier.Readout.FIRST_STEP : Classifier.Readout.MEAN, fc::forward);
    }

}
