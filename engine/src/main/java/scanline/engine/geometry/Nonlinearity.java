package scanline.engine.geometry;

/** What stands between two linear maps. */
public enum Nonlinearity {
    /** The positive part (Nair and Hinton 2010). */
    RELU,
    /** {@code x Phi(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU
}
