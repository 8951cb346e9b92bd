package scanline.engine.geometry;

/** The nonlinear functions between two linear maps. */
public enum Nonlinearity {
    /** {@code max(x, 0)} (Nair and Hinton 2010). */
    RELU("ReLU", "relu"),
    /** {@code x Phi(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU("GELU", "gelu");

    private final String label;
    private final String function;

    Nonlinearity(String label, String function) {
        this.label = label;
        this.function = function;
    }

    /** The usual spelling of its name. */
    public String label() {
        return label;
    }

    /** Its name in a formula. */
    public String function() {
        return function;
    }
}
