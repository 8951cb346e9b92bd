package scanline.bench;

import java.util.List;

import scanline.engine.nn.Linear;
import scanline.engine.nn.Lstm;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** What is trained at a {@link GrowthPoint}: recurrent layers, and a linear map of their last state. */
final class GrowthNetwork {
    /** The cells that it can be made of, by the modes of PyTorch's {@code nn.RNNBase}. */
    static final List<String> CELLS = List.of("LSTM");

    private final Lstm layers;
    private final Linear fc;

    GrowthNetwork(Weights weights, GrowthPoint point) {
        layers = new Lstm(weights.scope("lstm"), point.features(), point.hidden(), point.layers(), 0);
        fc = new Linear(weights.scope("fc"), point.hidden(), GrowthPoint.CLASSES);
    }

    /** The logits, [B, C], of x, [T, B, F]. */
    Tensor forward(Tensor x) {
        return fc.forward(layers.forward(x, Output.LAST_STEP));
    }
}
