package scanline.engine.tensor;

/** A learned tensor. It has a name, and its value and gradient outlive the passes that use them. */
public final class Parameter extends Tensor {
    private final String name;

    Parameter(String name, Shape shape, Buffer value, Buffer gradient) {
        super(null, shape, value, true, gradient);
        this.name = name;
    }

    /** The full name, with scopes joined by dots, as in PyTorch's {@code state_dict}. */
    public String name() {
        return name;
    }
}
