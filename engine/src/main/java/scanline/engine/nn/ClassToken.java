package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A learned step prepended to every sequence; its output represents the whole sequence (Devlin et al. 2019; Dosovitskiy
 * et al. 2021).
 */
public final class ClassToken implements Layer {
    private final Parameter token;

    /** Creates the token, initialized from a normal distribution with a deviation of 1. */
    public ClassToken(Weights weights, int width) {
        Weights own = weights.layer("cls_token", "ClassToken", "a learned token goes first",
                "y = c, x(1), ..., x(T)");
        token = own.filled("cls_token", Shape.of(width),
                (values, key) -> key.normal(values, 0, values.length, 0, 1));
    }

    /** Prepends the token to x: [T, B, width] to [T + 1, B, width]. */
    @Override
    public Tensor forward(Tensor x) {
        return Shaping.prepend(token, x);
    }
}
