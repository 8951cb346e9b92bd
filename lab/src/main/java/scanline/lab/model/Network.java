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

    /**
     * Returns the number of examples to evaluate at once. It changes the memory and the speed of an evaluation, but not any
     * example's answer. This one is small enough for the states of a step to stay in the second-level cache.
     */
    default int evaluationBatch() {
        return 250;
    }
}
