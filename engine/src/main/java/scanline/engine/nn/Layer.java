package scanline.engine.nn;

import scanline.engine.tensor.Tensor;

/**
 * A part of a model: a function of one tensor, with parameters of its own. Layers of the engine implement it, and so
 * does any lambda, such as {@code Tensor::relu}.
 */
@FunctionalInterface
public interface Layer {
    /** Computes the output of the layer, in a pass in which gradients flow back to its parameters. */
    Tensor forward(Tensor x);
}
