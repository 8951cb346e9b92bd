package scanline.lab.model;

import scanline.engine.tensor.Tensor;

/**
 * What a convolution makes of images.
 *
 * @param layer what its parameters begin with
 * @param values behind its normalization, ReLU and pooling, [B, H, W, C]
 */
public record FeatureMaps(String layer, Tensor values) {}
