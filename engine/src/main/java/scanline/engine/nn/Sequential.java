package scanline.engine.nn;

import java.util.List;

import scanline.engine.tensor.Tensor;

/**
 * Layers one after another, as PyTorch's {@code nn.Sequential}.
 *
 * @param layers
 *            the layers; the output of each is the input of the next
 */
public record Sequential(List<Layer> layers) implements Layer {
    /** Copies the list. */
    public Sequential {
        layers = List.copyOf(layers);
    }

    /** Creates a sequence of these layers. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y);
        }
        return y;
    }
}
