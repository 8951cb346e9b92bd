package scanline.engine.nn;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** Initializers of a weight and its bias. The fan-in of a weight is the product of all its sizes but the first. */
public enum Initializer {
    /** Weight and bias uniform within {@code 1 / sqrt(fanIn)} (LeCun et al. 1998, as in PyTorch). */
    UNIFORM,
    /** The weight normal with variance {@code 2 / fanIn} (He et al. 2015), the bias zero. */
    HE,
    /** The weight uniform within {@code sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010), the bias zero. */
    XAVIER,
    /** The weight normal with variance {@code 1 / fanIn} (LeCun et al. 1998), the bias zero. */
    LECUN;

    /** Creates a weight. */
    public Parameter weight(Weights weights, String name, Shape shape) {
        int fanIn = shape.elements() / shape.size(0);
        return switch (this) {
            case UNIFORM -> weights.uniform(name, shape, (float) (1 / Math.sqrt(fanIn)));
            case HE -> weights.filled(name, shape,
                    (values, key) -> key.normal(values, 0, values.length, 0, (float) Math.sqrt(2.0 / fanIn)));
            case LECUN -> weights.filled(name, shape,
                    (values, key) -> key.normal(values, 0, values.length, 0, (float) Math.sqrt(1.0 / fanIn)));
            case XAVIER -> {
                int area = shape.axes() < 3 ? 1 : fanIn / shape.size(1);
                yield weights.uniform(name, shape, (float) Math.sqrt(6.0 / (fanIn + (long) shape.size(0) * area)));
            }
        };
    }

    /** Creates a bias with {@code size} elements for a weight with this fan-in. */
    public Parameter bias(Weights weights, String name, int size, int fanIn) {
        return this == UNIFORM
                ? weights.uniform(name, Shape.of(size), (float) (1 / Math.sqrt(fanIn)))
                : weights.zeros(name, Shape.of(size));
    }
}
