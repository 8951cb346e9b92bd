package scanline.engine.geometry;

/** The nonlinear functions between two linear maps. */
public enum Nonlinearity {
    /** {@code max(x, 0)} (Nair and Hinton 2010). */
    RELU,
    /** {@code x Phi(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU
}
