package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** The first values of a layer that multiplies: fan-in is how many inputs an output is summed over. */
public enum FirstValues {
    /** Weight and bias uniform within {@code 1 / sqrt(fan-in)}, as in PyTorch (LeCun et al. 1998). */
    UNIFORM,
    /** Weight normal with a variance of {@code 2 / fan-in}, bias zero (He et al. 2015). */
    HE,
    /** Weight uniform within {@code sqrt(6 / (fan-in + fan-out))}, bias zero (Glorot and Bengio 2010). */
    XAVIER;

    /** A new weight, [outputs, ...], whose fan-in is the product of all sizes but the first. */
    public Parameter weight(Weights weights, String name, Shape shape) {
        int fanIn = shape.elements() / shape.size(0);
        return switch (this) {
            case UNIFORM -> weights.uniform(name, shape, bound(fanIn));
            case HE -> weights.filled(name, shape,
                    (values, key) -> key.normal(values, 0, values.length, 0, (float) Math.sqrt(2.0 / fanIn)));
            case XAVIER -> weights.uniform(name, shape, (float) Math.sqrt(6.0 / (fanIn + shape.size(0))));
        };
    }

    /** A new bias of so many outputs, for a weight of this fan-in. */
    public Parameter bias(Weights weights, String name, int size, int fanIn) {
        return this == UNIFORM
                ? weights.uniform(name, Shape.of(size), bound(fanIn))
                : weights.zeros(name, Shape.of(size));
    }

    private static float bound(int fanIn) {
        return (float) (1 / Math.sqrt(fanIn));
    }
}
