package scanline.bench.peer;

import scanline.engine.geometry.CellKind;
import scanline.engine.nn.Linear;
import scanline.engine.nn.Recurrent;
import scanline.engine.tensor.Sequences.Output;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** The network that is trained at a {@link GrowthPoint}: recurrent layers and a linear map of their last state. */
final class GrowthNetwork {
    private final Recurrent layers;
    private final Linear fc;

    GrowthNetwork(Weights weights, GrowthPoint point) {
        CellKind cell = point.cell();
        layers = new Recurrent(weights.scope(cell.layer()), cell, point.features(), point.hidden(), point.layers(),
                Recurrent.Options.DEFAULT);
        fc = new Linear(weights.scope("fc"), point.hidden(), GrowthPoint.CLASSES);
    }

    /** The logits, [B, C], of x, [T, B, F]. */
    Tensor forward(Tensor x) {
        return fc.forward(layers.forward(x, Output.LAST_STEP));
    }
}
