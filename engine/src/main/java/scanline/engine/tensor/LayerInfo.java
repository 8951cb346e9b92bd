package scanline.engine.tensor;

/**
 * The layer that a parameter belongs to, as reports name it.
 *
 * @param name
 *            the full name, such as {@code encoder.layers.0}
 * @param kind
 *            the kind of layer, such as {@code Linear}; empty for a parameter that a model created itself
 * @param description
 *            a short description, such as {@code Linear 128 to 10}
 * @param formula
 *            what it computes, one line or more
 */
public record LayerInfo(String name, String kind, String description, String formula) {
    /** Returns the layer of a parameter that a model created itself, without a layer of the engine. */
    static LayerInfo ofParameter(String name) {
        return new LayerInfo(name.replaceFirst("\\.(weight|bias)$", ""), "", "", "");
    }
}
