package scanline.engine.tensor;

import scanline.engine.backend.Backend;

/** A learned tensor. It has a name, and its value and gradient outlive the passes that use them. */
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
