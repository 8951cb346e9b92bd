package scanline.engine.tensor;

/** What stands between two linear maps. */
public enum Nonlinearity {
    /** The positive part (Nair and Hinton 2010). */
    RELU,
    /** {@code x Phi(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU;

    /** Its value, element by element. */
    public Tensor of(Tensor x) {
        return switch (this) {
            case RELU -> Activation.relu(x);
            case GELU -> Activation.gelu(x);
        };
    }
}
