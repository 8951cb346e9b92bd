package scanline.lab.model;

import java.util.List;

import scanline.engine.tensor.Tensor;

/** A model that was built; its subtype determines how it answers. */
public sealed interface Network permits Classifier, Autoregressive {
    /**
     * Returns the feature maps of its convolutions, from first to last; empty if the model has none.
     *
     * @param x [T, B, F]
     */
    default List<FeatureMaps> featureMaps(Tensor x) {
        return List.of();
    }
}
