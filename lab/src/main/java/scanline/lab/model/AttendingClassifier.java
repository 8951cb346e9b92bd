package scanline.lab.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import scanline.engine.geometry.Mask;
import scanline.engine.nn.EncoderBlock;
import scanline.engine.tensor.Tensor;

/**
 * A transformer encoder that classifies.
 *
 * @param embedding the embedding of steps as tokens: [T, B, F] to [T, B, width], or one token more
 * @param blocks the encoder blocks, in order
 * @param readout the part of their output that is classified
 * @param head the classification head: [B, width] to [B, C]
 */
record AttendingClassifier(UnaryOperator<Tensor> embedding, List<EncoderBlock> blocks, Readout readout,
        UnaryOperator<Tensor> head) implements Classifier {
    @Override
    public Tensor forward(Tensor x) {
        Tensor y = embedding.apply(x);
        for (EncoderBlock block : blocks) {
            y = block.forward(y, Mask.NONE);
        }
        return head.apply(readout == Readout.MEAN ? y.meanOverSteps() : y.step(0));
    }

    @Override
    public Optional<Attention> attention(Tensor x) {
        List<Tensor> weights = new ArrayList<>();
        Tensor y = embedding.apply(x);
        for (EncoderBlock block : blocks) {
            weights.add(block.weights(y, Mask.NONE));
            y = block.forward(y, Mask.NONE);
        }
        return Optional.of(new Attention(readout, weights));
    }
}
