package scanline.lab.model;

import scanline.engine.tensor.Tensor;

/**
 * The feature maps of a convolution.
 *
 * @param layer the prefix of its parameters' names
 * @param values the values after its normalization, ReLU and pooling, [B, H, W, C]
 */
public record FeatureMaps(String layer, Tensor values) {}
