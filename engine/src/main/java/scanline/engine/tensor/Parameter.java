package scanline.engine.tensor;

import scanline.engine.backend.Backend;

/**
 * A learned tensor. It has a name, and its value and gradient outlive the passes that use them. A
 * {@link Weights#freeze frozen} parameter has no gradient.
 */
public final class Parameter extends Tensor {
    private final String name;
    private final Backend backend;
    private final LayerInfo layer;

    Parameter(String name, Shape shape, Backend backend, LayerInfo layer) {
        super(null, shape, backend.allocate(shape.elements()), true, backend.allocate(shape.elements()));
        this.name = name;
        this.backend = backend;
        this.layer = layer;
    }

    /** The full name, with scopes joined by dots, as in PyTorch's {@code state_dict}. */
    public String name() {
        return name;
    }

    /** The layer that the parameter belongs to. */
    public LayerInfo layer() {
        return layer;
    }

    /** Makes the parameter keep its value: it has no gradient from now on. */
    void freeze() {
        setGradient(null);
    }

    /** Makes the parameter learn again, with a gradient of zeros. */
    void unfreeze() {
        if (!needsGradient()) {
            setGradient(backend.allocate(shape().elements()));
        }
    }

    /** The backend that stores the value and the gradient. */
    Backend backend() {
        return backend;
    }

    /** Returns whether a pass of {@code other} can read this parameter: two backends never share their memory. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Backend other) {
        return backend == other;
    }
}
