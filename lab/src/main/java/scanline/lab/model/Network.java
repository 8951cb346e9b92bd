package scanline.lab.model;

import java.util.List;

import scanline.engine.tensor.Tensor;

/** A model that was built: what it is asked for tells how it answers. */
public sealed interface Network permits Classifier, Autoregressive {
    /**
     * What its convolutions make of images, from the first to the last; empty where a model has none.
     *
     * @param x [T, B, F]
     */
    default List<FeatureMaps> featureMaps(Tensor x) {
        return List.of();
    }
}
