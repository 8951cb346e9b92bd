package scanline.lab.model;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.nn.ClassToken;
import scanline.engine.nn.Dropout;
import scanline.engine.nn.EncoderBlock;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.LayerNorm;
import scanline.engine.nn.Linear;
import scanline.engine.nn.MultiHeadAttention;
import scanline.engine.nn.PatchEmbedding;
import scanline.engine.nn.Positions;
import scanline.engine.tensor.Weights;

/**
 * A vision transformer (Dosovitskiy et al. 2021, arXiv 2010.11929), as in vit-pytorch. LayerNorm, Linear and LayerNorm
 * embed every step; a learned token goes first and learned positions are added; pre-norm blocks of attention and of an
 * MLP with GELU follow; and a linear map of the first token's normalized output classifies. Queries, keys and values
 * have no bias.
 *
 * @param width numbers per token
 * @param depth number of blocks
 * @param heads number of attention heads
 * @param headWidth numbers in a query, a key and a value of each head
 * @param mlp hidden units of an MLP
 * @param dropout dropout rate, in [0, 1): of the tokens with their positions, of the attention weights and output, and
 *     twice in the MLP
 */
public record VitModel(int width, int depth, int heads, int headWidth, int mlp, double dropout) implements Model {
    /** The ViT of the MNIST seq-seq models. */
    public static final VitModel DEFAULT = new VitModel(64, 6, 8, 64, 128, 0);

    /** Checks the hyperparameters. */
    public VitModel {
        Ranges.requireSize("width", width);
        Ranges.requireDepth("depth", depth);
        Ranges.requireSize("heads", heads);
        Ranges.requireSize("headWidth", headWidth);
        Ranges.requireSize("mlp", mlp);
        Ranges.requireDropout(dropout);
    }

    @Override
    public Classifier build(Weights weights, Input input) {
        PatchEmbedding embedding = new PatchEmbedding(weights.scope("embedding"), input.features(), width);
        ClassToken token = new ClassToken(weights, width);
        Positions positions = new Positions(weights, 1 + input.steps(), width);
        Dropout drop = new Dropout((float) dropout);
        MultiHeadAttention.Options attention = new MultiHeadAttention.Options(width, heads, headWidth, false,
                (float) dropout, Initializer.UNIFORM, Initializer.UNIFORM);
        List<EncoderBlock> blocks = new ArrayList<>();
        for (int l = 0; l < depth; l++) {
            blocks.add(new EncoderBlock(weights.scope("layers." + l),
                    new EncoderBlock.Options(attention, mlp, Nonlinearity.GELU, true, Initializer.UNIFORM)));
        }
        LayerNorm norm = new LayerNorm(weights.scope("norm"), width);
        Linear fc = new Linear(weights.scope("fc"), width, input.classes());
        return new AttendingClassifier(
                x -> drop.forward(positions.forward(token.forward(embedding.forward(x)))), blocks,
                Classifier.Readout.CLASS_TOKEN, y -> fc.forward(norm.forward(y)));
    }

}
